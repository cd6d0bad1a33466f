"""A streaming look into one sheet of a workbook: used range, hidden rows and columns, cells without a value."""

from __future__ import annotations

import math
import re
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.marking import is_marked

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline.extract.workbook.package import Attributes, Package

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_PAGE_TEXTS = frozenset(("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"))
_OWN_TEXT = frozenset(("str", "inlineStr"))
_NUMBERS = frozenset(("", "n"))
#: What a cell says when it is chosen or filled in wrongly.
_PROMPTS = ("promptTitle", "prompt", "errorTitle", "error")
_LAST_COLUMN = 16_384
_NO_ADDRESS = "a cell's address is none"


class OutOfOrderError(Exception):
    """Rows or cells do not ascend: the ends of the used range would not be where the first and last cells stand."""


class Place(NamedTuple):
    """The row and column of a cell, counted from 1."""

    row: int
    column: int


class SheetLook:
    """What one pass over a sheet's XML sees; rows and columns count from 1.

    ``unreadable`` are, by row, the columns of cells that hold an error, or a formula whose result was not stored;
    ``last_row`` and ``last_column`` end the used range (0 when no cell has a value); ``shared_cells`` take their
    text from the list that all sheets share.  ``styled`` are, by row, column and style of numbers in a style of
    ``styles``; ``has_marked_text`` tells that a cell that holds its text itself holds a protective marking.
    """

    def __init__(self, styles: Collection[str] = ()) -> None:
        self.unreadable: dict[int, list[int]] = {}
        self.styled: dict[int, list[tuple[int, str]]] = {}
        self.has_marked_text = False
        self.page_texts: list[str] = []
        self.shared_cells = 0
        self.first_row = self.first_column = 0
        self.last_row = self.last_column = 0
        self._hidden_rows: list[int] = []
        self._hidden_columns: list[tuple[int, int]] = []
        self._row = 0
        self._cell: str | Place = Place(0, 0)
        self._first_used: str | Place | None = None
        self._last_used: str | Place | None = None
        self._styles = styles
        self._kind = ""
        self._own_text: list[str] = []
        self._is_formula = self._has_result = self._has_value = self._in_page_text = False

    @classmethod
    def of(cls, package: Package, part: str, styles: Collection[str] = ()) -> SheetLook:
        """Return what is seen of a part; `OutOfOrderError` where nobody can say what is where."""
        seen = cls(styles)
        with package.guarded():
            package.parse(part, seen.start, seen.text)
            seen.finish()
        return seen

    def has_hidden(self) -> bool:
        """Return whether a row or column of the used range is hidden."""
        return any(self.first_row <= row <= self.last_row for row in self._hidden_rows) or any(
            first <= self.last_column and last >= self.first_column and self.last_column
            for first, last in self._hidden_columns
        )

    def start(self, tag: str, attributes: Attributes) -> bool:
        """Take the beginning of an element into account; say whether its text is wanted."""
        if tag == "c":  # the two commonest by far come first
            self._start_cell(attributes)
            return False
        if tag in {"v", "is"}:
            self._has_value = True
            self._last_used = self._cell
            self._first_used = self._first_used or self._cell
            return self._is_formula or self._kind == "str"
        if tag == "t":
            return self._kind == "inlineStr"
        self._in_page_text = tag in _PAGE_TEXTS
        if tag == "f":
            self._is_formula = True
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "dataValidation":
            self.page_texts.extend(attributes.get(key, "") for key in _PROMPTS)
        elif tag == "col":
            if _is_hidden(attributes, "width"):
                first = row_number(attributes.get("min"), otherwise=1)
                self._hidden_columns.append((first, row_number(attributes.get("max"), otherwise=_LAST_COLUMN)))
        elif tag == "sheetFormatPr" and _is_zero(attributes.get("defaultColWidth")):
            self._hidden_columns.append((1, _LAST_COLUMN))
        return self._in_page_text

    def text(self, text: str) -> None:
        """Take text into account: the stored result of a formula, or a page header."""
        if self._in_page_text:
            self.page_texts.append(text)
        elif text.strip():
            self._has_result = True
            if self._kind in _OWN_TEXT:
                self._own_text.append(text)

    def finish(self) -> None:
        """Take the end of the last cell and row into account."""
        self._end_text()
        self._end_cell()
        self._end_row()

    def _start_row(self, attributes: Attributes) -> None:
        self.finish()
        above, self._row = self._row, row_number(attributes.get("r"), otherwise=self._row + 1)
        if self._row <= above:
            raise OutOfOrderError
        self._cell = Place(self._row, 0)
        if _is_hidden(attributes, "ht"):
            self._hidden_rows.append(self._row)

    def _end_row(self) -> None:
        if self._first_used is None or self._last_used is None:
            return
        first, last = place_of(self._first_used), place_of(self._last_used)
        self.first_row = min(self.first_row or first.row, first.row)
        self.first_column = min(self.first_column or first.column, first.column)
        self.last_row = max(self.last_row, last.row)
        self.last_column = max(self.last_column, last.column)
        self._first_used = self._last_used = None

    def _start_cell(self, attributes: Attributes) -> None:
        if self._is_formula or self._kind == "e":
            self._end_cell()
        before = self._cell
        self._cell = attributes.get("r") or Place(place_of(before).row, place_of(before).column + 1)
        if not _follows(self._cell, before, row=self._row):
            raise OutOfOrderError
        if self._own_text:
            self._end_text()
        self._kind = attributes.get("t", "")
        style = attributes.get("s")
        if style in self._styles and self._kind in _NUMBERS:
            place = place_of(self._cell)
            self.styled.setdefault(place.row, []).append((place.column, str(style)))
        self.shared_cells += self._kind == "s"
        self._has_value = False

    def _end_text(self) -> None:
        self.has_marked_text |= is_marked("".join(self._own_text))
        self._own_text.clear()

    def _end_cell(self) -> None:
        stored = self._has_value if self._kind == "str" else self._has_result  # a text may be empty
        if self._kind == "e" or (self._is_formula and not stored):
            place = place_of(self._cell)
            self.unreadable.setdefault(place.row, []).append(place.column)
            self._last_used = self._cell
            self._first_used = self._first_used or self._cell
        self._kind = ""
        self._is_formula = self._has_result = False


def place_of(cell: str | Place) -> Place:
    """Return the row and column of a cell; an address that is none raises ValueError."""
    if isinstance(cell, Place):
        return cell
    found = _CELL.fullmatch(cell)
    if found is None:
        raise ValueError(_NO_ADDRESS)
    return Place(int(found[2]), reduce(lambda number, letter: number * 26 + ord(letter) - ord("A") + 1, found[1], 0))


def _follows(cell: str | Place, before: str | Place, *, row: int) -> bool:
    """Return whether ``cell`` stands in ``row``, right of the one ``before``: a longer name is further right."""
    if isinstance(cell, str) and isinstance(before, str):
        letters = cell.removesuffix(str(row))
        is_here = len(letters) < len(cell) and letters.isalpha() and letters.isupper()
        return is_here and (len(cell), cell) > (len(before), before)
    place, left = place_of(cell), place_of(before)
    return place.row == row and place.column > left.column


def row_number(text: str | None, *, otherwise: int) -> int:
    """Return the whole number that an attribute holds, ``otherwise`` where it holds none."""
    return int(text) if text is not None and text.isascii() and text.isdigit() else otherwise


def _is_hidden(attributes: Attributes, size: str) -> bool:
    """Return whether a row or some columns are hidden, or of no height or width."""
    return attributes.get("hidden") in {"1", "true"} or _is_zero(attributes.get(size))


def _is_zero(text: str | None) -> bool:
    try:
        return text is not None and math.isclose(float(text), 0.0, abs_tol=1e-9)
    except ValueError:
        return False
