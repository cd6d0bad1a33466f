"""Workbooks made by hand, changed inside, and read."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pipeline.extract.workbook.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.tables import Extracted


COLUMNS = ("Body", "Payment Date", "Net Amount", "Narrative")


LEDGER = Workbook("ledger/{month}.xlsx", sheet="Payments", title_rows=3)


#: A cell that must never be seen in a message.
PERSON = "Featherstonehaugh"


LINE = ("OPCC", dt.date(2024, 1, 15), 1234.5, PERSON)


SHEET = "xl/worksheets/sheet2.xml"


def workbook(
    *lines: Sequence[object],
    change: Callable[[Any, Any], object] = lambda _book, _sheet: None,
    options: Mapping[str, object] | None = None,
) -> bytes:
    """Return a workbook of two sheets; ``change`` gets the book and the sheet `Payments` before it is closed."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, dict(options or {}))
    book.add_worksheet("Summary").write(0, 0, "Totals")
    sheet = book.add_worksheet("Payments")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write(0, 0, "Example Police")
    sheet.write_row(3, 0, COLUMNS)
    for row, line in enumerate(lines, start=4):
        for column, value in enumerate(line):
            if isinstance(value, dt.date):
                sheet.write_datetime(row, column, value, day)
            else:
                sheet.write(row, column, value)
    change(book, sheet)
    book.close()
    return target.getvalue()


def edited(
    data: bytes,
    edit: Callable[[str, bytes], bytes] = lambda _name, part: part,
    *,
    without: Sequence[str] = (),
    added: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the package with its parts changed, left out or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in without:
                new.writestr(entry.filename, edit(entry.filename, old.read(entry)))
        for name, part in (added or {}).items():
            new.writestr(name, part)
    return target.getvalue()


def replaced(part: str, old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    def edit(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        assert old in data
        return data.replace(old, new)

    return edit


def read(root: Path, data: bytes, columns: Sequence[str] = COLUMNS, *, source: Workbook = LEDGER) -> Extracted:
    (root / "2024-01.xlsx").write_bytes(data)
    return source.read(root, "2024-01.xlsx", columns, COLUMNS)


def rows(extracted: Extracted) -> list[tuple[str | None, ...]]:
    return list(zip(*(column.to_pylist() for column in extracted.cells.values()), strict=True))


def another_sheet(name: str, header: Sequence[str] = COLUMNS, row: int = 3) -> Callable[[Any, Any], object]:
    return lambda book, _: book.add_worksheet(name).write_row(row, 0, header)


def texts(extracted: Extracted) -> dict[str, list[str | None]]:
    """Return the cells by column."""
    return {name: column.to_pylist() for name, column in extracted.cells.items()}
