"""What a CKAN holds of one dataset, as `package_show` tells it, and the revision that makes it what it should be.

A revision is everything that a release changes, sent in one request that counts as a whole.  Resources are named by
their place in the dataset, which the guard keeps still: the request is refused when anybody changed the dataset since
it was looked at.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from requests_toolbelt import MultipartEncoder

from pipeline.metadata.datapackage import notice
from pipeline.model.plan import Action, HeldDataset
from pipeline.model.wording import SAMPLE_MARK
from pipeline.plain import open_plain
from pipeline.publish.ckan.failures import failure
from pipeline.publish.ckan.fields import (
    UNFINISHED,
    dataset_fields,
    differing,
    held_sha256,
    ours,
    plain,
    resource_fields,
    theirs,
)
from pipeline.publish.plan import metadata_digest, period_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.periods import Period
    from pipeline.model.plan import Change
    from pipeline.model.release import Publication, Release, ReleasedFile
    from pipeline.publish.ckan.fields import Fields

#: The end of the name of a quarter's file, as CKAN writes it.
_QUARTER: Final = re.compile(r"-q([1-4])(?=\.[a-z0-9.]+\Z)")
#: Stands for a sha256 where a resource has none that can be believed: it equals no file, and it is no absence.
UNKNOWN: Final = "unknown"
#: The field of a resource whose file was replaced by a notice; its address stays, for a later release.
WITHDRAWN: Final = "withdrawn"
#: The word among `HeldPackage.differences` for resources that do not stand by month.
ORDER: Final = "order of the resources"


class HeldFile(NamedTuple):
    """One of our files on the portal: where its resource stands in the dataset, and the resource's fields."""

    position: int
    resource: Mapping[str, Any]

    @property
    def withdrawn(self) -> bool:
        """Whether a notice stands where the file was."""
        return bool(self.resource.get(WITHDRAWN))

    @property
    def stated(self) -> tuple[str, int]:
        """The sha256 and size that the resource states."""
        return held_sha256(self.resource), int(self.resource.get("size") or 0)


class HeldPackage:
    """One dataset as the portal shows it; ``show`` is the result of `package_show`.

    ``id`` never changes; ``modified``, the moment of the last change to the microsecond, is the guard; a ``private``
    one is seen by members of the organisation only, and may be ``unfinished``: one that we are still making.  ``files``
    are ours by name, the first resource that holds a file of that name; nothing touches the ``foreign`` ones, which
    are so many.  ``order`` are the ids of our resources as they should stand: by month, then by format.  ``endings``
    are those of the names of our files.
    """

    def __init__(self, show: Mapping[str, Any], endings: Collection[str]) -> None:
        self.show, self._endings = show, endings
        self.id, self.name, self.modified = (str(show[name]) for name in ("id", "name", "metadata_modified"))
        self.private = bool(show["private"])
        self._extras = {extra["key"] for extra in show["extras"]}
        self.unfinished = self.private and UNFINISHED in self._extras
        self.files: dict[str, HeldFile] = {}
        for position, resource in enumerate(show["resources"]):
            # CKAN writes the names of uploads in small letters
            name = _QUARTER.sub(r"-Q\1", str(resource.get("url") or "").rpartition("/")[2])
            if resource.get("url_type") == "upload" and period_of(self.name, name, endings):
                self.files.setdefault(name, HeldFile(position, resource))
        self.foreign = len(show["resources"]) - len(self.files)
        self.order = [str(held.resource["id"]) for _, held in sorted(self.files.items())]

    @property
    def marked(self) -> bool:
        """Whether it bears the mark of the sample."""
        texts = [self.show.get("title"), *(held.resource.get("name") for held in self.files.values())]
        return "sample" in self._extras or any(str(text or "").startswith(SAMPLE_MARK) for text in texts)

    def place(self, name: str) -> str:
        """Return where one of our files can be downloaded, below the portal's address."""
        return f"dataset/{self.id}/resource/{self.files[name].resource['id']}/download/{name}"

    def mixes(self, publication: Publication) -> bool:
        """Return whether invented and real records would lie together here: no mark of the sample is ever taken off."""
        return (bool(self.files) and not self.marked) if publication.sample else self.marked

    def kept(self, publication: Publication, *, without: Collection[str] = ()) -> set[Period]:
        """Return the months that the portal holds and that have no release here, ``without`` some files."""
        names = (name for name, held in self.files.items() if not held.withdrawn and name not in without)
        months = {period_of(self.name, name, self._endings) for name in names}
        return months - {release.month for release in publication.releases}

    def differences(self, publication: Publication, *, without: Collection[str] = ()) -> list[str]:
        """Return the names of the fields that are not as they should be; the files' bytes are not looked at."""
        names = list(differing(self._fields(), self.wanted(publication, without=without)))
        for release, file in released_files(publication):
            held = self.files.get(file.name)
            if held is not None and not held.withdrawn:
                wanted = resource_fields(publication, release, file)
                names += [f"{file.name} {field}" for field in differing(held.resource, wanted)]
        if self.order != [str(held.resource["id"]) for held in self.files.values()]:
            names.append(ORDER)
        return names

    def wanted(self, publication: Publication, *, without: Collection[str] = ()) -> Fields:
        """Return the fields that the dataset should have."""
        return dataset_fields(publication, kept=self.kept(publication, without=without))

    def held(self, publication: Publication) -> HeldDataset:
        """Return the dataset as the planner wants to know it.

        The small files beside the releases are no resources here: what they say stands in the fields, and a
        difference shows in ``metadata``.
        """
        sizes = {file.name: file.bytes for _, file in released_files(publication)}
        files = {name: _believed(held, sizes.get(name)) for name, held in self.files.items() if not held.withdrawn}
        differences = [UNFINISHED] * self.unfinished + self.differences(publication)
        metadata = f"differs: {', '.join(differences)}" if differences else metadata_digest(publication)
        return HeldDataset(files=files, metadata=metadata, guard=self.modified)

    def _fields(self) -> Fields:
        tags = sorted(({"name": tag["name"]} for tag in self.show["tags"]), key=lambda tag: str(tag["name"]))
        return {**self.show, "tags": tags, "extras": ours(self.show["extras"])}


def released_files(publication: Publication) -> list[tuple[Release, ReleasedFile]]:
    """Return every file of every release, by month, then by format."""
    pairs = [(release, file) for release in publication.releases for file in release.files]
    return sorted(pairs, key=lambda pair: pair[1].name)


def _believed(held: HeldFile, size: int | None) -> str:
    """Return the sha256 that a resource states, unless its size, which the portal counts, speaks against it."""
    sha256, stated = held.stated
    return UNKNOWN if size not in (None, stated) else sha256 or UNKNOWN


# --- one revision


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
            # dropping a resource would leave its bytes on the portal: a notice overwrites them
            sha256 = hashlib.sha256(content := notice(publication)).hexdigest()
            uploads.append(Upload(held.position, name, "text/plain", len(content), sha256, content))
            fields[held.position] = _withdrawn_fields(publication, uploads[-1], changes[name].reason)
    return {place: named for place, named in fields.items() if named}, uploads, lifted


def _withdrawn_fields(publication: Publication, upload: Upload, reason: str) -> Fields:
    mark = f"{SAMPLE_MARK}: " if publication.sample else ""
    return {
        "name": f"{mark}{plain(publication.title)}, withdrawn ({upload.name})",
        "description": f"{mark}Withdrawn: {plain(reason)}",
        "hash": f"sha256:{upload.sha256}",
        "sha256": upload.sha256,
        WITHDRAWN: "true",
    }
