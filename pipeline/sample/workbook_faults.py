"""What a finance office's workbook may carry beside its cells, and what becomes of it on the way."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from pipeline.model.source import Form
from pipeline.model.wording import SAMPLE_MARK
from pipeline.sample.writing import read_workbook, write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import xlsxwriter

#: How the sample's ledger is laid out.
LEDGER = Form("", title_rows=3, table="Payments")
_HIDDEN = 20
_MARKING = "OFFICIAL-SENSITIVE"
_MACRO_TYPE = '<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
_PIVOT = "xl/pivotCache/pivotCacheDefinition1.xml"
_PIVOT_TEXT = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><pivotCacheDefinition '
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" recordCount="0"/>'
)


def _dressed(dress: Callable[[xlsxwriter.Workbook], object]) -> Callable[[Path], None]:
    """Return what writes a month's ledger again with what ``dress`` adds."""

    def spoil(path: Path) -> None:
        lines = read_workbook(path, LEDGER)
        write_workbook(path, LEDGER, lines, header=tuple(lines[0]), dress=dress)

    return spoil


def _on_sheet(change: Callable[[xlsxwriter.Worksheet], object]) -> Callable[[Path], None]:
    """Return what writes a month's ledger again with its sheet changed."""
    return _dressed(lambda book: change(book.get_worksheet_by_name(LEDGER.table)))


hide_sheet = _dressed(lambda book: book.add_worksheet("Working").hide())
# a sheet that no menu offers to show
hide_sheet_well = _dressed(lambda book: book.add_worksheet("Working").very_hidden())
hide_row = _on_sheet(lambda sheet: sheet.set_row(LEDGER.title_rows + 3, None, None, {"hidden": True}))
hide_column = _on_sheet(lambda sheet: sheet.set_column(_HIDDEN, _HIDDEN, None, None, {"hidden": True}))
add_comment = _on_sheet(lambda sheet: sheet.write_comment("F6", "is this one a person?"))
# a protective marking in a title row, in the header of the printed page, in the file's properties
mark_title = _on_sheet(lambda sheet: sheet.write_string(1, 3, _MARKING))
mark_page_header = _on_sheet(lambda sheet: sheet.set_header(f"&C{_MARKING}"))
mark_property = _dressed(lambda book: book.set_custom_property("Classification", _MARKING))


def add_column(path: Path) -> None:
    """Add a column that nobody has declared."""
    lines = read_workbook(path, LEDGER)
    write_workbook(path, LEDGER, lines, header=(*lines[0], "Payee Date Of Birth"))


def drop_header(path: Path) -> None:
    """Put the first line where the header should be."""
    header, *lines = (list(line.values()) for line in read_workbook(path, LEDGER))
    names = [f"{cell}" for cell in header]
    write_workbook(path, LEDGER, [dict(zip(names, line, strict=True)) for line in lines], header=names)


def add_macro(path: Path) -> None:
    """Add the part that holds a workbook's macros."""
    parts = _parts(path)
    types = parts["[Content_Types].xml"].decode().replace("</Types>", f"{_MACRO_TYPE}</Types>")
    _pack(path, parts | {"[Content_Types].xml": types.encode(), "xl/vbaProject.bin": bytes(512)})


def add_pivot_cache(path: Path) -> None:
    """Add the copy of cells that a pivot table keeps."""
    _pack(path, _parts(path) | {_PIVOT: _PIVOT_TEXT.encode()})


def rename_sheet(path: Path) -> None:
    """Give the sheet of payments a name that the feed does not know."""
    parts = _parts(path)
    main = parts["xl/workbook.xml"].replace(f'name="{LEDGER.table}"'.encode(), b'name="Sheet1"')
    _pack(path, parts | {"xl/workbook.xml": main})


def cut(path: Path) -> None:
    """Leave two thirds of the file; its title stands first and unpacked, so the mark is still there."""
    parts = _parts(path)
    title = {"docProps/core.xml": parts["docProps/core.xml"]}
    _pack(path, title | parts)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])


def _parts(path: Path) -> dict[str, bytes]:
    """Return the parts of the workbook at ``path``."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _pack(path: Path, parts: dict[str, bytes]) -> None:
    """Write a workbook of ``parts``; the properties stay unpacked, every part bears the same old date."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            packing = zipfile.ZIP_STORED if SAMPLE_MARK.encode() in content else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, packing)
