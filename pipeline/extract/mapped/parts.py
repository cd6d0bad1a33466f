"""The parts of a file that receipts speak of: the rows of one period, of one sheet where there are several."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, plain
from pipeline.columns.dates import days, read_dates
from pipeline.columns.keys import JOIN
from pipeline.errors import InputError
from pipeline.model.mapping import ROW, SHEET, folded, month_said, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.model.mapping import ExportMapping, Named
    from pipeline.model.periods import Period, PeriodKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: what receipts call it, the name of its sheet, where each mentioned column stands by its folded name.

    ``columns`` are text by place, empty cells null; ``problems`` are row numbers, places and codes.
    """

    name: str
    sheet: str = ""
    places: dict[str, int]
    columns: tuple[pa.Array, ...]
    rows: NDArray[np.int64]
    ragged: tuple[int, ...] = ()
    problems: tuple[tuple[int, int, str], ...] = ()
    footers: tuple[int, ...] = ()

    def places_named(self, names: Iterable[str]) -> list[int]:
        """Return the places of the columns that stand under some spellings."""
        return [self.places[folded(name)] for name in names if folded(name) in self.places]

    def cells(self, names: Iterable[str]) -> pa.Array | None:
        """Return the column that stands under one of some spellings, None where none does."""
        place = next(iter(self.places_named(names)), len(self.columns))
        return self.columns[place] if place < len(self.columns) else None


class Kinds(NamedTuple):
    """Which agreed columns hold dates, amounts, the period of their file, and by which rows belong together."""

    dates: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    together: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of a table that belong to one period: what receipts call them, and their positions."""

    name: str
    period: Period
    table: Table
    positions: NDArray[np.int64]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The numbers of its rows."""
        return self.table.rows[self.positions]

    @property
    def _lines(self) -> pa.Array:
        """Each row as one text of all its cells, mentioned or not."""
        columns = [plain(column).take(pa.array(self.positions)) for column in self.table.columns]
        if not columns:
            return pa.array([], pa.string())
        return pc.binary_join_element_wise(*columns, "\x1f", null_handling="replace", null_replacement="\x1e")

    @cached_property
    def sha256(self) -> str:
        """The sha256 of all cells of its rows, and of their numbers."""
        digest = hashlib.sha256()
        for line in self._lines.to_pylist():
            digest.update(f"{len(line)}:{line}\n".encode("utf-8", "surrogatepass"))
        digest.update(" ".join(map(str, self.rows.tolist())).encode())
        digest.update(f"\n{self.table.ragged}\n{self.table.problems}".encode())
        return digest.hexdigest()

    @cached_property
    def repeats(self) -> pa.Int64Array:
        """For each row the place of the first one whose cells are all equal."""
        codes = np.asarray(self._lines.dictionary_encode().indices)
        _, first = np.unique(codes, return_index=True)
        return pa.array(first[codes], pa.int64())


def said_by(path: str, mapping: ExportMapping) -> Named | None:
    """Return what the name of a file says, None where it is no file of the mapping."""
    return next(filter(None, (named(pattern, path) for pattern in mapping.files)), None)


def file_of(name: str, mapping: ExportMapping) -> str:
    """Return the file of a part by its name."""
    pieces = name.split("#")
    heads = ("#".join(pieces[:count]) for count in range(1, len(pieces) + 1))
    return next((head for head in heads if said_by(head, mapping) is not None), name)


def parts_of(
    path: str, tables: Iterable[Table], mapping: ExportMapping, kind: PeriodKind, together: Sequence[str]
) -> Iterator[Part]:
    """Yield the parts of a file's ``tables``; a row whose period cannot be read is with its group.

    It belongs ``together`` with rows of equal cells; where there are none, it is with the row above it.

    Raises:
        InputError: ``no-month``: the name of a sheet, or no row of a column, gives a period.
    """
    said = said_by(path, mapping)
    for table in tables:
        every = np.arange(len(table.rows))
        if mapping.by_column:
            yield from _by_column(table, mapping, kind, together)
        elif mapping.month == SHEET:
            month = month_said(table.sheet, said)
            if not month:
                raise _no_month(table, "the name of this sheet calls no month", mapping)
            yield Part(table.name, kind.of_month(month), table, every)
        else:
            yield Part(table.name, said.period(kind) if said else "", table, every)


def _by_column(table: Table, mapping: ExportMapping, kind: PeriodKind, together: Sequence[str]) -> Iterator[Part]:
    cells = table.cells(mapping.spellings(mapping.month))
    if cells is None or not len(cells):
        if table.ragged:
            raise _no_month(table, f"each of its {len(table.ragged):,} rows has too few or too many cells", mapping)
        return
    read = read_dates(cells, mapping.dates).cells if mapping.dates else cells
    day = plain(days(read, time_allowed=True))
    month = pc.coalesce(pc.utf8_slice_codeunits(day, 0, 7), pc.if_else(pc.is_valid(day), None, plain(cells)))

    def number(text: str) -> int:
        found = month_said(text)
        return kind.number(kind.of_month(found)) if found else 0

    periods = facts_of_distinct(month, number, dtype=np.int64, empty=0)
    if not periods.any():
        what = f"none of its {len(periods):,} rows has a date in the column that gives the month"
        raise _no_month(table, what, mapping)
    periods = _completed(periods, _groups(table, mapping, together))
    for each in np.unique(periods).tolist():
        yield Part(f"{table.name}#{kind.name(each)}", kind.name(each), table, np.flatnonzero(periods == each))


def _groups(table: Table, mapping: ExportMapping, together: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for the rows that belong together by their own cells, -1 where nothing tells."""
    parts = [part for name in together for part in mapping.keys.get(name, (name,) if name in mapping.columns else ())]
    found = (table.cells(mapping.spellings(part)) for part in parts if part != ROW)
    columns = [plain(column) for column in found if column is not None]
    if not columns:
        return np.full(len(table.rows), -1)
    text = pc.binary_join_element_wise(*columns, JOIN, null_handling="replace", null_replacement="")
    return np.asarray(text.dictionary_encode().indices).astype(np.int64)


def _completed(periods: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a period for each row: of those without one that of their group, else of the row above, else the first."""
    dated = periods > 0
    names, first = np.unique(group[dated], return_index=True)
    of_group = dict(zip(names.tolist(), periods[dated][first].tolist(), strict=True))
    own = [of_group.get(each, 0) if each >= 0 else 0 for each in group[~dated].tolist()]
    periods = periods.copy()
    periods[~dated] = own
    above = np.maximum.accumulate(np.where(periods > 0, np.arange(len(periods)), -1))
    return periods[np.where(above >= 0, above, int(np.argmax(periods > 0)))]


def _no_month(table: Table, what: str, mapping: ExportMapping) -> InputError:
    fix = f"correct `month`, `sheets` or `dates` in [extracts.{mapping.feed}]"
    return InputError("no-month", what, where=table.name, fix=fix)
