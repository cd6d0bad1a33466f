"""What stands in a workbook besides the cells one sees: found by a streaming look at its XML parts.

Source of the part and attribute names: ECMA-376 (Office Open XML), parts 1 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from xml.sax.saxutils import quoteattr

from pipeline.extract.header import LOOKED_BELOW
from pipeline.extract.marking import marked, refuse_marking
from pipeline.extract.workbook.cells import first_rows, has_marked_line, shown_styles
from pipeline.extract.workbook.contents import refuse, refuse_unwanted, relationships
from pipeline.extract.workbook.sheet import OutOfOrderError, SheetLook
from pipeline.extract.workbook.sheets import Sheet, choose
from pipeline.extract.workbook.strings import has_header, refuse_marked_texts, shared_strings, without_formatting

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.extract.workbook.cells import Row, Shown
    from pipeline.extract.workbook.package import Attributes, Package
    from pipeline.extract.workbook.sheets import Wanted
    from pipeline.extract.workbook.strings import Strings

#: More characters than this in one sheet are no extract: a large ledger has a hundred times fewer.
_MOST_TEXT = 1 << 28
_DIGITS = 9
#: What a defined name says to those who choose it.
_NOTES = ("comment", "description", "help", "statusBar", "customMenu")


@dataclass(slots=True)
class Parts:
    """What the workbook's own part and its relationships say."""

    sheets: list[Sheet] = field(default_factory=list)
    is_1904: bool = False
    notes: list[str] = field(default_factory=list)
    strings: str = ""
    styles: str = ""


class Look(NamedTuple):
    """What is known of a workbook that may be read: its parts, the wanted sheet, a look into it, its formats."""

    parts: Parts
    sheet: Sheet
    seen: SheetLook
    formats: Mapping[str, Shown]


class Opened(NamedTuple):
    """A workbook in which nothing unwanted is: its parts, formats, shared texts, and by number its sheets, with a look.

    ``heads`` are the first rows of each sheet.
    """

    parts: Parts
    formats: Mapping[str, Shown]
    strings: Strings
    sheets: Mapping[int, Sheet]
    heads: Mapping[int, Mapping[int, Row]]
    looks: Mapping[int, SheetLook]


def look(package: Package, wanted: Wanted) -> Look:
    """Return what is known of the workbook; nothing unwanted is in it, and nothing of the extract elsewhere.

    Raises `InputError` ``missing-sheet``, ``protective-marking``, ``cut-or-continued`` or the code of what is
    unwanted and not allowed.
    """
    found = opened(package, wanted.allowed, wanted.title_rows + 1 + LOOKED_BELOW)
    headed = [number for number, rows in found.heads.items() if has_header(rows, found.strings, wanted.declared)]
    chosen = choose(found.parts.sheets, wanted, headed, where=package.where)
    for number in found.sheets:
        if number != chosen:
            refuse_marked_lines(package, found, number, wanted.title_rows)
    check_amount(package, found, chosen)
    return Look(found.parts, found.sheets[chosen], found.looks[chosen], found.formats)


def opened(package: Package, allowed: Collection[str], rows: int) -> Opened:
    """Return a workbook with the first ``rows`` of each sheet; what is not ``allowed`` in it is an `InputError`."""
    where = package.where
    parts = _workbook(package, _main_part(package))
    refuse_unwanted(package, allowed)
    refuse(allowed, "hidden-sheet", where, found=any(sheet.hidden for sheet in parts.sheets))
    refuse_marking((sheet.name for sheet in parts.sheets), where=where, place="name of a sheet")
    refuse_marking(parts.notes, where=where, place="comments of its names")
    refuse_marked_texts(package)
    formats = shown_styles(package, parts.styles)
    sheets = {number: sheet for number, sheet in enumerate(parts.sheets, start=1) if sheet.part}
    heads = {number: first_rows(package, sheet.part, rows) for number, sheet in sheets.items()}
    strings = shared_strings(package, parts.strings, heads.values())
    looks = {
        number: _look_into(package, sheet, allowed, formats, where=f"{where}, sheet {number} of {len(parts.sheets)}")
        for number, sheet in sheets.items()
    }
    return Opened(parts, formats, strings, sheets, heads, looks)


def refuse_marked_lines(package: Package, found: Opened, number: int, title_rows: int) -> None:
    """Refuse a marking in the title rows of another sheet, and in its rows that are no lines of a table."""
    seen, marked_texts = found.looks[number], found.strings.marked
    if not marked_texts and not seen.has_marked_text:
        return
    part, width = found.sheets[number].part, max(seen.last_column, 1)
    if has_marked_line(package, part, marked=marked_texts, title_rows=title_rows, width=width):
        raise marked(where=package.where, place="cells of another sheet")


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

        elif tag == "definedName":
            parts.notes.extend(attributes.get(key, "") for key in _NOTES)

    package.parse(main, start)
    for link in links.values():
        if link.kind == "sharedStrings" and link.target in package:
            parts.strings = link.target
        elif link.kind == "styles" and link.target in package:
            parts.styles = link.target
    return parts


def check_amount(package: Package, found: Opened, number: int) -> None:
    """Refuse a sheet whose cells name more text than any extract holds: a shared one counts wherever it is used."""
    sheet, seen, lengths = found.sheets[number], found.looks[number], found.strings.lengths
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


def _look_into(
    package: Package, sheet: Sheet, allowed: Collection[str], styles: Collection[str], *, where: str
) -> SheetLook:
    seen = SheetLook(styles)
    try:
        with package.guarded():
            package.parse(sheet.part, seen.start, seen.text)
            seen.finish()
    except OutOfOrderError:
        raise package.broken("rows or cells of a sheet are out of order") from None
    refuse(allowed, "hidden-cells", where, found=seen.has_hidden())
    texts = [without_formatting(text) for text in seen.page_texts]
    refuse_marking(texts, where=where, place="page header or footer")
    return seen


def is_true(value: str | None) -> bool:
    """Return whether an XML attribute says yes."""
    return value in {"1", "true"}
