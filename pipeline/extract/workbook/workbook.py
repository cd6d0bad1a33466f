"""Workbooks, one a month: a sheet of cells below a few title rows, as finance systems export it.

calamine reads the cells, from a copy that holds only the parts that the look at the package approved.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError
from pipeline.extract.by_period import FilesByPeriod
from pipeline.extract.cut import refuse_full
from pipeline.extract.header import LOOKED_BELOW, Around, match_header
from pipeline.extract.marking import refuse_marking
from pipeline.extract.number import plain_decimal
from pipeline.extract.paths import changed, open_regular, state_of, unreadable
from pipeline.extract.workbook.cells import is_no_line
from pipeline.extract.workbook.package import Package
from pipeline.extract.workbook.parts import copy_for_reading, look
from pipeline.extract.workbook.sheets import Wanted
from pipeline.model.source import Form
from pipeline.model.tables import CellProblem, Extracted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.extract.workbook.formats import Shown
    from pipeline.extract.workbook.parts import Look
    from pipeline.extract.workbook.sheet import SheetLook

    Grid = Sequence[Sequence[object]]

#: Stands for a cell that no text stands for; XML cannot hold it, so no real cell is equal to it.
_UNREADABLE = "\0"
#: The first number with more than fifteen digits.
_KEPT = 10**15
_MOST_CELLS = 20_000_000


@dataclass(frozen=True, slots=True)
class Workbook(FilesByPeriod):
    """One workbook a month, at ``pattern`` below the folder of extracts.

    The header is the row below ``title_rows`` rows of the sheet ``sheet``.  ``allowed`` are codes of things
    that otherwise stop the file: ``hidden-sheet``, ``hidden-cells``, ``pivot-cache``, ``comment``, ``macro``,
    ``external-link``, ``data-model``, ``embedded-file``, ``connection``, ``custom-xml``, ``unknown-part``.
    ``digits`` are columns whose number cells have lost zeros at the front, and how many digits they have.
    """

    pattern: str
    sheet: str
    title_rows: int = 0
    allowed: tuple[str, ...] = ()
    digits: tuple[tuple[str, int], ...] = ()

    @property
    def form(self) -> Form:
        """How it is laid out."""
        return Form(self.pattern, self.title_rows, self.sheet)

    def read(
        self,
        root: Path,
        path: str,
        columns: Sequence[str],
        declared: Sequence[str],
        *,
        dictionaries: Sequence[str] = (),
    ) -> Extracted:
        """Return the asked ``columns`` of the workbook at ``path``, those in ``dictionaries`` dictionary-encoded.

        Numbers are the shortest decimal that gives the same float, dates are ISO days.  Every error is an
        `InputError` about the whole file; cells that cannot be read are listed in ``problems``.
        """
        digest, size, table = self._whole(root, path, declared)
        return Extracted(
            path=path,
            bytes=size,
            sha256=digest,
            encoding="xlsx",
            cells=table.cells(columns, dictionaries),
            rows=pa.array(table.numbers, pa.int64()),
            repeats=table.repeats(declared),
            problems=table.problems(columns),
        )

    def _whole(self, root: Path, path: str, declared: Sequence[str]) -> tuple[str, int, _Table]:
        with open_regular(root, path) as file:
            before = state_of(file)
            try:
                digest, size = _digest(file)
                grid, found = self._grid(file, path, declared)
            except OSError as error:
                raise unreadable(path, error) from None
            if state_of(file) != before or size != before[0]:
                raise changed(path)
        return digest, size, self._table(grid, found, declared, where=path)

    def _grid(self, file: BinaryIO, path: str, declared: Sequence[str]) -> tuple[Grid, Look]:
        """Return the wanted sheet's cells from A1 on, and what the look into the workbook saw."""
        package = Package(file, where=path)
        found = look(package, Wanted(self.sheet, self.title_rows, self.allowed, declared))
        seen = found.seen
        if seen.last_row * seen.last_column > _MOST_CELLS:
            raise InputError(
                "zip-bomb",
                "the used range of the sheet is larger than any extract should be",
                where=path,
                fix="delete the stray cells far below or right of the rows, and save it again",
            )
        refuse_full(seen.last_row, where=path)
        with io.BytesIO() as copy:
            copy_for_reading(package, found.parts, found.sheet, copy)
            copy.seek(0)
            try:
                with CalamineWorkbook.from_filelike(copy) as workbook:
                    grid: Grid = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
            except (CalamineError, ValueError, ArithmeticError):  # their texts may hold a cell
                raise package.broken("its cells cannot be read") from None
        if seen.last_row and not grid and not seen.unreadable:
            raise package.broken("its cells are not where they should be")
        return grid, found

    def _table(self, grid: Grid, found: Look, declared: Sequence[str], *, where: str) -> _Table:
        """Return the rows below the header, whose columns are the declared ones."""
        seen = found.seen
        grid = _padded(grid, seen)
        titles = [_shown(value) for row in grid[: self.title_rows] for value in row]
        refuse_marking(titles, where=where, place="title rows")
        header_row = self.title_rows + 1
        at = f"{where}, row {header_row}"
        names = [_shown(value) for row in grid[self.title_rows : header_row] for value in row]
        known = set(declared)
        refuse_marking((name for name in names if name not in known), where=at, place="header")
        filled_up = [(place, digits) for place, name in enumerate(names) for of, digits in self.digits if of == name]
        rows: list[list[str | None]] = []
        numbers: list[int] = []
        rounded: list[tuple[int, int]] = []
        for number, values in enumerate(grid[header_row:], start=header_row + 1):
            cells = [text_of(value) for value in values]
            rounded.extend((number, place) for place, value in enumerate(values) if _is_rounded(value))
            for column, style in seen.styled.get(number, ()):
                cells[column - 1] = _as_formatted(values[column - 1], found.formats[style]) or cells[column - 1]
            for place, digits in filled_up:
                if isinstance(values[place], int | float) and (cells[place] or "").isdigit():
                    cells[place] = str(cells[place]).zfill(digits)
            for column in seen.unreadable.get(number, ()):
                cells[column - 1] = _UNREADABLE
            if any(cell is not None for cell in cells):
                rows.append(cells)
                numbers.append(number)
        _refuse_marked_notes(rows, len(declared), where=where)
        used = {place for cells in rows for place, cell in enumerate(cells) if cell is not None}
        header = [name if name or place in used else None for place, name in enumerate(names)]
        around = Around(header_row, self._near(grid))
        return _Table(rows, numbers, match_header(header, declared, where=at, around=around), rounded)

    def _near(self, grid: Grid) -> Mapping[int, Sequence[str]]:
        """Return the cells of the rows near the header's place, by number."""
        last = self.title_rows + 1 + LOOKED_BELOW
        return {number: [_shown(value) for value in row] for number, row in enumerate(grid[:last], start=1)}


class _Table(NamedTuple):
    """Rows as text, `_UNREADABLE` where there is none; their numbers; where each declared column is.

    ``rounded`` are the row number and place of number cells with more digits than a spreadsheet keeps.
    """

    rows: Sequence[Sequence[str | None]]
    numbers: Sequence[int]
    places: Mapping[str, int]
    rounded: Sequence[tuple[int, int]]

    def cells(self, columns: Sequence[str], dictionaries: Sequence[str]) -> dict[str, pa.Array]:
        """Return the asked columns, null where a cell is empty or unreadable."""
        return {name: self._column(name, encode=name in dictionaries) for name in columns}

    def repeats(self, declared: Sequence[str]) -> pa.Int64Array:
        """Return for each row the index of the first row with the same declared cells."""
        order = [self.places[name] for name in declared]
        first: dict[tuple[str | None, ...], int] = {}
        found = [first.setdefault(tuple(row[place] for place in order), index) for index, row in enumerate(self.rows)]
        return pa.array(np.array(found, np.int64))

    def problems(self, columns: Sequence[str]) -> tuple[CellProblem, ...]:
        """Return the cells of the asked columns that no text stands for or that are rounded, row by row."""
        names = {self.places[name]: name for name in columns}
        unreadable = [
            CellProblem(number, name, "unreadable-cell")
            for number, row in zip(self.numbers, self.rows, strict=True)
            if _UNREADABLE in row
            for name in columns
            if row[self.places[name]] == _UNREADABLE
        ]
        rounded = [CellProblem(row, names[place], "damaged-key") for row, place in self.rounded if place in names]
        return tuple(sorted([*unreadable, *rounded], key=lambda each: each.row))

    def _column(self, name: str, *, encode: bool) -> pa.Array:
        place = self.places[name]
        texts = pa.array([None if row[place] == _UNREADABLE else row[place] for row in self.rows], pa.string())
        return texts.dictionary_encode() if encode else texts


def text_of(value: object) -> str | None:
    """Return the text that stands for a cell as calamine gives it: None when empty, `_UNREADABLE` when none does."""
    match value:
        case str():
            return value.strip(BLANKS) or None
        case bool():
            return "TRUE" if value else "FALSE"
        case float() | int():
            return plain_decimal(value) if math.isfinite(value) else _UNREADABLE
        case dt.datetime():
            return value.date().isoformat()
        case dt.date():
            return value.isoformat()
    return _UNREADABLE


def _is_rounded(value: object) -> bool:
    """Return whether a number has more digits than the fifteen that a spreadsheet keeps: nobody wrote its last ones."""
    return isinstance(value, float | int) and _KEPT <= abs(value) < math.inf


def _as_formatted(value: object, shown: Shown) -> str | None:
    """Return a number as its format shows it, None where that is no more than its digits."""
    return shown.text(value) if isinstance(value, float | int) and math.isfinite(value) else None


def _refuse_marked_notes(rows: Sequence[Sequence[str | None]], width: int, *, where: str) -> None:
    """Refuse a marking in a row that is no line: a note below the last one, a heading between two."""
    for row in rows:
        filled = [cell for cell in row if cell is not None]
        if is_no_line(len(filled), width):
            refuse_marking(filled, where=where, place="rows below the last line, or between lines")


def _shown(value: object) -> str:
    return text_of(value) or ""


def _padded(grid: Grid, seen: SheetLook) -> Grid:
    """Return ``grid`` with the cells that calamine leaves out because they hold no value: errors at its edges."""
    width = max([seen.last_column, *map(len, grid[:1])])
    wide = [[*row, *[""] * (width - len(row))] for row in grid]
    return wide + [[""] * width for _ in range(len(grid), max(seen.unreadable, default=0))]


def _digest(file: BinaryIO) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    while block := file.read(1 << 20):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size
