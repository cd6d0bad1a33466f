"""The rows of one sheet as text: what calamine reads, put right by what the look into the package saw."""

from __future__ import annotations

import datetime as dt
import io
import math
from typing import TYPE_CHECKING, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError
from pipeline.extract.given import plain_decimal
from pipeline.extract.marking import refuse_full

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.extract.workbook.cells import Shown
    from pipeline.extract.workbook.parts import Opened
    from pipeline.extract.workbook.sheet import SheetLook

    Grid = Sequence[Sequence[object]]

#: Stands for a cell that no text stands for; XML cannot hold it, so no real cell is equal to it.
UNREADABLE = "\0"
#: The first number with more than fifteen digits.
_KEPT = 10**15
MOST_CELLS = 20_000_000


class Lines(NamedTuple):
    """Rows as text, `UNREADABLE` where there is none, and their numbers; rows without a filled cell are left out.

    ``rounded`` are the row number and place of number cells with more digits than a spreadsheet keeps.
    """

    rows: Sequence[Sequence[str | None]]
    numbers: Sequence[int]
    rounded: Sequence[tuple[int, int]]


def grid_of(found: Opened, number: int) -> Grid:
    """Return the cells of a sheet from A1 on, as wide and as long as what was seen of it."""
    package, seen = found.package, found.looks[number]
    if seen.last_row * seen.last_column > MOST_CELLS:
        what = "the used range of the sheet is larger than any extract should be"
        fix = "delete the stray cells far below or right of the rows, and save it again"
        raise InputError("zip-bomb", what, where=package.where, fix=fix)
    refuse_full(seen.last_row, where=package.where)
    with io.BytesIO() as copy:
        found.copy_for_reading(found.sheets[number], copy)
        copy.seek(0)
        try:
            with CalamineWorkbook.from_filelike(copy) as workbook:
                grid: Grid = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
        except (CalamineError, ValueError, ArithmeticError):  # their texts may hold a cell
            raise package.broken("its cells cannot be read") from None
    if seen.last_row and not grid and not seen.unreadable:
        raise package.broken("its cells are not where they should be")
    # calamine leaves out cells that hold no value: errors at its edges
    width = max([seen.last_column, *map(len, grid[:1])])
    wide = [[*row, *[""] * (width - len(row))] for row in grid]
    return wide + [[""] * width for _ in range(len(grid), max(seen.unreadable, default=0))]


def lines_of(
    grid: Grid, seen: SheetLook, formats: Mapping[str, Shown], header_row: int, digits: Mapping[int, int]
) -> Lines:
    """Return the rows below the header; ``digits`` are how many digits number cells at some places have."""
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    rounded: list[tuple[int, int]] = []
    for number, values in enumerate(grid[header_row:], start=header_row + 1):
        cells = [text_of(value) for value in values]
        finite = {
            place: float(value)
            for place, value in enumerate(values)
            if isinstance(value, float | int) and math.isfinite(value)
        }
        rounded.extend((number, place) for place, value in finite.items() if abs(value) >= _KEPT)
        for column, style in seen.styled.get(number, ()):
            value = finite.get(column - 1)
            cells[column - 1] = (None if value is None else formats[style].text(value)) or cells[column - 1]
        for place, count in digits.items():
            if isinstance(values[place], int | float) and (cells[place] or "").isdigit():
                cells[place] = str(cells[place]).zfill(count)
        for column in seen.unreadable.get(number, ()):
            cells[column - 1] = UNREADABLE
        if any(cell is not None for cell in cells):
            rows.append(cells)
            numbers.append(number)
    return Lines(rows, numbers, rounded)


def text_of(value: object) -> str | None:
    """Return the text that stands for a cell as calamine gives it: None when empty, `UNREADABLE` when none does."""
    match value:
        case str():
            return value.strip(BLANKS) or None
        case bool():
            return "TRUE" if value else "FALSE"
        case float() | int():
            return plain_decimal(value) if math.isfinite(value) else UNREADABLE
        case dt.datetime():
            return value.date().isoformat()
        case dt.date():
            return value.isoformat()
    return UNREADABLE


def shown(value: object) -> str:
    """Return the text of a cell of the header or above it."""
    return text_of(value) or ""
