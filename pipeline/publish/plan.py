"""The planner: what publishing would do to each file of each dataset, and why.  Pure: it reads no disk and no clock.

Only a withdrawal may remove a month.  A month that a portal holds and that has no release here is kept: a private
folder that was lost or not mounted is never a reason to publish less.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.model.distribution import ENDINGS_OF_ROWS
from pipeline.model.periods import is_period
from pipeline.model.plan import Action, Beside, Change, HeldDataset, Plan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication

#: The pseudo-file that stands for what a portal says about a dataset: CKAN's fields, the catalogue's pages.
METADATA = "metadata"
#: Stands, as a dataset without a name, for what a portal says of all datasets together: the catalogue's own pages.
SITE = ""
SITE_PAGES = "the catalogue's own pages"
#: What stands for the digest of a site whose pages are as they should be, and of one that has none.
SITE_CURRENT = "current"
SITE_ABSENT = "absent"
#: The "sha256" of something that is held under a file's name but is no file (a link, say).
NO_FILE = ""

_ABSENT = HeldDataset(files={}, metadata="")
_PERIOD_FILE = re.compile(r"-([^.]+)\.([a-z0-9.]+)")


class Wanted(NamedTuple):
    """A file that a portal should hold: its sha256 and size, whether it is a month of data, what a difference means."""

    sha256: str
    bytes: int
    data: bool
    differs: str


def wanted_files(publication: Publication) -> dict[str, Wanted]:
    """Return what a portal should hold of a dataset, by file name: releases' files and those beside them."""
    wanted = {
        file.name: Wanted(file.sha256, file.bytes, data=True, differs="rows or values changed")
        for release in publication.releases
        for file in release.files
    }
    differs = f"a {publication.period.noun} in it changed"
    for each in publication.collected:
        wanted[each.file.name] = Wanted(each.file.sha256, each.file.bytes, data=False, differs=differs)
    for name, content in publication.extras.items():
        sha256 = hashlib.sha256(content).hexdigest()
        wanted[name] = Wanted(sha256, len(content), data=False, differs="its text changed")
    return wanted


def period_of(dataset: str, name: str, endings: Collection[str] = ENDINGS_OF_ROWS) -> Period:
    """Return the period that a file is of, "" where it is of none; ``endings`` are those of the dataset's files."""
    found = _PERIOD_FILE.fullmatch(name[len(dataset) :]) if name.startswith(dataset) else None
    return found[1] if found and found[2] in endings and is_period(found[1]) else ""


def period_in(publication: Publication, name: str) -> Period:
    """Return the period of a dataset that a file is of, "" where it is of none, or of many."""
    return period_of(publication.name, name, publication.formats.keys())


#: What only pages say.
_OF_PAGES: Final = ("promised_days", "row_rules", "left_out")


def metadata_digest(publication: Publication) -> str:
    """Return a sha256 of every fact that a portal says about a dataset beside its files.

    The day of the run, paths and the files' bytes are not in it, so it is the same on a night when nothing changed.
    """
    apart = {
        "as_of",
        "period",
        "releases",
        "extras",
        "site",
        "collected",
        *_OF_PAGES,
        *([] if publication.further else ["further"]),
    }
    facts: dict[str, object] = {
        name: getattr(publication, name) for name in publication.__dataclass_fields__ if name not in apart
    }
    facts["frequency"] = publication.period.frequency
    facts["releases"] = [
        (release.month, release.rows, release.released_on, release.input_gone, sorted(release.quality.items()))
        for release in sorted(publication.releases, key=lambda release: release.month)
    ]
    text = json.dumps(facts, default=str, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def make_plan(
    portal_name: str,
    publications: Sequence[Publication],
    held: Mapping[str, HeldDataset],
    *,
    beside: Beside = Beside.FILES,
) -> Plan:
    """Return what would make the portal hold exactly ``publications`` and every month it already holds.

    ``beside`` says whether the portal holds the small files beside the releases, or says in fields what they say.
    """
    changes = [
        change
        for publication in publications
        for change in _dataset_changes(publication, held.get(publication.name, _ABSENT), beside)
    ]
    guards = {
        publication.name: held[publication.name].guard for publication in publications if publication.name in held
    }
    if SITE in held and publications:
        known = {SITE_CURRENT: (Action.SAME, "unchanged"), SITE_ABSENT: (Action.CREATE, "new")}
        action, reason = known.get(held[SITE].metadata, (Action.UPDATE, "what they list has changed"))
        changes.append(Change(action, SITE, SITE_PAGES, reason))
    changes.sort(key=lambda change: (change.dataset, change.file))
    return Plan(portal=portal_name, changes=tuple(changes), guards=guards)


def _dataset_changes(publication: Publication, held: HeldDataset, beside: Beside) -> Iterator[Change]:
    """Yield one change per file that is wanted or held, and one for the metadata."""
    dataset = publication.name
    every = wanted_files(publication)
    wanted = {name: file for name, file in every.items() if file.data or beside is Beside.FILES}
    for name, file in wanted.items():
        action, reason = _compare(file, held.files.get(name))
        if action is not Action.SAME and not file.data and (period := period_in(publication, name)):
            action, reason = Action.REMOVE, f"{publication.taken_back(period)}; a notice takes its place"
        yield Change(action, dataset, name, reason, file.bytes)
    for name in held.files.keys() - wanted.keys():
        action, reason = _leftover(publication, name, held.files[name])
        yield Change(action, dataset, name, reason)
    action, reason = _compare_metadata(metadata_digest(publication), held)
    yield Change(action, dataset, METADATA, reason)


def _compare(file: Wanted, held_sha256: str | None) -> tuple[Action, str]:
    """Return what happens to a wanted file, and why."""
    if held_sha256 is None:
        return Action.CREATE, "new"
    if held_sha256 == NO_FILE:
        return Action.UPDATE, "something else stands under its name"
    if held_sha256 != file.sha256:
        return Action.UPDATE, file.differs
    return Action.SAME, "unchanged"


def _leftover(publication: Publication, name: str, sha256: str) -> tuple[Action, str]:
    """Return what happens to a held file that nothing here wants, and why."""
    if sha256 == NO_FILE:
        return Action.REMOVE, "it is not a file, and not ours"
    if period := period_in(publication, name):
        if period in publication.withdrawn:
            return Action.REMOVE, publication.taken_back(period)
        if period in {release.month for release in publication.releases}:
            return Action.REMOVE, "the release has no such file any more"
        return Action.SAME, "kept: no release of it is here, and only a withdrawal removes a published month"
    return Action.REMOVE, "not a file of this dataset"


def _compare_metadata(digest: str, held: HeldDataset) -> tuple[Action, str]:
    """Return what happens to what the portal says about the dataset, and why."""
    if held is _ABSENT:
        return Action.CREATE, "new"
    if held.metadata != digest:
        return Action.UPDATE, "description or metadata differ"
    return Action.SAME, "unchanged"
