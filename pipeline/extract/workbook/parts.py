"""What stands in a workbook besides the cells one sees: found by a streaming look at its XML parts.

Source of the part and attribute names: ECMA-376 (Office Open XML), parts 1 and 4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from xml.sax.saxutils import quoteattr

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError
from pipeline.extract.marking import refuse_marking
from pipeline.extract.workbook.contents import refuse, refuse_unwanted, relationships
from pipeline.extract.workbook.sheet import OutOfOrderError, SheetLook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pipeline.extract.workbook.package import Attributes, Package

#: The codes of formatting in a page header: font, colour, size, place.
_FORMATTING = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d+|[A-Za-z])')
#: So many texts may be said to be there whatever is there: they take little memory.
_FEW = 1_000_000
#: More characters than this in one sheet are no extract: a large ledger has a hundred times fewer.
_MOST_TEXT = 1 << 28
_DIGITS = 9
_PROPERTIES = ("core-properties", "extended-properties", "custom-properties")


class Sheet(NamedTuple):
    """A sheet as the workbook lists it: its name, whether it is hidden, its part."""

    name: str
    hidden: bool
    part: str


@dataclass(slots=True)
class Parts:
    """What the workbook's own part and its relationships say."""

    sheets: list[Sheet] = field(default_factory=list)
    is_1904: bool = False
    strings: str = ""
    styles: str = ""


def look(package: Package, wanted: str, allowed: Collection[str]) -> tuple[Parts, Sheet, SheetLook]:
    """Return the parts, the ``wanted`` sheet and a look into it; nothing unwanted is in the workbook.

    Raises `InputError` ``missing-sheet``, ``protective-marking`` or the code of what is unwanted and not
    in ``allowed``.
    """
    main = _main_part(package)
    parts = _workbook(package, main)
    refuse_unwanted(package, allowed)
    refuse(allowed, "hidden-sheet", package.where, found=any(sheet.hidden for sheet in parts.sheets))
    refuse_marking((sheet.name for sheet in parts.sheets), where=package.where, place="name of a sheet")
    refuse_marking(_properties(package), where=package.where, place="file properties")
    lengths = _lengths(package, parts.strings)
    looks = {
        sheet: _look_into(package, sheet, allowed, where=f"{package.where}, sheet {number} of {len(parts.sheets)}")
        for number, sheet in enumerate(parts.sheets, start=1)
        if sheet.part
    }
    chosen = [sheet for sheet in looks if sheet.name.strip(BLANKS) == wanted]
    if not chosen:
        raise InputError(
            "missing-sheet",
            f"none of its {len(parts.sheets)} sheets is called `{wanted}`",
            where=package.where,
            fix="name the sheet as the feed expects it, or correct the feed's declaration",
        )
    _check_amount(package, chosen[0], looks[chosen[0]], lengths)
    return parts, chosen[0], looks[chosen[0]]


def copy_for_reading(package: Package, parts: Parts, sheet: Sheet, target: BinaryIO) -> None:
    """Write to ``target`` a workbook of that one sheet: only parts that were checked, at the usual places."""
    date1904 = "1" if parts.is_1904 else "0"
    kinds = {"worksheet": ("sheet1.xml", sheet.part), "styles": ("styles.xml", parts.styles)}
    kinds["sharedStrings"] = ("sharedStrings.xml", parts.strings)
    present = {kind: pair for kind, pair in kinds.items() if pair[1]}
    main = _XML + _MAIN.format(date1904=date1904, name=quoteattr(sheet.name))
    links = "".join(_LINK.format(kind=kind, target=name) for kind, (name, _) in present.items())
    copied: dict[str, str | bytes] = {f"xl/{name}": source for name, source in present.values()}
    copied["xl/workbook.xml"] = main.encode()
    copied["xl/_rels/workbook.xml.rels"] = (_XML + _LINKS.format(links=links)).encode()
    copied["_rels/.rels"] = (_XML + _PACKAGE_LINKS).encode()
    copied["[Content_Types].xml"] = (_XML + _TYPES).encode()
    package.copy(copied, target)


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    f' xmlns:r="{_OFFICE}"><workbookPr date1904="{{date1904}}"/>'
    '<sheets><sheet name={name} sheetId="1" r:id="worksheet"/></sheets></workbook>'
)
_LINK = f'<Relationship Id="{{kind}}" Type="{_OFFICE}/{{kind}}" Target="{{target}}"/>'
_LINKS = f'<Relationships xmlns="{_PACKAGE}/relationships">{{links}}</Relationships>'
_PACKAGE_LINKS = _LINKS.format(links=_LINK.format(kind="officeDocument", target="xl/workbook.xml"))
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)


def _main_part(package: Package) -> str:
    for relationship in relationships(package, "").values():
        if relationship.kind == "officeDocument":
            return relationship.target
    raise package.broken("it does not say which part is the workbook")


def _workbook(package: Package, main: str) -> Parts:
    links = relationships(package, main)
    parts = Parts()

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "workbookPr":
            parts.is_1904 = is_true(attributes.get("date1904"))
        elif tag == "sheet":
            link = links.get(next((value for key, value in attributes.items() if key.endswith(" id")), ""))
            part = link.target if link is not None and link.kind == "worksheet" else ""
            hidden = attributes.get("state", "visible") != "visible"
            parts.sheets.append(Sheet(attributes.get("name", ""), hidden, part))

    package.parse(main, start)
    for link in links.values():
        if link.kind == "sharedStrings" and link.target in package:
            parts.strings = link.target
        elif link.kind == "styles" and link.target in package:
            parts.styles = link.target
    return parts


def _properties(package: Package) -> Iterable[str]:
    """Return the texts of the file's properties: title, subject, keywords, status, labels and the like."""
    texts: list[str] = []

    def start(_: str, attributes: Attributes) -> bool:
        texts.extend(attributes.values())
        return True

    parts = {link.target.lower() for link in relationships(package, "").values() if link.kind in _PROPERTIES}
    parts |= {name for name in package.names() if name.startswith("docprops/") and name.endswith(".xml")}
    for part in sorted(parts):
        if part in package:
            package.parse(part, start, texts.append)
    return texts


def _lengths(package: Package, part: str) -> list[int]:
    """Return the length of each shared text; a list that says it is longer than it is gets refused.

    calamine takes memory for as many texts as the list says.
    """
    said: list[str] = []
    lengths: list[int] = []

    def start(tag: str, attributes: Attributes) -> bool:
        if tag == "si":
            lengths.append(0)
        elif tag == "sst":
            said.append(attributes.get("uniqueCount", "0"))
        return bool(lengths)

    def text(piece: str) -> None:
        lengths[-1] += len(piece)

    if part:
        package.parse(part, start, text)
    if not all(count.isdecimal() and float(count) <= max(len(lengths), _FEW) for count in said):
        raise package.broken("the list of its texts is not as long as it says")
    return lengths


def _check_amount(package: Package, sheet: Sheet, seen: SheetLook, lengths: Sequence[int]) -> None:
    """Refuse a sheet whose cells name more text than any extract holds: a shared one counts wherever it is used."""
    if seen.shared_cells * max(lengths, default=0) <= _MOST_TEXT:
        return
    total = 0
    shared = False

    def start(tag: str, attributes: Attributes) -> bool:
        nonlocal shared
        if tag == "c":
            shared = attributes.get("t") == "s"
        return shared and tag == "v"

    def text(piece: str) -> None:
        nonlocal total
        place = int(piece) if len(piece) <= _DIGITS and piece.isdecimal() else 0
        total += lengths[place] if place < len(lengths) else 0

    package.parse(sheet.part, start, text)
    if total > _MOST_TEXT:
        raise package.bomb()


def _look_into(package: Package, sheet: Sheet, allowed: Collection[str], *, where: str) -> SheetLook:
    seen = SheetLook()
    try:
        with package.guarded():
            package.parse(sheet.part, seen.start, seen.text)
            seen.finish()
    except OutOfOrderError:
        raise package.broken("rows or cells of a sheet are out of order") from None
    refuse(allowed, "hidden-cells", where, found=seen.has_hidden())
    refuse_marking((_FORMATTING.sub(" ", text) for text in seen.page_texts), where=where, place="page header or footer")
    return seen


def is_true(value: str | None) -> bool:
    """Return whether an XML attribute says yes."""
    return value in {"1", "true"}
