"""Files that hold many periods of a dataset, for whoever wants all of it: made when a period changed, and not before.

They are made of the accepted releases, whose bytes are public, and of nothing else.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.build.publication import publication, releases_of
from pipeline.model.distribution import CSV, PARQUET, ZIP, ending_of
from pipeline.model.periods import ALL
from pipeline.model.release import CollectedFile, ReleasedFile
from pipeline.plain import read_plain
from pipeline.release.change_log import newest_first
from pipeline.release.files import Part, collect_files, collect_rows
from pipeline.storage.collected import Shelf, make, weigh
from pipeline.storage.lost import lost_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.release import ChangeNote, Publication, Release
    from pipeline.storage.collected import Made, Weighed
    from pipeline.storage.state import State

#: How they are made; another way makes all of them anew.
_FORM: Final = 1
_YEAR: Final = 12
#: They stand apart: whoever reads every Parquet of a dataset's folder reads each row once.
_FOLDER: Final = ALL.only

_Held = tuple["Release", ReleasedFile]
_Made = tuple["Path", "Made"]


class _Wanted(NamedTuple):
    """A file that is wanted: which part of the dataset it is of, its name, what it is made of."""

    part: str
    name: str
    held: Sequence[_Held]


def with_collected(
    work: Workplace, dataset: Dataset, state: State, lost: Collection[Period] = ()
) -> Publication | None:
    """Return what portals are given of a dataset, files of many periods among it; nothing where none was ever released.

    Of the periods that are ``lost`` no file is given; what is still public of them stays in the files of many.

    Raises:
        StorageError: the private folder cannot be written.
    """
    made = collected(work, dataset, releases_of(work, dataset, state), newest_first(state.changes))
    months = {month: month_state for month, month_state in state.months.items() if month not in lost}
    return publication(work, dataset, replace(state, months=months), made)


def collected(
    work: Workplace, dataset: Dataset, releases: Sequence[Release], changes: Sequence[ChangeNote]
) -> tuple[CollectedFile, ...]:
    """Return the files that hold many of the ``releases``, made where one of these changed; a plan writes none.

    A release of which neither the private nor the public bytes are as they were released is in none.
    """
    shelf = Shelf(work.private, dataset.name)
    collecting = _Collecting(work, dataset, work.schema(dataset).arrow, work.file_facts(dataset), shelf, shelf.known())
    made, found = {}, []
    for wanted in _wanted(dataset.name, dataset.period, releases):
        one = collecting.one(wanted)
        if one is not None:
            made[wanted.name] = one[1]
            if one[1].periods:
                found.append(_described(dataset.period, wanted, one, changes))
    if work.writes:
        shelf.remember(made)
    return tuple(found)


def _wanted(name: str, kind: PeriodKind, releases: Sequence[Release]) -> Iterator[_Wanted]:
    """Yield what is wanted of a dataset: a Parquet of all periods, and where they are shorter a ZIP for each year."""
    if kind.only or not releases:
        return
    files = [(release, file) for release in sorted(releases, key=lambda each: each.month) for file in release.files]
    rows = [file for file in files if file[1].format == PARQUET.ending]
    yield _Wanted(ALL.only, f"{name}-{ALL.only}.{PARQUET.ending}", rows)
    years: dict[str, list[_Held]] = {}
    for release, file in files if kind.months < _YEAR else ():
        if file.format == CSV.ending:
            years.setdefault(_year(kind, release.month), []).append((release, file))
    for year, of_year in reversed(years.items()):
        yield _Wanted(year, f"{name}-{year}.{ZIP.ending}", of_year)


def _year(kind: PeriodKind, period: Period) -> str:
    return f"{kind.first_day(period):%Y}"


@dataclass(frozen=True, slots=True)
class _Collecting:
    """Collects the releases of one dataset; ``known`` is what was made before."""

    work: Workplace
    dataset: Dataset
    schema: pa.Schema
    facts: Mapping[str, str]
    shelf: Shelf
    known: Mapping[str, Made]

    def one(self, wanted: _Wanted) -> _Made | None:
        """Return a file as it is kept or is made; None where nothing can be put into it."""
        if found := self._kept(wanted):
            return found
        wanted = wanted._replace(held=[held for held in wanted.held if self._content(*held)])
        return self._kept(wanted) or (self._made(wanted) if wanted.held else None)

    def _kept(self, wanted: _Wanted) -> _Made | None:
        """Return the file that is kept, None where it was made of something else or is not as it was made."""
        known, path = self.known.get(wanted.name), self.shelf.folder / wanted.name
        if known is None or known.receipt != self._receipt(wanted) or self.work.store.sha256(path) != known.sha256:
            return None
        return path, known

    def _made(self, wanted: _Wanted) -> _Made:
        work, path, receipt = self.work, self.shelf.folder / wanted.name, self._receipt(wanted)
        parts = [Part(release.month, file.name, partial(self._read, release, file)) for release, file in wanted.held]
        fill: Callable[[Weighed], tuple[Period, ...]] = partial(collect_files, parts, self.facts)
        if wanted.part == ALL.only:
            fill = partial(collect_rows, parts, self.schema, self.facts)
        if work.writes:
            work.say(f"collecting {wanted.name}")
            return path, make(path, fill, receipt)
        shown = work.bench.shelf(self.dataset.name) if work.bench else None
        return (
            (shown / wanted.name, make(shown / wanted.name, fill, receipt)) if shown else (path, weigh(fill, receipt))
        )

    def _receipt(self, wanted: _Wanted) -> str:
        """Return a digest of all that decides a file."""
        columns = [str(field) for field in self.schema] if wanted.part == ALL.only else []
        made_of = [(release.month, file.name, file.sha256) for release, file in wanted.held]
        return hashlib.sha256(json.dumps([_FORM, columns, self.facts, made_of]).encode()).hexdigest()

    def _read(self, release: Release, file: ReleasedFile) -> bytes:
        """Return the bytes of a file of a release, which are exactly those that were released."""
        read = self._content(release, file)
        content = read() if read else None
        if content is None or hashlib.sha256(content).hexdigest() != file.sha256:
            raise lost_file(file.path)
        return content

    def _content(self, release: Release, file: ReleasedFile) -> Callable[[], bytes | None] | None:
        """Return what reads a file that was built in this run, is kept, or is public; None where it is lost."""
        bench, built = self.work.bench, (release.dataset, file.path.parent.name, file.name)
        if bench and bench.holds(*built):
            return partial(bench.read, *built)
        for path in (file.path, self.work.published / release.dataset / file.name):
            if self.work.store.sha256(path) == file.sha256:
                return partial(read_plain, path)
        return None


def _described(kind: PeriodKind, wanted: _Wanted, made: _Made, changes: Sequence[ChangeNote]) -> CollectedFile:
    """Return what portals are told of a file; it changed when a period that it holds or held did."""
    path, one = made
    releases = [release for release, _ in wanted.held]
    noted = [
        change for change in changes if wanted.part in (ALL.only, kind.fits(change.month) and _year(kind, change.month))
    ]
    return CollectedFile(
        file=ReleasedFile(f"{_FOLDER}/{wanted.name}", ending_of(wanted.name), path, one.bytes, one.sha256),
        part=wanted.part,
        periods=one.periods,
        lacking=tuple(release.month for release in releases if release.month not in one.periods),
        rows=sum(release.rows for release in releases if release.month in one.periods),
        changed_on=max(
            [
                *(release.released_on.isoformat() for release in releases),
                *(withdrawal.released_on for withdrawal in noted),
            ]
        ),
    )
