"""The tables of the corridor: what was read, what is accounted together, what protect lets out.

A row's path: `Extracted`, `RawTable`, `SafeTable`, `Checked`, `PublishableTable`, `Release`, `Publication`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.periods import Period


# --- extract -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was received: one per file, or per month of a database.

    ``path`` is below ``data/raw`` with forward slashes, or ``database:<table>`` for a database;
    ``sha256`` is of the file's bytes, or for a database of the rows that it selects;
    ``months`` counts the rows of each month, `NO_PERIOD` included; ``note`` is what every run says of it.
    """

    path: str
    bytes: int
    sha256: str
    rows: int
    months: Mapping[Period, int] = field(default_factory=dict)
    encoding: str = "utf-8"
    note: str = ""


#: The name of a column of digests of whole rows: it tells which rows are equal, withheld cells included.
WHOLE_ROW: Final = "whole row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What an archetype read from one source: text columns, no type guessed.

    ``cells`` holds the asked columns, `string` or `dictionary<int32, string>`, trimmed of spaces and
    no-break spaces, an empty cell null.  ``rows`` is int64, the row's number as a spreadsheet shows it
    (the header of a plain CSV is row 1).  ``ragged`` lists the numbers of rows with too few or too many
    cells; they are not in ``cells``.  ``repeats`` (workbooks only) is int64: for each row the index of the
    first row of the same source whose declared cells are all equal, itself where there is none before.
    ``problems`` lists cells that no text stands for (an error cell, a formula without a stored result);
    ``note`` is what is to be said of the source, ``footers`` are the numbers of short rows below its lines.  ``lines``
    are the rows as they stand, where their cells do not tell all: what is empty from what is not there.
    """

    path: str
    bytes: int
    sha256: str
    encoding: str
    cells: Mapping[str, pa.Array]
    rows: pa.Int64Array
    ragged: tuple[int, ...] = ()
    repeats: pa.Int64Array | None = None
    problems: tuple[CellProblem, ...] = ()
    note: str = ""
    footers: tuple[int, ...] = ()
    lines: pa.StringArray | None = None


class CellProblem(NamedTuple):
    """A cell that cannot be used: its row's number, its raw column, a code of `reasons.REASONS`."""

    row: int
    column: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawTable:
    """The rows that one month of one feed is made of, with where each came from; it never leaves protect.

    ``cells`` are text columns by raw name.  ``source`` (int32) points into ``paths``, ``row`` (int64) is the
    row's number there, ``repeats`` (int64) the position of the first row with equal cells.  ``ragged`` are
    rows that could not be read as cells; ``closed`` is true for rows whose month cannot be built;
    ``after_file`` for rows of a later month than their file's.  ``files`` are the periods of the ``paths``, "" where
    one holds every period.
    """

    feed: str
    paths: tuple[str, ...]
    cells: Mapping[str, pa.Array]
    source: NDArray[np.int32]
    row: NDArray[np.int64]
    repeats: NDArray[np.int64]
    closed: NDArray[np.bool_]
    after_file: NDArray[np.bool_]
    ragged: tuple[RowRef, ...] = ()
    problems: tuple[tuple[int, str, str], ...] = ()
    files: tuple[Period, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows that could be read as cells."""
        return len(self.row)


class RowRef(NamedTuple):
    """A row of a source: index into the table's paths, row number."""

    source: int
    row: int


# --- validate ----------------------------------------------------------------------------------------


#: What a row rule says of rows once it is known which are bad, free of any text of a cell: reason codes with the
#: rows that they fall on, given the rows still standing and the bad ones.
Ruling: TypeAlias = "Callable[[Mask, Mask], Iterable[tuple[str, Mask]]]"


class Marks(NamedTuple):
    """Texts about rows, one or more of each: the rows' positions, and the texts beside them."""

    rows: NDArray[np.int64]
    texts: NDArray[np.object_]

    @classmethod
    def of(cls, pairs: Sequence[tuple[int, str]]) -> Marks:
        """Return marks from pairs of a position and a text."""
        return cls(np.array([row for row, _ in pairs], np.int64), np.array([text for _, text in pairs], np.object_))

    def among(self, positions: NDArray[np.int64]) -> Marks:
        """Return those of some rows."""
        there = np.isin(self.rows, positions)
        return Marks(self.rows[there], self.texts[there])


class Kept(NamedTuple):
    """What later builds of rows have to keep back: entries, those that only releases still say, what rows are about.

    An entry begins with what it is about.
    """

    entries: Marks
    weaker: Marks
    about: Marks


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SafeTable:
    """What protect lets out: only declared published columns, of the rows that it could treat.

    ``table`` holds text columns in published order, ``positions`` (int64) where its rows stand among the
    ``length`` rows read, ``bad`` the rows that cannot be published, ``found`` why.  ``rulings`` settle the
    rest and hold no text of a cell.  ``references`` are keyed references of all rows, by scope, where they are
    not what is published; ``applied`` are entries of the private index that stood in the rows.  ``kept`` is what
    later builds have to keep back as well.
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
    kept: tuple[Kept, ...]


class Found(NamedTuple):
    """A problem of some rows: the column it is in, a reason code, the rows' positions."""

    column: str
    code: str
    positions: NDArray[np.int64]


class Rejection(NamedTuple):
    """One published cell that breaks its schema: position in the table, published column, reason code."""

    position: int
    column: str
    code: str
