"""What a workbook may hold beside its cells: a list of the parts that may be there, and the texts that a person sees.

The list says what may be there, so that whatever is new stops the file.  Of the texts that all sheets share is known
how long each is, and which are marked.  Texts in no cell are text boxes, charts, notes and properties.
Source of the names and relationships: ECMA-376 (Office Open XML), part 1, clauses 12 to 15, and part 2.
"""

from __future__ import annotations

import html
import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import InputError
from pipeline.extract.marking import is_marked, refuse_marking

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pipeline.extract.workbook.cells import Row
    from pipeline.extract.workbook.package import Attributes, Package

#: What must not be in a workbook unless its declaration allows it: our code, and what a part's name or kind holds.
_UNWANTED = {
    "pivot-cache": ("pivotcache", "pivottable"),
    "comment": ("threadedcomment", "comments"),
    "macro": ("vbaproject", "vbadata", "macrosheet", "macroenabled"),
    "external-link": ("externallink",),
    "data-model": ("xl/model/", "powerpivotdata", "spreadsheetdatamodel"),
    "embedded-file": ("embeddings/", "oleobject", "activex", "relationships/package"),
    "connection": ("connections", "querytable", "customdata"),
}
#: Parts that may be there.  Charts keep copies of the cells that they draw; nothing of them is read on.
_MAY_BE_THERE = re.compile(
    r"""\[content_types\]\.xml
    | (?:.*/)?_rels/[^/]*\.rels
    | docprops/(?:app|core|custom)\.xml
    | docprops/thumbnail\.[a-z]+
    | docmetadata/labelinfo\.xml
    | package/services/metadata/core-properties/[^/]+\.psmdcp
    | xl/(?:workbook|sharedstrings|styles|calcchain|metadata|sheet[0-9]+)\.xml
    | xl/(?:worksheets|chartsheets|tables|theme|persons|diagrams|namedsheetviews)/[^/]+\.xml
    | xl/theme/theme/[^/]+\.xml
    | xl/charts/[^/]+\.xml
    | xl/drawings/[^/]+\.(?:xml|vml)
    | xl/printersettings/[^/]+\.bin
    | xl/featurepropertybag/featurepropertybag\.xml
    | xl/(?:(?:theme|drawings)/)?media/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|xml)
    | \[trash\]/.*
    """,
    re.VERBOSE,
)
#: What a code of the list above allows: parts of these names, whatever else the list says.
_ALLOWED_WITH = {
    "pivot-cache": r"xl/pivot(?:cache|tables)/[^/]+\.xml",
    "comment": r"xl/(?:threadedcomments/)?(?:comments/)?(?:threaded)?comments?[0-9]*\.xml",
    "macro": r"xl/(?:vba[a-z]*\.(?:bin|xml)|macrosheets/[^/]+\.xml)",
    "external-link": r"xl/externallinks/[^/]+\.xml",
    "data-model": r"xl/model/.*",
    "embedded-file": r"xl/(?:embeddings|activex)/.*",
    "connection": r"xl/(?:connections\.xml|querytables/[^/]+\.xml|customdata/.*)",
    "custom-xml": r"customxml/[^/]+\.xml",
    "unknown-part": r".*",
}
_CUSTOM = "customxml/"
#: Namespaces of what document libraries write: schemas, forms and properties of documents, no rows.
_LIBRARY = (
    "http://schemas.microsoft.com/office/2006/metadata/",
    "http://schemas.microsoft.com/office/2006/customdocumentinformationpanel",
    "http://schemas.microsoft.com/sharepoint/",
    "http://schemas.openxmlformats.org/officedocument/2006/customxml",
)
_WHAT = {
    "pivot-cache": "a pivot table keeps a copy of the rows it was made from",
    "comment": "it holds comments or notes",
    "macro": "it holds macros",
    "external-link": "it is linked to another workbook and keeps a copy of its cells",
    "data-model": "its data model keeps whole tables behind the sheets",
    "embedded-file": "another file or a control is embedded in it",
    "connection": "it is connected to a source of data (Power Query, a database) and keeps what it fetched",
    "custom-xml": "it holds data of other programs that no sheet shows",
    "unknown-part": "it holds a part that no extract needs, and that nobody has looked at",
    "hidden-sheet": "a sheet is hidden",
    "hidden-cells": "rows or columns among the used cells are hidden (a filter hides rows too)",
}
_LOOK = "look at what is hidden, then unhide or delete it, or allow it in its declaration or mapping"
_MENDING = {"hidden-sheet": _LOOK, "hidden-cells": _LOOK}
#: The last words of the types of relationships that may be there.
_WORDS = """
officedocument core-properties extended-properties custom-properties thumbnail classificationlabels
worksheet chartsheet sharedstrings styles theme calcchain sheetmetadata table
drawing vmldrawing chart chartex chartusershapes chartstyle chartcolorstyle image
diagramdata diagramlayout diagramquickstyle diagramcolors diagramdrawing themeoverride
printersettings person namedsheetview featurepropertybag hyperlink legacydrawinghf
"""
_KINDS = frozenset(_WORDS.split())


class Relationship(NamedTuple):
    """A relationship of a part: the last word of its type, and the part it leads to."""

    kind: str
    target: str


def refuse_unwanted(package: Package, allowed: Collection[str]) -> None:
    """Return when every part of the workbook, and every link between parts, may be there or is ``allowed``.

    Raises `InputError` with the code of what is there and not in ``allowed``; ``unknown-part`` for what is on no list.
    """
    names = package.names()
    kinds = {name for name in names if not name.startswith(_CUSTOM)}
    links: list[Relationship] = []

    def start(_: str, attributes: Attributes) -> None:
        kinds.update(attributes.get(key, "").lower() for key in ("ContentType", "Type"))

    for name in names:
        if name.endswith(".rels"):
            folder, owner = posixpath.split(name)  # of the part whose relationships these are
            part = posixpath.join(posixpath.dirname(folder), owner.removesuffix(".rels"))
            links.extend(relationships(package, part).values())
        if name.endswith(".rels") or name == "[content_types].xml":
            package.parse(name, start)
    for code, marks in _UNWANTED.items():
        refuse(allowed, code, package.where, found=any(mark in kind for kind in kinds for mark in marks))
    linked = {link.target.lower() for link in links if link.kind.lower() in _KINDS and link.target.endswith(".xml")}
    for name in names:
        code = _code_of(package, name, linked, allowed)
        refuse(allowed, code, package.where, found=bool(code))
    marks = tuple(mark.strip("/") for code in _UNWANTED if code in allowed for mark in _UNWANTED[code])
    others = {link.kind.lower() for link in links} - _KINDS
    unknown = [kind for kind in others if not kind.startswith("customxml") and not any(mark in kind for mark in marks)]
    refuse(allowed, "unknown-part", package.where, found=bool(unknown))


def _code_of(package: Package, name: str, linked: Collection[str], allowed: Collection[str]) -> str:
    """Return the code of a part that is on no list, "" for one that may be there."""
    if not name.startswith(_CUSTOM):
        also = [pattern for code, pattern in _ALLOWED_WITH.items() if code in allowed]
        known = name in linked or any(re.fullmatch(pattern, name) for pattern in also)
        return "" if known or name.endswith("/") or _MAY_BE_THERE.fullmatch(name) else "unknown-part"
    # what a document library writes may be there
    namespace = package.root(name).rpartition(" ")[0].lower() if name.endswith(".xml") else ""
    if name.endswith(("/", ".rels")) or namespace.startswith(_LIBRARY):
        return ""
    return "connection" if "datamashup" in namespace else "custom-xml"


def relationships(package: Package, part: str) -> dict[str, Relationship]:
    """Return the relationships of ``part`` ("" is the package itself), by id; those to elsewhere are left out."""
    folder, name = posixpath.split(part)
    found: dict[str, Relationship] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
            found[attributes["Id"]] = Relationship(attributes["Type"].rpartition("/")[2], target)

    links = posixpath.join(folder, "_rels", f"{name}.rels")
    if links in package:
        package.parse(links, start)
    return found


def refuse(allowed: Collection[str], code: str, where: str, *, found: bool) -> None:
    """Return unless what ``code`` stands for is ``found`` and not ``allowed``."""
    if found and code not in allowed:
        usual = "have it saved without them, as values only, or allow it in its declaration or mapping"
        fix = _MENDING.get(code, usual)
        raise InputError(code, f"the workbook cannot be used as it is: {_WHAT[code]}", where=where, fix=fix)


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
