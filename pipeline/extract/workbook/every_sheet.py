"""Every sheet of a workbook of any layout: OOXML under all checks, older kinds through calamine alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline.errors import InputError
from pipeline.extract.marking import refuse_marking
from pipeline.extract.paths import steadily
from pipeline.extract.workbook.contents import refuse
from pipeline.extract.workbook.lines import MOST_CELLS, grid_of, lines_of, shown
from pipeline.extract.workbook.package import Package, check_older
from pipeline.extract.workbook.parts import opened
from pipeline.extract.workbook.sheet import SheetLook
from pipeline.extract.workbook.workbook import digest_of, refuse_marked_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from io import BufferedReader
    from pathlib import Path

    from pipeline.extract.workbook.lines import Grid, Lines

    #: Says of a sheet's number, name and first rows where its header is: 0 for no header, None for another sheet.
    Choose = Callable[[int, str, Sequence[Sequence[str]]], int | None]

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
