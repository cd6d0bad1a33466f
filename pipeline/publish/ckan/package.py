"""What a CKAN holds of one dataset, as `package_show` tells it, compared with what it should hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pipeline.model.plan import HeldDataset
from pipeline.model.wording import SAMPLE_MARK
from pipeline.publish.ckan.fields import UNFINISHED, dataset_fields, differing, held_sha256, ours, resource_fields
from pipeline.publish.plan import metadata_digest, period_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.model.periods import Period
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
