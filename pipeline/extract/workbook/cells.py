"""The cells of a sheet as they stand in its part, row by row, for a look at what is not read as an extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.extract.marking import is_marked
from pipeline.extract.workbook.sheet import place_of, row_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pipeline.extract.workbook.package import Attributes, Package

    #: By column the text of a cell, or its number in the list of shared texts.
    Row = Mapping[int, str | int]

_FEW = 4
_DIGITS = 9


class _Enough(Exception):  # noqa: N818 - a signal, not a mistake
    """The last row that is wanted was read."""


class _Rows:
    """Gives each row to ``on_row`` with its number, as the sheet's XML goes by."""

    def __init__(self, on_row: Callable[[int, Row], None]) -> None:
        self._on_row = on_row
        self._row = 0
        self._cells: dict[int, str | int] = {}
        self._column = 0
        self._kind = ""
        self._text: list[str] = []

    def start(self, tag: str, attributes: Attributes) -> bool:
        if tag == "c":
            self._end_cell()
            address = attributes.get("r")
            self._column = place_of(address).column if address else self._column + 1
            self._kind = attributes.get("t", "")
        elif tag == "row":
            self.finish()
            self._row = row_number(attributes.get("r"), otherwise=self._row + 1)
            self._column = 0
        return tag == "v" or (tag == "t" and self._kind == "inlineStr")

    def text(self, text: str) -> None:
        self._text.append(text)

    def finish(self) -> None:
        self._end_cell()
        if self._cells:
            self._on_row(self._row, self._cells)
        self._cells = {}

    def _end_cell(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        if text.strip():
            is_shared = self._kind == "s" and text.isdecimal() and len(text) <= _DIGITS
            self._cells[self._column] = int(text) if is_shared else text


def first_rows(package: Package, part: str, last: int) -> dict[int, Row]:
    """Return the rows of a sheet up to row ``last`` that hold anything, by number."""
    found: dict[int, Row] = {}

    def on_row(number: int, cells: Row) -> None:
        if number > last:
            raise _Enough
        found[number] = cells

    rows = _Rows(on_row)
    try:
        with package.guarded():
            package.parse(part, rows.start, rows.text)
            rows.finish()
    except _Enough:
        pass
    return found


def has_marked_line(package: Package, part: str, *, marked: Collection[int], title_rows: int, width: int) -> bool:
    """Return whether a marking stands in a title row of a sheet, or in a row that is no line of a table.

    ``marked`` are the numbers of shared texts that hold one; ``width`` is the sheet's last column.
    """
    found: list[int] = []

    def on_row(number: int, cells: Row) -> None:
        seen = any(cell in marked if isinstance(cell, int) else is_marked(cell) for cell in cells.values())
        if seen and (number <= title_rows + 1 or is_no_line(len(cells), width)):
            found.append(number)

    rows = _Rows(on_row)
    with package.guarded():
        package.parse(part, rows.start, rows.text)
        rows.finish()
    return bool(found)


def is_no_line(filled: int, width: int) -> bool:
    """Return whether a row with so few filled cells is a title, a note or a total rather than a line of a table."""
    return filled <= max(1, width // _FEW)
