"""The nouns of the corridor: frozen, no input or output, nothing that knows a dataset by name.

A row's path: `Extracted` (what an archetype read) -> `RawTable` -> `SafeTable` -> `Checked` (the rows that keep
the schema) -> `PublishableTable` -> `Release` -> `Publication` (what a portal is given: `pipeline/portal.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from pipeline.protect.place import Fate, RowRule, Ruling, Treatment, Withheld
    from pipeline.reasons import Outcome

#: A calendar month, `YYYY-MM`; text sorts as time does.
Month = str
#: Where rows that belong to no month are accounted.
NO_MONTH = "none"


# --- declarations ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One kind of extract and the fate of each of its columns, declared exactly once.

    ``dated_by`` is the raw column whose day gives a row's month; "" where a row's month is its file's.
    ``rules`` decide about rows in their order.  ``withheld`` never leaves and is not read for the corridor.
    """

    name: str
    title: str
    source: Source
    dated_by: str = ""
    treatments: tuple[Treatment, ...]
    rules: tuple[RowRule, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    @property
    def fates(self) -> tuple[Fate, ...]:
        """Everything that settles a raw column."""
        return (*self.treatments, *self.rules, *self.withheld)

    @property
    def declared(self) -> tuple[str, ...]:
        """Every raw column of the extract."""
        return tuple(column for fate in self.fates for column in fate.settles)

    @property
    def used(self) -> tuple[str, ...]:
        """The raw columns that treatments and rules read."""
        dated = (self.dated_by,) if self.dated_by else ()
        return tuple(dict.fromkeys((*dated, *(column for fate in self.fates for column in fate.reads))))

    @property
    def recurring(self) -> tuple[str, ...]:
        """The used columns whose cells recur, so that a dictionary of them pays."""
        varied = {column for treatment in self.treatments for column in treatment.varied}
        return tuple(column for column in self.used if column not in varied)

    @property
    def identifying(self) -> tuple[str, ...]:
        """The raw columns that are withheld because they identify somebody or their record."""
        return tuple(dict.fromkeys(column for fate in self.fates for column in fate.identifies))

    @property
    def open_text(self) -> tuple[str, ...]:
        """The published columns whose text comes from no closed list."""
        return tuple(dict.fromkeys(column for treatment in self.treatments for column in treatment.open_text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is published under one name: its feeds, the order of its rows, what the public is told.

    ``references`` are the keyed references that the private index keeps: the published column of each, by
    scope.  ``reference_files`` are the names below ``data/reference`` that it needs, ``settings`` the sections
    of the settings that can change its rows.  ``granularity`` is the smallest area that a row gives, "" where
    it gives none.  ``statements`` may name settings in braces.  ``order`` names the published columns that
    rows are sorted by: all of them, where the declaration does not say.  The schema has title and description.
    """

    name: str
    family: str
    theme: str
    tags: tuple[str, ...]
    feeds: tuple[Feed, ...]
    references: Mapping[str, str]
    reference_files: tuple[str, ...] = ()
    settings: tuple[str, ...] = ("force",)
    granularity: str = ""
    statements: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    title: str = ""
    description: str = ""


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

    def read(
        self,
        root: Path,
        path: str,
        columns: Sequence[str],
        declared: Sequence[str],
        *,
        dictionaries: Sequence[str] = (),
    ) -> Extracted:
        """Return the asked ``columns`` of the extract at ``path`` below ``root``, ``dictionaries`` encoded.

        ``declared`` are all the columns that the feed names; other, missing or doubled ones raise
        `InputError` ``unknown-column``, all in one message.
        """


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawTable:
    """The rows that one month of one feed is made of, with where each came from; it never leaves protect.

    ``cells`` are text columns by raw name.  ``source`` (int32) points into ``paths``, ``row`` (int64) is the
    row's number there, ``repeats`` (int64) the position of the first row with equal cells.  ``ragged`` are
    rows that could not be read as cells; ``closed`` is true for rows whose month cannot be built;
    ``after_file`` for rows of a later month than their file's.
    """

    feed: str
    paths: tuple[str, ...]
    cells: Mapping[str, pa.Array]
    source: NDArray[np.int32]
    row: NDArray[np.int64]
    repeats: NDArray[np.int64]
    closed: NDArray[np.bool_]
    after_file: NDArray[np.bool_]
    ragged: tuple[Spot, ...] = ()
    problems: tuple[tuple[int, str, str], ...] = ()

    def __len__(self) -> int:
        """Return the number of rows that could be read as cells."""
        return len(self.row)


class Spot(NamedTuple):
    """A row of a source: index into the table's paths, row number."""

    source: int
    row: int


# --- validate ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SafeTable:
    """What protect lets out: only declared published columns, of the rows that it could treat.

    ``table`` holds text columns in published order, ``positions`` (int64) where its rows stand among the
    ``length`` rows read, ``bad`` the rows that cannot be published, ``found`` why.  ``rulings`` settle the
    rest and hold no text of a cell.  ``references`` are keyed references of all rows, by scope, where they are
    not what is published; ``applied`` are entries of the private index that stood in the rows.
    """

    feed: str
    table: pa.Table
    positions: NDArray[np.int64]
    length: int
    bad: NDArray[np.bool_]
    found: tuple[Found, ...]
    rulings: tuple[Ruling, ...]
    quality: Mapping[str, NDArray[np.bool_]]
    references: Mapping[str, pa.Array]
    applied: tuple[str, ...]


class Found(NamedTuple):
    """A problem of some rows: the column it is in, a reason code, the rows' positions."""

    column: str
    code: str
    positions: NDArray[np.int64]


class Account(NamedTuple):
    """How many rows of a feed had one outcome for one reason."""

    feed: str
    outcome: Outcome
    reason: str
    rows: int


class Quarantined(NamedTuple):
    """Where a bad row stands, and why it is bad: never the row."""

    feed: str
    path: str
    row: int
    column: str
    code: str


class Rejection(NamedTuple):
    """One published cell that breaks its schema: position in the table, published column, reason code."""

    position: int
    column: str
    code: str
