"""What is released, and everything that a portal is given of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.model.distribution import OF_ROWS, ZIP
from pipeline.model.periods import ALL

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.declaration import Answer, HeldBack
    from pipeline.model.distribution import FileFormat
    from pipeline.model.periods import Period, PeriodKind


# --- release -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """One file of a release as it stands in the private store."""

    name: str
    format: str
    path: Path
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """Files that were read back and scanned, made by the leak scan only; ``compared`` cells stand in none of them."""

    files: tuple[ReleasedFile, ...]
    compared: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One month of one dataset, complete on disk: the only thing that can be planned.

    ``files`` are the CSV and the Parquet of the same rows, and what else is made of these; ``quality`` holds figures
    that the public may see.
    """

    dataset: str
    month: Period
    rows: int
    files: tuple[ReleasedFile, ...]
    released_on: dt.date
    input_gone: bool = False
    quality: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedFile:
    """A file that holds many ``periods``, for whoever wants all of them: those of a calendar year, or of ``all``.

    ``lacking`` are released ones that could not be put into it; ``rows`` are those that are in it.  It changed last on
    an ISO day.
    """

    file: ReleasedFile
    part: str
    periods: tuple[Period, ...]
    rows: int
    changed_on: str
    lacking: tuple[Period, ...] = ()


class Held(NamedTuple):
    """A month that is not (or not newly) published, and why, in words the public may read."""

    month: Period
    reason: str


class PublishedColumn(NamedTuple):
    """A published column as its schema describes it, for pages and dictionaries."""

    name: str
    title: str
    type: str
    description: str
    codelists: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Everything a portal is given for one dataset: facts, releases, and the small files beside them.

    ``extras`` are generated files by name (``datapackage.json``, ``schema.json``, ``change-log.csv``,
    ``codelists/<name>.csv``) as bytes.  ``sample`` marks invented data.  Contacts are role mailboxes.
    ``period`` is its kind of period; ``missing`` are those of the series that nobody can download, ``held`` those
    that wait, published or not; ``lacking`` are the months that missing ones of several months lack.
    ``granularity`` is the smallest area that a row gives, or ""; ``further`` are the formats of files that a release
    may have beside those of its rows.  ``site`` is the address of the public folder, which ends in `/`, or "".
    ``topic`` is the family of its declaration, or the theme of pages that it stands on.
    ``promised_days`` after its end a period is promised.  ``row_rules`` are those of ``withheld`` that are about rows,
    and ``left_out`` says how many rows of all releases were withheld and why, in the bands of the change log.
    ``collected`` are the files that hold many of its periods.
    """

    name: str
    title: str
    description: str
    publisher: str
    organisation: str
    force_name: str
    theme: str
    tags: tuple[str, ...]
    period: PeriodKind
    licence_id: str
    licence_ckan: str
    licence_title: str
    licence_url: str
    attribution: str
    contact_name: str
    contact_email: str
    foi_email: str
    spatial_name: str
    spatial_uri: str
    granularity: str
    answer: Answer
    statements: tuple[str, ...]
    version: str
    key_series: str
    sample: bool
    as_of: dt.date
    last_published: dt.date | None
    next_due: dt.date | None
    columns: tuple[PublishedColumn, ...]
    releases: tuple[Release, ...]
    missing: tuple[Period, ...]
    held: tuple[Held, ...]
    withheld: tuple[tuple[str, str], ...]
    changes: tuple[ChangeNote, ...]
    extras: Mapping[str, bytes]
    further: tuple[FileFormat, ...] = ()
    topic: str = ""
    lacking: Mapping[Period, Sequence[Period]] = field(default_factory=dict)
    site: str = ""
    promised_days: int = 0
    row_rules: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    collected: tuple[CollectedFile, ...] = ()

    @property
    def address(self) -> str:
        """The address of its folder: below the public folder where nobody says where that is served from."""
        return f"{self.site}{self.name}/"

    @property
    def formats(self) -> dict[str, FileFormat]:
        """The formats of the files of its releases, by the ending of their names."""
        return {each.ending: each for each in (*OF_ROWS, *self.further)}

    def format_of(self, ending: str) -> FileFormat:
        """Return the format of one of its files by the ending of its name, also of one that holds many periods."""
        return ZIP if ending == ZIP.ending else self.formats[ending]

    def said(self, part: str) -> str:
        """Return a period in words, or which periods a file of many holds."""
        if part == self.period.only or self.period.fits(part):
            return self.period.said(part)
        return f"all {self.period.noun}s" if part == ALL.only else f"the {self.period.noun}s of {part}"

    @property
    def withdrawn(self) -> dict[Period, str]:
        """The months that were withdrawn and not released again, each with the day."""
        return withdrawn_months(self.changes)

    def taken_back(self, period: Period) -> str:
        """Return why a period was withdrawn, in words."""
        last = next(each for each in self.changes if each.month == period)
        if last.reason == INPUT_WITHDRAWN:
            return f"{INPUT_WITHDRAWN}: what it was made from is public no longer"
        return "withdrawn by its publisher"

    def lacks(self, period: Period) -> str:
        """Return a missing period in words, with the months that it lacks where it is made of several."""
        months = f" ({', '.join(self.lacking[period])} lacking)" if period in self.lacking else ""
        return f"{self.period.said(period)}{months}"

    def issued(self, period: Period = "") -> str:
        """Return the ISO day on which a period (any where none is named) was first released, "" where never."""
        days = self.first_days()
        return days.get(period, "") if period else min(days.values(), default="")

    def first_days(self) -> dict[Period, str]:
        """Return the ISO day on which each period was first released."""
        days = [(each.released_on, each.month) for each in self.changes]
        days += [(each.released_on.isoformat(), each.month) for each in self.releases]
        return {period: day for day, period in sorted(days, reverse=True)}


#: What the change log says is done to a month that is taken back, and why where the releases it is made from were.
WITHDRAWN: Final = "withdrawn"
INPUT_WITHDRAWN: Final = "input-withdrawn"


class ChangeNote(NamedTuple):
    """One line of the public change log: what kind of change a release made to a month, and why.

    Of a register the counts are of entries, against the snapshot before, and some are ``revised``.
    """

    released_on: str
    month: Period
    change: str
    reason: str
    rows_added: str
    rows_removed: str
    revised: str = ""


def withdrawn_months(newest_first: Iterable[ChangeNote]) -> dict[Period, str]:
    """Return the months of which a change log says last that they were withdrawn, each with the day."""
    last: dict[Period, ChangeNote] = {}
    for note in newest_first:
        last.setdefault(note.month, note)
    return {month: note.released_on for month, note in sorted(last.items()) if note.change == WITHDRAWN}


class CatalogueRecord(NamedTuple):
    """The record of one dataset, with title and description as the settings make them."""

    name: str
    title: str
    description: str
    publisher: str
    licence: str
    kind: PeriodKind
    held_back: tuple[HeldBack, ...] = ()
    lists_datasets: bool = False  #: made of records itself, so that it is published together with what it lists
    facts: Publication | None = None  #: None before the first release

    @property
    def is_published(self) -> bool:
        """Whether the dataset has a release, or gets one in this run."""
        return self.lists_datasets or self.has_release

    @property
    def has_release(self) -> bool:
        """Whether the dataset has a release already."""
        return bool(self.facts and self.facts.releases)
