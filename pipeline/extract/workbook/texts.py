"""Texts of a workbook that a person sees and that stand in no cell: text boxes, charts, notes, properties.

Source of the part names: ECMA-376 part 1, clauses 12, 14 and 15.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from pipeline.extract.marking import refuse_marking
from pipeline.extract.workbook.contents import relationships

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.extract.workbook.package import Attributes, Package

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
