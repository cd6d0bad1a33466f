"""A streaming look into one sheet of a workbook: used range, hidden rows and columns, cells without a value."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipeline.extract.workbook_zip import Attributes

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_PAGE_TEXTS = frozenset(("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"))
_LAST_COLUMN = 16_384


class Span(NamedTuple):
    """A range of columns, both ends included, counted from 1."""

    first: int
    last: int


class SheetLook:
    """What one pass over a sheet's XML sees; rows and columns count from 1.

    ``unreadable`` are, by row, the columns of cells that hold an error, or a formula whose result was not stored;
    ``last_row`` and ``last_column`` end the used range (0 when no cell has a value).
    """

    def __init__(self) -> None:
        """Begin before the first element."""
        self.unreadable: dict[int, list[int]] = {}
        self.page_texts: list[str] = []
        self.first_row = self.first_column = 0
        self.last_row = self.last_column = 0
        self._hidden_rows: list[int] = []
        self._hidden_columns: list[Span] = []
        self._row = self._column = 0
        self._kind = ""
        self._is_formula = self._has_result = self._in_value = self._in_page_text = False

    def has_hidden(self) -> bool:
        """Return whether a row or column of the used range is hidden."""
        return any(self.first_row <= row <= self.last_row for row in self._hidden_rows) or any(
            span.first <= self.last_column and span.last >= self.first_column and self.last_column
            for span in self._hidden_columns
        )

    def start(self, tag: str, attributes: Attributes) -> None:
        """Take the beginning of an element into account."""
        if tag == "c":
            self._start_cell(attributes)
        elif tag in {"v", "is"}:
            self._in_value = True
            self._use()
        elif tag == "f":
            self._is_formula = True
            self._use()
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "col":
            self._start_columns(attributes)
        elif tag == "sheetFormatPr" and _is_zero(attributes.get("defaultColWidth")):
            self._hidden_columns.append(Span(1, _LAST_COLUMN))
        elif tag in _PAGE_TEXTS:
            self._in_page_text = True
            self.page_texts.append("")

    def end(self, tag: str) -> None:
        """Take the end of an element into account."""
        if tag == "c":
            if self._kind == "e" or (self._is_formula and not self._has_result and self._kind != "str"):
                self._use()
                self.unreadable.setdefault(self._row, []).append(self._column)
        elif tag in {"v", "is"}:
            self._in_value = False
        elif tag in _PAGE_TEXTS:
            self._in_page_text = False

    def text(self, text: str) -> None:
        """Take text into account: of a result, or of a page header."""
        if self._in_value:
            self._has_result = True
        elif self._in_page_text:
            self.page_texts[-1] += text

    def _start_row(self, attributes: Attributes) -> None:
        self._row = _number(attributes.get("r"), otherwise=self._row + 1)
        self._column = 0
        if attributes.get("hidden") in {"1", "true"} or _is_zero(attributes.get("ht")):
            self._hidden_rows.append(self._row)

    def _start_cell(self, attributes: Attributes) -> None:
        found = _CELL.fullmatch(attributes.get("r", ""))
        self._column = column_number(found[1]) if found else self._column + 1
        if found:
            self._row = int(found[2])
        self._kind = attributes.get("t", "")
        self._is_formula = self._has_result = False

    def _start_columns(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in {"1", "true"} or _is_zero(attributes.get("width")):
            first = _number(attributes.get("min"), otherwise=1)
            self._hidden_columns.append(Span(first, _number(attributes.get("max"), otherwise=_LAST_COLUMN)))

    def _use(self) -> None:
        if not self.last_row:
            self.first_row, self.first_column = self._row, self._column
        self.first_row = min(self.first_row, self._row)
        self.first_column = min(self.first_column, self._column)
        self.last_row = max(self.last_row, self._row)
        self.last_column = max(self.last_column, self._column)


def column_number(letters: str) -> int:
    """Return the number of a column from its letters: A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column from its number: 1 is A."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _number(text: str | None, *, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else otherwise


def _is_zero(text: str | None) -> bool:
    try:
        return text is not None and math.isclose(float(text), 0.0, abs_tol=1e-9)
    except ValueError:
        return False
