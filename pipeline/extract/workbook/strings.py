"""The texts of a workbook: the list that all sheets share, and those that a person sees and that stand in no cell.

Of the list is known how long each text is, and which are marked.  Texts in no cell are text boxes, charts, notes and
properties (source of the part names: ECMA-376 part 1, clauses 12, 14 and 15).
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.marking import is_marked, refuse_marking
from pipeline.extract.workbook.contents import relationships

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.extract.workbook.cells import Row
    from pipeline.extract.workbook.package import Attributes, Package


#: So many texts may be said to be there whatever is there: they take little memory.
_FEW = 1_000_000
_PROPERTIES = ("core-properties", "extended-properties", "custom-properties")
#: Where in the file a part of such a name is seen.
_PLACES = (
    ("file properties", re.compile(r"docprops/[^/]+\.xml|docmetadata/[^/]+\.xml|customxml/[^/]+\.xml")),
    ("text boxes or drawings", re.compile(r".*(?:drawings|diagrams)/[^/]+\.xml")),
    ("charts", re.compile(r".*(?:charts|chartsheets)/[^/]+\.xml")),
    ("comments", re.compile(r".*comments?[0-9]*\.xml")),
)
_DRAWN = re.compile(r".*\.vml")
_TAG = re.compile(r"<[^>]*>")
#: The codes of formatting in a page header: font, colour, size, place.
_FORMATTING = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d+|[A-Za-z])')
#: Elements whose text belongs together, however many pieces it is formatted in.
_PARAGRAPHS = frozenset(("p", "si", "comment", "is"))


class Strings(NamedTuple):
    """The length of each shared text, the numbers of those that hold a marking, and a few texts by number."""

    lengths: Sequence[int]
    marked: frozenset[int]
    texts: Mapping[int, str]


def shared_strings(package: Package, part: str, heads: Iterable[Mapping[int, Row]]) -> Strings:
    """Return what is known of the shared texts, with the texts of those that the rows ``heads`` use.

    A list that says it is longer than it is gets refused: calamine takes memory for as many texts as it says.
    """
    asked = {cell for rows in heads for row in rows.values() for cell in row.values() if isinstance(cell, int)}
    said: list[str] = []
    lengths: list[int] = []
    marked: set[int] = set()
    texts: dict[int, str] = {}
    pieces: list[str] = []

    def finish() -> None:
        number, text = len(lengths) - 1, "".join(pieces)
        pieces.clear()
        if number < 0:
            return
        lengths[number] = len(text)
        if is_marked(text):
            marked.add(number)
        if number in asked:
            texts[number] = text

    def start(tag: str, attributes: Attributes) -> bool:
        if tag == "si":
            finish()
            lengths.append(0)
        elif tag == "sst":
            said.append(attributes.get("uniqueCount", "0"))
        return bool(lengths)

    if part:
        package.parse(part, start, pieces.append)
        finish()
    if not all(count.isdecimal() and float(count) <= max(len(lengths), _FEW) for count in said):
        raise package.broken("the list of its texts is not as long as it says")
    return Strings(lengths, frozenset(marked), texts)


def refuse_marked_texts(package: Package) -> None:
    """Return when no text box, drawing, chart, comment or property of the workbook is marked."""
    properties = {link.target.lower() for link in relationships(package, "").values() if link.kind in _PROPERTIES}
    for name in sorted(package.names()):
        place = "file properties" if name in properties else next((at for at, of in _PLACES if of.fullmatch(name)), "")
        if place:
            refuse_marking(_texts(package, name), where=package.where, place=place)
        elif _DRAWN.fullmatch(name):  # often no well-formed XML
            text = b"".join(package.pieces(name)).decode(errors="replace")
            refuse_marking([html.unescape(_TAG.sub("", text))], where=package.where, place="text boxes or drawings")


def without_formatting(text: str) -> str:
    """Return the text of a page header without its codes of formatting."""
    return _FORMATTING.sub(" ", text)


def _texts(package: Package, name: str) -> Iterable[str]:
    """Return the texts and the attributes of a part, the pieces of a paragraph joined."""
    found: list[str] = []
    joined: list[str] = []

    def start(tag: str, attributes: Attributes) -> bool:
        found.extend(attributes.values())
        if tag in _PARAGRAPHS:
            joined.append("\n")
        return True

    def text(piece: str) -> None:
        found.append(without_formatting(piece))
        joined.append(piece)

    package.parse(name, start, text)
    return [*found, "".join(joined)]
