"""One revision of a CKAN dataset: everything that a release changes, sent in one request that counts as a whole.

Resources are named by their place in the dataset, which the guard keeps still: the request is refused when anybody
changed the dataset since it was looked at.
"""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from requests_toolbelt import MultipartEncoder

from pipeline.metadata.datapackage import notice
from pipeline.model.plan import Action
from pipeline.model.wording import SAMPLE_MARK
from pipeline.plain import open_plain
from pipeline.publish.ckan.failures import failure
from pipeline.publish.ckan.fields import UNFINISHED, differing, plain, resource_fields, theirs
from pipeline.publish.ckan.package import WITHDRAWN, released_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.plan import Change
    from pipeline.model.release import Publication
    from pipeline.publish.ckan.fields import Fields
    from pipeline.publish.ckan.package import HeldPackage


class Upload(NamedTuple):
    """One file to send: its place in the dataset, its name, and its bytes, on disk or (a notice) as they stand."""

    position: int
    name: str
    mimetype: str
    size: int
    sha256: str
    content: Path | bytes

    def open(self) -> BinaryIO:
        """Return the bytes to send; raises `PortalError` when they are not those that were planned."""
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        with suppress(OSError):
            if self.content.stat().st_size == self.size:
                return open_plain(self.content)
        raise failure("release-file-differs", self.name)


class Stream:
    """The bytes of one upload as the encoder wants them: opened when first read, closed at the end.

    So a first release of many months holds one file open at a time, and none of it in memory.
    """

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.len = upload.size
        self._file: BinaryIO | None = None

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        if self._file is None:
            self._file = self.upload.open()
        piece = self._file.read(size if 0 <= size < self.len else self.len)
        self.len -= len(piece)
        if not self.len or not piece:
            self.close()
        if not piece and self.len:
            raise failure("release-file-shrank", self.upload.name)
        return piece

    def close(self) -> None:
        """Let go of the file, read to its end or not."""
        if self._file is not None:
            self._file.close()


class Revision(NamedTuple):
    """The fields of one call of `package_revise`, and the files that go with it."""

    fields: Fields
    uploads: Sequence[Upload]

    @property
    def empty(self) -> bool:
        """Whether it would change nothing."""
        return not (self.fields["update"] or self.fields["filter"] or self.uploads)

    @contextmanager
    def body(self) -> Iterator[MultipartEncoder]:
        """Give the body of a call with files; lists and dictionaries go as JSON text, which CKAN takes apart."""
        parts: list[tuple[str, object]] = [(name, json.dumps(value)) for name, value in self.fields.items()]
        with ExitStack() as stack:
            for upload in self.uploads:
                stream = Stream(upload)
                stack.callback(stream.close)
                parts.append((f"update__resources__{upload.position}__upload", (upload.name, stream, upload.mimetype)))
            yield MultipartEncoder(parts)


def make_revision(publication: Publication, package: HeldPackage, changes: Sequence[Change]) -> Revision:
    """Return what makes the dataset as ``publication`` says, with the files that ``changes`` name."""
    removed = {change.file for change in changes if change.action is Action.REMOVE}
    wanted = package.wanted(publication, without=removed)
    names = set(package.differences(publication, without=removed)) & wanted.keys()
    update: Fields = {name: wanted[name] for name in wanted if name in names}
    filters = [f"-{name}" for name in ("extras", "tags") if name in update]
    if "extras" in update:
        mark = [{"key": UNFINISHED, "value": "true"}] if package.unfinished else []
        update["extras"] = [*update["extras"], *mark, *theirs(package.show["extras"])]
    resources, uploads, lifted = _revise_files(publication, package, {change.file: change for change in changes})
    if resources:
        # a list is merged place by place: {} leaves a resource as it is, places beyond the end are new resources
        update["resources"] = [resources.get(place, {}) for place in range(max(resources) + 1)]
    match = {"id": package.id, "metadata_modified": package.modified}
    return Revision({"match": match, "filter": [*filters, *lifted], "update": update}, uploads)


def _revise_files(
    publication: Publication, package: HeldPackage, changes: Mapping[str, Change]
) -> tuple[dict[int, Fields], list[Upload], list[str]]:
    """Return the fields to set by place, the files to send, and the marks of withdrawal to lift."""
    fields: dict[int, Fields] = {}
    uploads: list[Upload] = []
    lifted: list[str] = []
    end = len(package.show["resources"])
    for release, file in released_files(publication):
        change, held = changes.get(file.name), package.files.get(file.name)
        sends = change is not None and change.action in {Action.CREATE, Action.UPDATE}
        if held is None and not sends:
            continue
        place, resource = (end, {}) if held is None else (held.position, dict(held.resource))
        end += held is None
        wanted = resource_fields(publication, release, file)
        fields[place] = {name: wanted[name] for name in differing(resource, wanted)}
        if sends:
            fields[place] |= {name: wanted[name] for name in ("hash", "sha256")}
            uploads.append(Upload(place, file.name, wanted["mimetype"], file.bytes, file.sha256, file.path))
            if held is not None and held.withdrawn:
                lifted.append(f"-resources__{place}__{WITHDRAWN}")
    for name, held in package.files.items():
        if name in changes and changes[name].action is Action.REMOVE and not held.withdrawn:
            uploads.append(_notice(publication, name, held.position))
            fields[held.position] = _withdrawn_fields(publication, uploads[-1], changes[name].reason)
    return {place: named for place, named in fields.items() if named}, uploads, lifted


def _notice(publication: Publication, name: str, position: int) -> Upload:
    """Return what overwrites a file that is withdrawn: dropping a resource would leave its bytes on the portal."""
    content = notice(publication)
    return Upload(position, name, "text/plain", len(content), hashlib.sha256(content).hexdigest(), content)


def _withdrawn_fields(publication: Publication, upload: Upload, reason: str) -> Fields:
    mark = f"{SAMPLE_MARK}: " if publication.sample else ""
    return {
        "name": f"{mark}{plain(publication.title)}, withdrawn ({upload.name})",
        "description": f"{mark}Withdrawn: {plain(reason)}",
        "hash": f"sha256:{upload.sha256}",
        "sha256": upload.sha256,
        WITHDRAWN: "true",
    }
