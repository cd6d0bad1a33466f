"""Ledgers as workbooks: three title rows, the header in row 4, another visible sheet, the same bytes every time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import xlsxwriter

from pipeline.model.wording import SAMPLE_MARK
from pipeline.sample.ledger import HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.sample.ledger import Line

#: The created date that every workbook states: no clock in data files.
_CREATED = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - the library writes it as it stands, without a zone
SHEET = "Payments"
#: The header stands below three title rows; counted from 0.
HEADER_ROW = 3


def write_workbook(
    path: Path,
    month: str,
    lines: Sequence[Line],
    *,
    header: Sequence[str] = HEADER,
    dress: Callable[[xlsxwriter.Workbook], object] | None = None,
) -> int:
    """Write ``lines`` below ``header`` to a workbook at ``path``; return how many lines there are.

    Text stays text whatever it looks like: nothing becomes a formula, a link or a number.  ``dress`` may add to the
    finished workbook what a finance office's workbooks come with.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": SAMPLE_MARK, "author": "Example Police", "created": _CREATED})
    _write_lines(book, month, lines, header)
    book.add_worksheet("Notes").write_string(0, 0, f"{SAMPLE_MARK}: made up from end to end")
    if dress:
        dress(book)
    book.close()
    return len(lines)


def _write_lines(book: xlsxwriter.Workbook, month: str, lines: Sequence[Line], header: Sequence[str]) -> None:
    """Add the sheet of payments to ``book``: titles, header, lines."""
    day, money = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet(SHEET)
    titles = (f"{SAMPLE_MARK} - invented payments of Example Police", f"Period {month}", "Amounts in pounds")
    for row, title in enumerate(titles):
        sheet.write_string(row, 0, title)
    for place, name in enumerate(header):
        sheet.write_string(HEADER_ROW, place, name)
    for row, line in enumerate(lines, start=HEADER_ROW + 1):
        for place, name in enumerate(header):
            cell = line.get(name, "")
            if isinstance(cell, dt.date):
                sheet.write_datetime(row, place, cell, day)
            elif isinstance(cell, (int, float)):
                sheet.write_number(row, place, cell, money if isinstance(cell, float) else None)
            elif cell:
                sheet.write_string(row, place, cell)
