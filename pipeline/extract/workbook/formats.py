"""Formats that show a number with zeros or letters in front of it: such a number is read as it is shown.

Source: ECMA-376 part 1, 18.8.30 and 18.8.31 (number formats).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.extract.workbook.package import Attributes, Package

#: Conditions and colours, a blank as wide as a character, a character that fills the cell.
_SILENT = re.compile(r"\[[^\]]*\]|_.|\*.")
#: A quoted text, an escaped character, a digit that is always shown, what is shown as it stands.
_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<zero>0)|(?P<plain>[- ])|(?P<optional>\#)')
_WHOLE = 10**15


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
    section = _SILENT.sub("", _first_section(code))
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


def _first_section(code: str) -> str:
    quoted = escaped = False
    for place, each in enumerate(code):
        if escaped:
            escaped = False
        elif each == "\\":
            escaped = not quoted
        elif each == '"':
            quoted = not quoted
        elif each == ";" and not quoted:
            return code[:place]
    return code


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
