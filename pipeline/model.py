"""The nouns of the pipeline: frozen, no input or output, nothing that knows a dataset by name.

A row's path: `Extracted` (what an archetype read) -> `RawTable` -> `SafeTable` -> `ValidTable` ->
`PublishableTable` -> `Release` -> `Publication` (what a portal is given).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

#: A calendar month, `YYYY-MM`; text sorts as time does.
Month = str
#: Where rows that belong to no month are accounted.
NO_MONTH = "none"


# --- extract -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was received: one per file, or per month of a database.

    ``path`` is below ``data/raw`` with forward slashes, or ``database:<table>`` for a database;
    ``sha256`` is of the file's bytes, or for a database of the rows that it selects;
    ``months`` counts the rows of each month, `NO_MONTH` included.
    """

    path: str
    bytes: int
    sha256: str
    rows: int
    months: Mapping[Month, int] = field(default_factory=dict)
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What an archetype read from one source: text columns, no type guessed.

    ``cells`` holds the asked columns, `string` or `dictionary<int32, string>`, trimmed of spaces and
    no-break spaces, an empty cell null.  ``rows`` is int64, the row's number as a spreadsheet shows it
    (the header of a plain CSV is row 1).  ``ragged`` lists the numbers of rows with too few or too many
    cells; they are not in ``cells``.  ``repeats`` (workbooks only) is int64: for each row the index of the
    first row of the same source whose declared cells are all equal, itself where there is none before.
    ``problems`` lists cells that no text stands for (an error cell, a formula without a stored result).
    """

    path: str
    bytes: int
    sha256: str
    encoding: str
    cells: pa.Table
    rows: pa.Int64Array
    ragged: tuple[int, ...] = ()
    repeats: pa.Int64Array | None = None
    problems: tuple[CellProblem, ...] = ()


class CellProblem(NamedTuple):
    """A cell that cannot be used: its row's number, its raw column, a code of `reasons.REASONS`."""

    row: int
    column: str
    code: str


class Source(Protocol):
    """An archetype that a feed chooses: how extracts are found below ``data/raw`` and read as text."""

    def read(self, root: Path, path: str, columns: Sequence[str], declared: Sequence[str]) -> Extracted:
        """Return the asked ``columns`` of the extract at ``path`` below ``root``.

        ``declared`` are all the columns that the feed names; other, missing or doubled ones raise
        `InputError` ``unknown-column``, all in one message.
        """


# --- validate ----------------------------------------------------------------------------------------


class Rejection(NamedTuple):
    """One published cell that breaks its schema: position in the table, published column, reason code."""

    position: int
    column: str
    code: str


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
class Release:
    """One month of one dataset, complete on disk: the only thing that can be planned.

    ``files`` are the CSV and the Parquet of the same rows; ``quality`` holds figures the public may see.
    """

    dataset: str
    month: Month
    rows: int
    files: tuple[ReleasedFile, ...]
    released_on: dt.date
    input_gone: bool = False
    quality: Mapping[str, int] = field(default_factory=dict)


class Held(NamedTuple):
    """A month that is not (or not newly) published, and why, in words the public may read."""

    month: Month
    reason: str


class PublishedColumn(NamedTuple):
    """A published column as its schema describes it, for pages and dictionaries."""

    name: str
    title: str
    type: str
    description: str
    codelist: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Everything a portal is given for one dataset: facts, releases, and the small files beside them.

    ``extras`` are generated files by name (``datapackage.json``, ``schema.json``, ``change-log.csv``,
    ``codelists/<name>.csv``) as bytes.  ``sample`` marks invented data.  Contacts are role mailboxes.
    """

    name: str
    title: str
    description: str
    publisher: str
    organisation: str
    force_name: str
    theme: str
    tags: tuple[str, ...]
    frequency: str
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
    statements: tuple[str, ...]
    version: str
    key_series: str
    sample: bool
    as_of: dt.date
    last_published: dt.date | None
    next_due: dt.date | None
    columns: tuple[PublishedColumn, ...]
    releases: tuple[Release, ...]
    missing: tuple[Month, ...]
    held: tuple[Held, ...]
    withheld: tuple[tuple[str, str], ...]
    changes: tuple[ChangeNote, ...]
    extras: Mapping[str, bytes]


class ChangeNote(NamedTuple):
    """One line of the public change log: what kind of change a release made to a month, and why."""

    released_on: str
    month: Month
    change: str
    reason: str
    rows_added: str
    rows_removed: str


# --- plan --------------------------------------------------------------------------------------------


class Action(StrEnum):
    """What publishing would do to one file."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    REMOVE = "REMOVE"
    SAME = "SAME"


class Change(NamedTuple):
    """One file of one dataset on one portal: what would happen to it, and why."""

    action: Action
    dataset: str
    file: str
    reason: str
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class HeldDataset:
    """What a portal holds of one dataset: sha256 by file name, a digest of its metadata, a guard.

    ``metadata`` equals the planner's digest when nothing but files could differ; ``guard`` is what the
    portal compares to refuse a write after somebody else changed the dataset ("" where it has none).
    """

    files: Mapping[str, str]
    metadata: str
    guard: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing to one portal would do, file by file; the only thing that can reach a portal."""

    portal: str
    changes: tuple[Change, ...]
    guards: Mapping[str, str]

    @property
    def writes(self) -> bool:
        """Whether carrying it out would write anything."""
        return any(change.action is not Action.SAME for change in self.changes)


class Portal(Protocol):
    """A place that releases are published to: the static catalogue, or a CKAN."""

    name: str

    def look(self, publications: Sequence[Publication]) -> Mapping[str, HeldDataset]:
        """Return what the portal holds of each dataset of ``publications``; an absent one is not in it."""

    def apply(self, plan: Plan, publications: Sequence[Publication]) -> None:
        """Make the portal hold exactly what ``plan`` says, whole or not at all per dataset; read it back."""
