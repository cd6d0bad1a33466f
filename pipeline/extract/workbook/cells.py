"""The cells of a sheet as they stand in its part, row by row, and the formats that a number of them is shown in.

Cells are looked at that are not read as an extract; a number that is shown with zeros or letters in front of it is read
as it is shown (source: ECMA-376 part 1, 18.8.30 and 18.8.31, number formats).
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.marking import is_marked
from pipeline.extract.workbook.sheet import place_of, row_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pipeline.extract.workbook.package import Attributes, Package

    #: By column the text of a cell, or its number in the list of shared texts.
    Row = Mapping[int, str | int]

#: Conditions and colours, a blank as wide as a character, a character that fills the cell.
_SILENT = re.compile(r"\[[^\]]*\]|_.|\*.")
#: A quoted text, an escaped character, a digit that is always shown, what is shown as it stands.
_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<zero>0)|(?P<plain>[- ])|(?P<optional>\#)')
#: All before a semicolon that is neither quoted nor escaped; outside quotes a backslash escapes.
_FIRST_SECTION = re.compile(r'(?:\\.?|"[^"]*"?|[^;"\\])*', re.DOTALL)
_WHOLE = 10**15
_FEW = 4
_DIGITS = 9


class Shown(NamedTuple):
    """A format of whole numbers: ``pieces`` are None for a digit that is always shown, else text."""

    pieces: tuple[str | None, ...]

    def text(self, value: float) -> str | None:
        """Return a whole number that is not negative as it is shown, None for any other."""
        if not 0 <= value < _WHOLE or int(value) != value:
            return None
        places = self.pieces.count(None)
        digits = str(int(value)).zfill(places)
        first, rest = digits[: len(digits) - places + 1], iter(digits[len(digits) - places + 1 :])
        said: list[str] = []
        for piece in self.pieces:
            said.append(piece if piece is not None else first or next(rest))
            first = "" if piece is None else first
        return "".join(said)


def shown(code: str) -> Shown | None:
    """Return how the format ``code`` shows a whole number, None where that is no more than its digits."""
    section = _SILENT.sub("", (_FIRST_SECTION.match(code) or [""])[0])
    pieces: list[str | None] = []
    place = 0
    while place < len(section):
        found = _TOKEN.match(section, place)
        if found is None or (found["optional"] and None in pieces):
            return None
        place = found.end()
        if found["zero"]:
            pieces.append(None)
        elif not found["optional"]:
            pieces.append(found["quoted"] or found["escaped"] or found["plain"] or "")
    texts = "".join(piece for piece in pieces if piece)
    front = pieces[: pieces.index(None)] if None in pieces else []
    has_letter = any(each.isalpha() for piece in front if piece for each in piece)
    if any(each.isalpha() for piece in pieces[len(front) :] if piece for each in piece):  # a unit such as " days"
        return None
    is_name = all(each.isalnum() or each in "-/._ " for each in texts)
    return Shown(tuple(pieces)) if is_name and pieces.count(None) > (0 if has_letter else 1) else None


def shown_styles(package: Package, part: str) -> Mapping[str, Shown]:
    """Return by number (as a cell gives it) the styles of a workbook that show zeros or letters in front."""
    codes: dict[str, str] = {}
    styles: list[str] = []
    inside = ""

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal inside
        if tag == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            inside = tag
        elif tag == "xf" and inside == "cellXfs":
            styles.append(attributes.get("numFmtId", ""))

    if part:
        package.parse(part, start)
    known = {number: found for number, code in codes.items() if (found := shown(code))}
    return {str(place): known[number] for place, number in enumerate(styles) if number in known}


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


def _each_row(package: Package, part: str, on_row: Callable[[int, Row], None]) -> None:
    rows = _Rows(on_row)
    with package.guarded():
        package.parse(part, rows.start, rows.text)
        rows.finish()


def first_rows(package: Package, part: str, last: int) -> dict[int, Row]:
    """Return the rows of a sheet up to row ``last`` that hold anything, by number."""
    found: dict[int, Row] = {}

    def on_row(number: int, cells: Row) -> None:
        if number > last:
            raise _Enough
        found[number] = cells

    with suppress(_Enough):
        _each_row(package, part, on_row)
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

    _each_row(package, part, on_row)
    return bool(found)


def is_no_line(filled: int, width: int) -> bool:
    """Return whether a row with so few filled cells is a title, a note or a total rather than a line of a table."""
    return filled <= max(1, width // _FEW)
