"""What stands in a workbook besides the cells one sees: found by a streaming look at its XML parts.

Source of the part and attribute names: ECMA-376 (Office Open XML), parts 1 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from xml.sax.saxutils import quoteattr

from pipeline.extract.marking import marked, refuse_marking
from pipeline.extract.workbook.cells import first_rows, has_marked_line, shown_styles
from pipeline.extract.workbook.contents import (
    refuse,
    refuse_marked_texts,
    refuse_unwanted,
    relationships,
    shared_strings,
    without_formatting,
)
from pipeline.extract.workbook.package import bomb
from pipeline.extract.workbook.sheet import OutOfOrderError, SheetLook

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.extract.workbook.cells import Row, Shown
    from pipeline.extract.workbook.contents import Strings
    from pipeline.extract.workbook.package import Attributes, Package

#: More characters than this in one sheet are no extract: a large ledger has a hundred times fewer.
_MOST_TEXT = 1 << 28
_DIGITS = 9
#: What a defined name says to those who choose it.
_NOTES = ("comment", "description", "help", "statusBar", "customMenu")


class Sheet(NamedTuple):
    """A sheet as the workbook lists it: its name, whether it is hidden, its part ("" where it has no cells)."""

    name: str
    hidden: bool
    part: str


@dataclass(slots=True)
class Parts:
    """What the workbook's own part and its relationships say."""

    sheets: list[Sheet] = field(default_factory=list)
    is_1904: bool = False
    notes: list[str] = field(default_factory=list)
    strings: str = ""
    styles: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook in which nothing unwanted is: its parts, formats, shared texts, and by number its sheets, with a look.

    ``heads`` are the first rows of each sheet.
    """

    package: Package
    parts: Parts
    formats: Mapping[str, Shown]
    strings: Strings
    sheets: Mapping[int, Sheet]
    heads: Mapping[int, Mapping[int, Row]]
    looks: Mapping[int, SheetLook]

    def text(self, cell: str | int) -> str:
        """Return the text of a cell of the first rows."""
        return self.strings.texts.get(cell, "") if isinstance(cell, int) else cell

    def refuse_marked_lines(self, number: int, title_rows: int) -> None:
        """Refuse a marking in the title rows of another sheet, and in its rows that are no lines of a table."""
        seen, marked_texts = self.looks[number], self.strings.marked
        if not marked_texts and not seen.has_marked_text:
            return
        part, width = self.sheets[number].part, max(seen.last_column, 1)
        if has_marked_line(self.package, part, marked=marked_texts, title_rows=title_rows, width=width):
            raise marked(where=self.package.where, place="cells of another sheet")

    def copy_for_reading(self, sheet: Sheet, target: BinaryIO) -> None:
        """Write to ``target`` a workbook of that one sheet: only parts that were checked, at the usual places."""
        kinds = {"worksheet": ("sheet1.xml", sheet.part), "styles": ("styles.xml", self.parts.styles)}
        kinds["sharedStrings"] = ("sharedStrings.xml", self.parts.strings)
        present = {kind: pair for kind, pair in kinds.items() if pair[1]}
        main = _MAIN.format(date1904=int(self.parts.is_1904), name=quoteattr(sheet.name))
        links = "".join(_LINK.format(kind=kind, target=name) for kind, (name, _) in present.items())
        made = {
            "xl/workbook.xml": main,
            "xl/_rels/workbook.xml.rels": _LINKS.format(links=links),
            "_rels/.rels": _PACKAGE_LINKS,
            "[Content_Types].xml": _TYPES,
        }
        copied: dict[str, str | bytes] = {f"xl/{name}": source for name, source in present.values()}
        self.package.copy(copied | {name: f"{_XML}{text}".encode() for name, text in made.items()}, target)

    def check_amount(self, number: int) -> None:
        """Refuse a sheet whose cells name more text than any extract holds: a shared one counts wherever it is used."""
        lengths = self.strings.lengths
        if self.looks[number].shared_cells * max(lengths, default=0) <= _MOST_TEXT:
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

        self.package.parse(self.sheets[number].part, start, text)
        if total > _MOST_TEXT:
            raise bomb(self.package.where)


def opened(package: Package, allowed: Collection[str], rows: int) -> Opened:
    """Return a workbook with the first ``rows`` of each sheet; what is not ``allowed`` in it is an `InputError`."""
    where = package.where
    parts = _workbook(package)
    refuse_unwanted(package, allowed)
    refuse(allowed, "hidden-sheet", where, found=any(sheet.hidden for sheet in parts.sheets))
    refuse_marking((sheet.name for sheet in parts.sheets), where=where, place="name of a sheet")
    refuse_marking(parts.notes, where=where, place="comments of its names")
    refuse_marked_texts(package)
    formats = shown_styles(package, parts.styles)
    sheets = {number: sheet for number, sheet in enumerate(parts.sheets, start=1) if sheet.part}
    heads = {number: first_rows(package, sheet.part, rows) for number, sheet in sheets.items()}
    strings = shared_strings(package, parts.strings, heads.values())
    looks: dict[int, SheetLook] = {}
    for number, sheet in sheets.items():
        at = f"{where}, sheet {number} of {len(parts.sheets)}"
        try:
            looks[number] = seen = SheetLook.of(package, sheet.part, formats)
        except OutOfOrderError:
            raise package.broken("rows or cells of a sheet are out of order") from None
        refuse(allowed, "hidden-cells", at, found=seen.has_hidden())
        refuse_marking(map(without_formatting, seen.page_texts), where=at, place="page header or footer")
    return Opened(package, parts, formats, strings, sheets, heads, looks)


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


def _workbook(package: Package) -> Parts:
    main = [link.target for link in relationships(package, "").values() if link.kind == "officeDocument"]
    if not main:
        raise package.broken("it does not say which part is the workbook")
    links = relationships(package, main[0])
    parts = Parts()

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "workbookPr":
            parts.is_1904 = attributes.get("date1904") in {"1", "true"}
        elif tag == "sheet":
            link = links.get(next((value for key, value in attributes.items() if key.endswith(" id")), ""))
            part = link.target if link is not None and link.kind == "worksheet" else ""
            hidden = attributes.get("state", "visible") != "visible"
            parts.sheets.append(Sheet(attributes.get("name", ""), hidden, part))
        elif tag == "definedName":
            parts.notes.extend(attributes.get(key, "") for key in _NOTES)

    package.parse(main[0], start)
    there = {link.kind: link.target for link in links.values() if link.target in package}
    parts.strings, parts.styles = there.get("sharedStrings", ""), there.get("styles", "")
    return parts
