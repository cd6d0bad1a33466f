"""The tables of one file of a force's own exports, each with every column as text; totals and notes are left out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import filled, mask_on_distinct, whole
from pipeline.columns.dates import days, read_dates
from pipeline.columns.money import money, read_money
from pipeline.errors import InputError
from pipeline.extract.delimited.folder import read_whole
from pipeline.extract.mapped.header import header_row, is_nearly_header, may_be_shown, no_header, places_of
from pipeline.extract.mapped.parts import Table
from pipeline.extract.marking import cut_or_continued
from pipeline.extract.workbook.lines import UNREADABLE, is_workbook, read_book
from pipeline.model.mapping import EVERY_SHEET, Named, folded, month_said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.extract.mapped.parts import Kinds
    from pipeline.extract.workbook.lines import SheetLines
    from pipeline.model.mapping import ExportMapping

    Mask = NDArray[np.bool_]
    Fits = Callable[[pa.Array, ExportMapping], Mask]

#: Lets a month without a year be called.
_ANY_YEAR = Named(financial_year="2000")
#: So many digits tell the sheets of a workbook apart, and nobody's name can be read from them.
_SIGN = 4
_PENCE = r"\.[0-9]{1,2}\D?\z"


class Loaded(NamedTuple):
    """A file: the sha256 of its bytes, how many they are, its encoding, its tables, and sheets that hold none."""

    sha256: str
    bytes: int
    encoding: str
    tables: tuple[Table, ...]
    unread: tuple[str, ...] = ()


def load(root: Path, path: str, mapping: ExportMapping, kinds: Kinds) -> Loaded:
    """Return a file below ``root``; every error is an `InputError` about the whole file."""
    if is_workbook(path):
        return _book(root, path, mapping, kinds)

    def find(rows: Sequence[Sequence[str]]) -> int:
        row = header_row(rows, mapping)
        if row is None:
            raise no_header(rows, mapping, where=path)
        return row

    found = read_whole(
        root, path, encoding=mapping.encoding, delimiter=mapping.delimiter, header_row=find, stop_at=mapping.stop_at
    )
    extracted = found.extracted
    columns = tuple(extracted.cells.values())
    where = f"{path}, row {found.header_row}" if found.header_row else path
    places = places_of(found.header, filled_places(columns), mapping, where=where)
    table = Table(
        name=path,
        places=places,
        columns=columns,
        rows=np.asarray(extracted.rows),
        ragged=extracted.ragged,
        footers=extracted.footers,
    )
    return Loaded(extracted.sha256, extracted.bytes, extracted.encoding, (_cut(table, mapping, kinds),))


def _book(root: Path, path: str, mapping: ExportMapping, kinds: Kinds) -> Loaded:
    named = {} if EVERY_SHEET in mapping.sheets else {folded(name): name for name in mapping.sheets}
    seen: list[str] = []
    unread: list[str] = []

    def choose(number: int, name: str, rows: Sequence[Sequence[str]]) -> int | None:
        if named and folded(name) not in named:
            return None
        seen.append(folded(name))
        row = header_row(rows, mapping)
        if row is None and (named or is_nearly_header(rows, mapping)):
            raise no_header(rows, mapping, where=f"{path}, sheet {number}")
        if row is None:
            unread.append(_label(name))
        return row

    book = read_book(root, path, allowed=mapping.allow, choose=choose)
    lacking = [name for fold, name in named.items() if fold not in seen]
    if lacking or not book.sheets:
        what = f"it has no visible sheet `{lacking[0]}`" if lacking else "none of its visible sheets has the header"
        fix = f"correct `sheets` or `columns` in [extracts.{mapping.feed}], or have it exported as before"
        raise InputError("missing-sheet", what, where=path, fix=fix)
    tables = tuple(_cut(_sheet(path, sheet, mapping), mapping, kinds) for sheet in book.sheets)
    if len({table.name for table in tables}) < len(tables):
        fix = "have one of them renamed, or deleted"
        raise cut_or_continued("two of its sheets have names that cannot be told apart", where=path, fix=fix)
    return Loaded(book.sha256, book.bytes, path.rpartition(".")[2].lower(), tables, tuple(unread))


def _sheet(path: str, sheet: SheetLines, mapping: ExportMapping) -> Table:
    name = f"{path}#{_label(sheet.name)}"
    width = max((len(row) for row in sheet.lines.rows), default=len(sheet.header))
    columns = [[row[place] if place < len(row) else None for row in sheet.lines.rows] for place in range(width)]
    unreadable = [
        (number, place, "unreadable-cell")
        for number, row in zip(sheet.lines.numbers, sheet.lines.rows, strict=True)
        for place, cell in enumerate(row)
        if cell == UNREADABLE
    ]
    texts = tuple(
        pa.array([None if cell == UNREADABLE else cell for cell in column], pa.string()) for column in columns
    )
    held = [*filled_places(texts), *{place for _, place, _ in unreadable}]
    where = f"{name}, row {sheet.header_row}" if sheet.header_row else name
    return Table(
        name=name,
        sheet=sheet.name,
        places=places_of(sheet.header, held, mapping, where=where),
        columns=texts,
        rows=np.array(sheet.lines.numbers, np.int64),
        problems=(*unreadable, *((row, place, "damaged-key") for row, place in sheet.lines.rounded)),
    )


def _label(name: str) -> str:
    """Return what receipts and messages call a sheet: its name where that cannot be a person's, else a sign of it.

    It depends on nothing else, so that the same sheet is called the same whatever changes beside it.
    """
    plain = " ".join(name.split())
    if month_said(plain, _ANY_YEAR) or may_be_shown(plain):
        return plain
    return f"sheet-{hashlib.sha256(plain.encode()).hexdigest()[:_SIGN]}"


def filled_places(columns: Sequence[pa.Array]) -> list[int]:
    """Return the places of the columns that hold anything."""
    return [place for place, column in enumerate(columns) if column.null_count < len(column)]


def _cut(table: Table, mapping: ExportMapping, kinds: Kinds) -> Table:
    """Return a table without blank rows and footers."""
    if not len(table.rows):
        return table
    some = np.logical_or.reduce([filled(column) for column in table.columns])
    some |= np.isin(table.rows, [row for row, _, _ in table.problems])  # what cannot be read is no blank row
    keep, footers = without_footers(table, some, mapping, kinds)
    if keep.all():
        return table
    kept = set(table.rows[keep].tolist())
    return replace(
        table,
        columns=tuple(whole(pc.filter(column, pa.array(keep))) for column in table.columns),
        rows=table.rows[keep],
        problems=tuple(problem for problem in table.problems if problem[0] in kept),
        footers=tuple(sorted((*table.footers, *footers))),
    )


def without_footers(table: Table, some: Mask, mapping: ExportMapping, kinds: Kinds) -> tuple[Mask, tuple[int, ...]]:
    """Return which rows are lines, of those with ``some`` cell, and the numbers of the footers.

    Raises `InputError` ``line-below-footer``: a row that `stop_at` cuts off has a readable date and amount.
    """
    keep = some.copy()
    dates, amounts = (
        table.places_named(name for agreed in each for name in mapping.columns.get(agreed, ()))
        for each in (kinds.dates, kinds.amounts)
    )
    if mapping.stop_at:
        first = pc.utf8_lower(pc.coalesce(*(column.cast("string") for column in table.columns)))
        begins = np.asarray(pc.starts_with(first, mapping.stop_at.strip().lower()).fill_null(False))  # noqa: FBT003
        stop = int(np.argmax(begins)) if begins.any() else len(keep)
        line = some & _readable(table, dates, mapping, is_date) & _readable(table, amounts, mapping, is_amount)
        if line[stop:].any():
            row = int(table.rows[stop:][line[stop:]][0])
            what = f"row {row:,} has a readable date and amount, and `stop_at` would leave it out"
            fix = f"give more of the footer's text as stop_at in [extracts.{mapping.feed}], or remove it"
            raise InputError("line-below-footer", what, where=table.name, fix=fix)
        keep[stop:] = False
    last = np.flatnonzero(keep)[-1:]
    if len(last) and _only_money(table, int(last[0]), amounts, mapping):
        keep[last] = False
    return keep, tuple(table.rows[some & ~keep].tolist())


def is_date(column: pa.Array, mapping: ExportMapping) -> Mask:
    """Return where a cell is a date of the mapping's forms, else of the agreed ones."""
    cells = read_dates(column, mapping.dates).cells if mapping.dates else column
    return filled(days(cells, time_allowed=True))


def is_amount(column: pa.Array, mapping: ExportMapping) -> Mask:
    """Return where a cell is an amount of the mapping's forms or of the agreed ones."""
    read = read_money(column, mapping.money)
    return mask_on_distinct(read, lambda text: money(text) is not None)


def _readable(table: Table, places: Sequence[int], mapping: ExportMapping, fits: Fits) -> Mask:
    """Return the rows in which one of some columns is readable; every row where there are none to read."""
    if not places:
        return np.ones(len(table.rows), np.bool_)
    found: Mask = np.logical_or.reduce([fits(table.columns[place], mapping) for place in places])
    return found


def _only_money(table: Table, row: int, amounts: Sequence[int], mapping: ExportMapping) -> bool:
    """Return whether nothing but amounts is filled in a row; one of a column of no known kind has pence."""
    places = [place for place, column in enumerate(table.columns) if column[row].is_valid]
    if not set(places) & set(amounts):
        return False
    return all(
        bool(is_amount(table.columns[place].slice(row, 1), mapping)[0])
        and (place in amounts or pc.any(pc.match_substring_regex(table.columns[place], _PENCE)).as_py())
        for place in places
    )
