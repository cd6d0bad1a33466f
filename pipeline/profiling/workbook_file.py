"""Workbooks of any age: their sheets, and what they hold beside them."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from pipeline.errors import InputError
from pipeline.extract.workbook.contents import refuse_unwanted
from pipeline.extract.workbook.lines import text_of
from pipeline.extract.workbook.package import Package
from pipeline.extract.workbook.sheet import OutOfOrderError, SheetLook
from pipeline.profiling.container import Kind
from pipeline.profiling.grid import Table, gather

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: More cells than this, from the first to the last used one, are no table.
_MOST_CELLS = 20_000_000
#: What a workbook may hold that a mapping must allow, in words.
FOUND = {
    "hidden-sheet": "a hidden sheet",
    "hidden-cells": "hidden rows or columns (a filter hides rows)",
    "pivot-cache": "a pivot table, which keeps the rows that it was made from",
    "comment": "comments or notes",
    "macro": "macros",
    "external-link": "links to another workbook, whose cells it keeps",
    "data-model": "a data model, which keeps whole tables",
    "embedded-file": "another file inside it",
    "connection": "a connection to a source of data",
    "custom-xml": "data of other programs",
    "unknown-part": "a part that no table needs",
}


def read_book(file: BinaryIO, kind: Kind, *, where: str) -> tuple[list[Table], list[str]]:
    """Return the sheets of an open workbook, hidden ones too, and the codes of what else it holds (of `FOUND`)."""
    holds = _held(file, where=where) if kind is Kind.XLSX else []
    file.seek(0)
    try:
        with CalamineWorkbook.from_filelike(file) as book:
            sheets = [
                gather(
                    _rows(book, number, where=where),
                    Table(name=each.name, hidden=each.visible is not SheetVisibleEnum.Visible),
                )
                for number, each in enumerate(book.sheets_metadata)
                if each.typ is SheetTypeEnum.WorkSheet
            ]
    except PasswordError:
        what, fix = "a password protects the workbook", "have it saved without a password"
        raise InputError("encrypted-file", what, where=where, fix=fix) from None
    except (CalamineError, ValueError, ArithmeticError):  # their texts may hold a cell
        what, fix = f"the {kind.value} is damaged", "have it exported again"
        raise InputError("broken-file", what, where=where, fix=fix) from None
    if any(sheet.hidden and sheet.rows for sheet in sheets):
        holds.insert(0, "hidden-sheet")
    return sheets, holds


def _held(file: BinaryIO, *, where: str) -> list[str]:
    """Return the codes of what a workbook holds beside its cells; one that could do harm is an `InputError`."""
    package = Package(file, where=where)
    found: list[str] = []
    while True:
        try:
            refuse_unwanted(package, found)
            break
        except InputError as error:
            if error.code not in FOUND or error.code in found:
                break  # a part is odd: calamine may read the sheets all the same
            found.append(error.code)
    sheets = [name for name in package.names() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
    looks: list[SheetLook] = []
    for name in sheets:
        with suppress(OutOfOrderError, InputError):  # that a mapping stops at it is said there
            looks.append(SheetLook.of(package, name))
    if any(look.last_row * look.last_column > _MOST_CELLS for look in looks):
        raise _too_large(where)
    return [*(["hidden-cells"] if any(look.has_hidden() for look in looks) else []), *found]


def _rows(book: CalamineWorkbook, number: int, *, where: str) -> Iterator[Sequence[str]]:
    sheet = book.get_sheet_by_index(number)
    if (sheet.total_height or 0) * (sheet.total_width or 0) > _MOST_CELLS:
        raise _too_large(where)
    for row in sheet.to_python(skip_empty_area=False):
        # as a mapping reads them; a time alone is a text of its own
        yield [
            value.isoformat()
            if isinstance(value, dt.time)
            else (str(value) if isinstance(value, dt.timedelta) else text_of(value) or "")
            for value in row
        ]


def _too_large(where: str) -> InputError:
    fix = "delete the stray cells far below or right of the rows, and save it again"
    return InputError("zip-bomb", "the used range of a sheet is larger than any table", where=where, fix=fix)
