"""The rows of sheets as text: what calamine reads, put right by what the look into the package saw.

Every sheet of a workbook of any layout is read here too: OOXML under all checks, older kinds through calamine alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import math
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError
from pipeline.extract.given import plain_decimal
from pipeline.extract.marking import refuse_full, refuse_marking
from pipeline.extract.paths import steadily
from pipeline.extract.workbook.cells import is_no_line
from pipeline.extract.workbook.contents import refuse
from pipeline.extract.workbook.package import Package, check_older
from pipeline.extract.workbook.parts import opened
from pipeline.extract.workbook.sheet import SheetLook

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from io import BufferedReader
    from pathlib import Path

    from pipeline.extract.workbook.cells import Shown
    from pipeline.extract.workbook.parts import Opened

    Grid = Sequence[Sequence[object]]
    #: Says of a sheet's number, name and first rows where its header is: 0 for no header, None for another sheet.
    Choose = Callable[[int, str, Sequence[Sequence[str]]], int | None]

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


def refuse_marked_notes(rows: Sequence[Sequence[str | None]], width: int, *, where: str) -> None:
    """Refuse a marking in a row that is no line: a note below the last one, a heading between two."""
    for row in rows:
        filled = [cell for cell in row if cell is not None]
        if is_no_line(len(filled), width):
            refuse_marking(filled, where=where, place="rows below the last line, or between lines")


def digest_of(file: BinaryIO) -> tuple[str, int]:
    """Return the sha256 of a file's bytes from where it stands, and how many there are."""
    begun = file.tell()
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest(), file.tell() - begun


#: So many rows of each sheet are handed to whoever looks for the header.
LOOKED_AT = 1_000
_OLDER = (".xls", ".ods", ".xlsb")


class SheetLines(NamedTuple):
    """The rows of a sheet, by its number and name, below its header, empty where it has none."""

    number: int
    name: str
    header_row: int
    header: Sequence[str]
    lines: Lines


class Book(NamedTuple):
    """A workbook: the sha256 of its bytes, how many they are, and the sheets that were chosen."""

    sha256: str
    bytes: int
    sheets: Sequence[SheetLines]


def is_workbook(path: str) -> bool:
    """Return whether a file is a workbook, by its name."""
    return path.lower().endswith((".xlsx", ".xlsm", *_OLDER))


def read_book(root: Path, path: str, *, allowed: Collection[str], choose: Choose) -> Book:
    """Return the sheets of a workbook below ``root`` that ``choose`` chooses; a hidden one is never asked for.

    Every error is an `InputError` about the whole file.
    """

    def read(file: BufferedReader) -> tuple[Book, int]:
        digest, size = digest_of(file)
        file.seek(0)
        sheets = _older if path.lower().endswith(_OLDER) else _sheets
        return Book(digest, size, tuple(sheets(file, path, allowed, choose))), size

    return steadily(root, path, read)


def _sheets(file: BufferedReader, path: str, allowed: Collection[str], choose: Choose) -> Iterator[SheetLines]:
    found = opened(Package(file, where=path), allowed, LOOKED_AT)
    for number, sheet in found.sheets.items():
        if sheet.hidden:
            continue
        rows = found.heads[number]
        head = [  # the first rows from A1 on, as text
            [found.text(cells.get(column, "")) for column in range(1, max(cells, default=0) + 1)]
            for cells in (rows.get(row, {}) for row in range(1, max(rows, default=0) + 1))
        ]
        header_row = choose(number, sheet.name, head)
        if header_row is None:
            found.refuse_marked_lines(number, 0)
            continue
        found.check_amount(number)
        grid = grid_of(found, number)
        lines = lines_of(grid, found.looks[number], found.formats, header_row, {})
        yield _of_sheet(number, sheet.name, header_row, grid, lines, where=path)


def _older(file: BufferedReader, path: str, allowed: Collection[str], choose: Choose) -> Iterator[SheetLines]:
    """Yield the sheets of a kind of file whose comments and hidden rows nobody can see from here."""
    check_older(file, where=path)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
        known = [each for each in workbook.sheets_metadata if each.typ is SheetTypeEnum.WorkSheet]
        hidden = [each.visible is not SheetVisibleEnum.Visible for each in known]
        refuse(allowed, "hidden-sheet", path, found=any(hidden))
        refuse_marking((each.name for each in known), where=path, place="name of a sheet")
        for number, (each, is_hidden) in enumerate(zip(known, hidden, strict=True), start=1):
            if is_hidden:
                continue
            sheet = workbook.get_sheet_by_name(each.name)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise ValueError  # noqa: TRY301 - as what cannot be read
            grid: Grid = sheet.to_python(skip_empty_area=False)
            header_row = choose(number, each.name, [[shown(value) for value in row] for row in grid[:LOOKED_AT]])
            if header_row is not None:
                lines = lines_of(grid, SheetLook(), {}, header_row, {})
                yield _of_sheet(number, each.name, header_row, grid, lines, where=path)
    except (CalamineError, ValueError, ArithmeticError):  # their texts may hold a cell
        fix = "export it again, as .xlsx"
        raise InputError("broken-file", "the workbook cannot be read", where=path, fix=fix) from None


def _of_sheet(number: int, name: str, header_row: int, grid: Grid, lines: Lines, *, where: str) -> SheetLines:
    titles = [shown(value) for row in grid[:header_row] for value in row]
    refuse_marking(titles, where=where, place="title rows or header")
    header = [shown(value) for row in grid[header_row - 1 : header_row] for value in row] if header_row else []
    refuse_marked_notes(lines.rows, max((len(row) for row in lines.rows), default=1), where=where)
    return SheetLines(number, name, header_row, header, lines)
