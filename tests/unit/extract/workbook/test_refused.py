"""Workbooks that are refused whole: what is hidden, marked, broken, cut or of an unknown kind."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import pipeline.extract.workbook.package as zip_module
from pipeline.errors import InputError, PipelineError
from pipeline.extract.workbook.workbook import Workbook
from tests.lib.refused import refused
from tests.lib.workbooks import COLUMNS, LINE, PERSON, SHEET, another_sheet, edited, read, replaced, rows, workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def refusal(root: Path, data: bytes) -> PipelineError:
    error = refused(lambda: read(root, data), PERSON)
    assert error.where.startswith("2024-01.xlsx")
    return error


def _hide_column(_: Any, sheet: Any) -> object:  # noqa: ANN401 - xlsxwriter has no types
    return sheet.set_column(1, 1, None, None, {"hidden": True})


def _hide_sheet(book: Any, sheet: Any) -> object:  # noqa: ANN401 - xlsxwriter has no types
    sheet.activate()
    return book.get_worksheet_by_name("Summary").hide()


def _hide_sheet_well(book: Any, sheet: Any) -> object:  # noqa: ANN401 - xlsxwriter has no types
    sheet.activate()
    return book.get_worksheet_by_name("Summary").very_hidden()


MACRO_MAIN = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"


PLAIN_MAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


TYPES = "[Content_Types].xml"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (workbook(LINE, change=_hide_sheet), "hidden-sheet"),
        (workbook(LINE, change=_hide_sheet_well), "hidden-sheet"),
        (workbook(LINE, change=_hide_column), "hidden-cells"),
        (workbook(LINE, change=lambda _, sheet: sheet.set_column(1, 1, 0)), "hidden-cells"),
        (workbook(LINE, LINE, change=lambda _, sheet: sheet.set_row(4, None, None, {"hidden": True})), "hidden-cells"),
        (workbook(LINE, change=lambda _, sheet: sheet.set_row(1, 0)), "hidden-cells"),
        (workbook(LINE, change=lambda _, sheet: sheet.write_comment("A5", PERSON)), "comment"),
        (edited(workbook(LINE), added={"xl/threadedComments/threadedComment1.xml": b"<x/>"}), "comment"),
        (edited(workbook(LINE), added={"xl/pivotCache/pivotCacheDefinition1.xml": b"<x/>"}), "pivot-cache"),
        (edited(workbook(LINE), added={"xl/vbaProject.bin": b"x"}), "macro"),
        (edited(workbook(LINE), replaced(TYPES, PLAIN_MAIN, MACRO_MAIN)), "macro"),
        (edited(workbook(LINE), added={"xl/macrosheets/sheet1.xml": b"<x/>"}), "macro"),
        (edited(workbook(LINE), added={"xl/externalLinks/externalLink1.xml": b"<x/>"}), "external-link"),
    ],
)
def test_what_must_not_be_there_stops_the_file_unless_the_feed_allows_it(
    tmp_path: Path, data: bytes, code: str
) -> None:
    error = refusal(tmp_path, data)
    assert error.code == code
    assert "or allow it in its declaration or mapping" in error.text()
    allowing = Workbook("{month}.xlsx", sheet="Payments", title_rows=3, allowed=(code,))
    assert rows(read(tmp_path, data, source=allowing))[0] == ("OPCC", "2024-01-15", "1234.5", PERSON)


def test_the_message_of_a_hidden_row_reads_well(tmp_path: Path) -> None:
    error = refusal(tmp_path, workbook(LINE, change=_hide_column))
    assert error.text() == (
        "hidden-cells: 2024-01.xlsx, sheet 2 of 2: the workbook cannot be used as it is: "
        "rows or columns among the used cells are hidden (a filter hides rows too)\n"
        "  to do: look at what is hidden, then unhide or delete it, or allow it in its declaration or mapping"
    )


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (workbook(LINE, change=lambda _, sheet: sheet.write("B2", "RESTRICTED when complete")), "title rows"),
        (workbook(LINE, change=lambda _, sheet: sheet.write("F4", "OFFICIAL - SENSITIVE")), "header"),
        (workbook(LINE, change=lambda _, sheet: sheet.set_header("&COFFICIAL-SENSITIVE")), "page header or footer"),
        (workbook(LINE, change=lambda _, sheet: sheet.set_footer('&R&"Arial,Bold"&10SECRET')), "page header or footer"),
        (workbook(LINE, change=lambda book, _: book.set_properties({"status": "CONFIDENTIAL"})), "file properties"),
        (workbook(LINE, change=lambda book, _: book.set_custom_property("Label", "SECRET")), "file properties"),
        (workbook(LINE, change=lambda book, _: book.add_worksheet("SECRET")), "name of a sheet"),
    ],
)
def test_a_marking_stops_the_file(tmp_path: Path, data: bytes, place: str) -> None:
    error = refusal(tmp_path, data)
    assert error.code == "protective-marking"
    assert f"stands in the {place}" in error.text()


def test_a_marking_in_a_line_is_only_text(tmp_path: Path) -> None:
    assert rows(read(tmp_path, workbook((*LINE[:3], "RESTRICTED area fencing"))))[0][3] == "RESTRICTED area fencing"


def test_a_wrong_sheet_name(tmp_path: Path) -> None:
    data = edited(workbook(LINE), replaced("xl/workbook.xml", b'name="Payments"', f'name="{PERSON}"'.encode()))
    assert refusal(tmp_path, data).text() == (
        "missing-sheet: 2024-01.xlsx: none of its 2 sheets is called `Payments`; sheet 2 has the declared header\n"
        "  to do: call the sheet `Payments`, or correct its name in the dataset's declaration (pipeline/datasets)"
    )


def test_cells_under_no_header_are_an_unknown_column(tmp_path: Path) -> None:
    error = refusal(tmp_path, workbook(LINE, change=lambda _, sheet: sheet.write("F6", PERSON)))
    assert error.text().startswith(
        "unknown-column: 2024-01.xlsx, row 4: the columns are not the declared ones; column 6 has no name\n"
    )
    titled = workbook(LINE, change=lambda _, sheet: sheet.write("H1", "Printed on Monday"))
    assert len(rows(read(tmp_path, titled))) == 1


@pytest.mark.parametrize("title_rows", [0, 2, 4, 40])
def test_a_header_in_another_row_is_found_and_said(title_rows: int, tmp_path: Path) -> None:
    (tmp_path / "2024-01.xlsx").write_bytes(workbook(LINE))
    source = Workbook("{month}.xlsx", sheet="Payments", title_rows=title_rows)
    found = source.read(tmp_path, "2024-01.xlsx", COLUMNS, COLUMNS)
    assert found.rows.to_pylist() == [5]
    assert found.note == "read as having its header in row 4"


def test_no_header_at_all(tmp_path: Path) -> None:
    (tmp_path / "2024-01.xlsx").write_bytes(workbook(LINE))
    with pytest.raises(InputError) as caught:
        Workbook("{month}.xlsx", sheet="Payments", title_rows=4).read(tmp_path, "2024-01.xlsx", ["x"], ["x", "y"])
    assert caught.value.code == "no-header-row"
    assert PERSON not in caught.value.text()
    assert "2024-01.xlsx, row 5" in caught.value.text()


def _flag_as_encrypted(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[changed.find(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def _flip_a_bit(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 0xFF
    return bytes(changed)


def _doubled(data: bytes, name: str) -> bytes:
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as package:
        package.writestr(name, b"<x/>")
    return target.getvalue()


COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600


DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]><worksheet'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b"Body,Net Amount\n", "broken-file"),
        (COMPOUND, "broken-file"),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "encrypted-file"),
        (_flag_as_encrypted(workbook(LINE)), "encrypted-file"),
        (workbook(LINE)[:-300], "broken-file"),
        (workbook(LINE)[:2000], "broken-file"),
        (_flip_a_bit(workbook(LINE)), "broken-file"),
        (edited(workbook(LINE), without=[SHEET]), "broken-file"),
        (edited(workbook(LINE), without=["xl/workbook.xml"]), "broken-file"),
        (edited(workbook(LINE), without=["_rels/.rels"]), "broken-file"),
        (edited(workbook(LINE), replaced(SHEET, b"</sheetData>", b"")), "broken-file"),
        (edited(workbook(LINE), replaced(SHEET, b"<worksheet", DOCTYPE)), "broken-file"),
        (edited(workbook(LINE), replaced(SHEET, b'r="A5"', b'r="5A"')), "broken-file"),
        (edited(workbook(LINE), replaced(SHEET, b'r="A5" t="s"><v>', b'r="A5" t="s"><v>99')), "broken-file"),
        (_doubled(workbook(LINE), "xl/worksheets/Sheet2.xml"), "broken-file"),
        (edited(workbook(LINE), added={"../../evil.xml": b"<x/>"}), "broken-file"),
        (edited(workbook(LINE), added={"xl/media/blank.xml": b" " * 20_000_000}), "zip-bomb"),
        (edited(workbook(LINE), added={f"xl/media/{place}.xml": b"" for place in range(2_001)}), "zip-bomb"),
        (workbook(LINE, change=lambda _, sheet: sheet.write("XFD1048576", PERSON)), "zip-bomb"),
    ],
)
def test_a_broken_or_hostile_file_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    assert refusal(tmp_path, data).code == code


def test_a_file_larger_than_any_extract_is_refused_unopened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_module, "_LARGEST_FILE", 1_000)
    assert refusal(tmp_path, workbook(LINE)).text() == (
        "zip-bomb: 2024-01.xlsx: the workbook is larger, packed or unpacked, than any extract should be\n"
        "  to do: have a single month exported, as values only"
    )


def test_a_part_that_is_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    data = bytearray(edited(workbook(LINE), added={"xl/media/x.xml": b"y" * 5_000}))
    place = data.rfind(b"xl/media/x.xml") - 46
    assert data[place : place + 4] == b"PK\x01\x02"
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert refusal(tmp_path, bytes(data)).code == "broken-file"


def test_the_messages_of_unusable_files_read_well(tmp_path: Path) -> None:
    assert refusal(tmp_path, COMPOUND).text() == (
        "broken-file: 2024-01.xlsx: the file is an old .xls workbook, whatever its name says, or damaged\n"
        "  to do: export it again as .xlsx, without a password; one that was repaired may lack rows"
    )
    assert refusal(tmp_path, _flag_as_encrypted(workbook(LINE))).text() == (
        "encrypted-file: 2024-01.xlsx: the workbook is protected by a password\n"
        "  to do: export it again as .xlsx, without a password; one that was repaired may lack rows"
    )


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        ("xl/model/item.data", b"rows", "data-model"),
        ("xl/embeddings/Sheet1.xlsx", b"PK", "embedded-file"),
        ("xl/embeddings/oleObject1.bin", b"x", "embedded-file"),
        ("xl/activeX/activeX1.xml", b"<x/>", "embedded-file"),
        ("xl/connections.xml", b"<connections/>", "connection"),
        ("xl/queryTables/queryTable1.xml", b"<x/>", "connection"),
        ("customXml/item1.xml", b"<rows><row>Jane Featherstonehaugh</row></rows>", "custom-xml"),
        (
            "customXml/item1.xml",
            b'<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">x</DataMashup>',
            "connection",
        ),
        ("customXml/item.bin", b"x", "custom-xml"),
        ("xl/pivotTables/pivotTable1.xml", b"<x/>", "pivot-cache"),
        ("xl/revisions/revisionLog1.xml", b"<x/>", "unknown-part"),
        ("xl/slicerCaches/slicerCache1.xml", b"<x/>", "unknown-part"),
        ("xl/worksheets/rows.bin", b"x", "unknown-part"),
        ("rows.csv", b"x", "unknown-part"),
    ],
)
def test_a_part_that_is_on_no_list_stops_the_file(tmp_path: Path, part: str, content: bytes, code: str) -> None:
    data = edited(workbook(LINE), added={part: content})
    assert refusal(tmp_path, data).code == code
    if code != "connection" or not part.startswith("customXml"):
        allowing = Workbook("{month}.xlsx", sheet="Payments", title_rows=3, allowed=(code,))
        assert len(read(tmp_path, data, source=allowing).rows) == 1


def test_a_link_to_a_part_of_an_unknown_kind_stops_the_file(tmp_path: Path) -> None:
    link = b'<Relationship Id="x1" Type="http://example.org/rowStore" Target="worksheets/sheet1.xml"/></Relationships>'
    data = edited(workbook(LINE), replaced("xl/_rels/workbook.xml.rels", b"</Relationships>", link))
    assert refusal(tmp_path, data).code == "unknown-part"


def _box(text: str) -> Callable[[Any, Any], object]:
    return lambda _, sheet: sheet.insert_textbox("F9", text)


def _rich(book: Any, _: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    bold = book.add_format({"bold": True})
    book.get_worksheet_by_name("Summary").write_rich_string(0, 0, "OFFI", bold, "CIAL-SENS", "ITIVE")


def _chart(book: Any, sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Payments!$C$5:$C$6"})
    chart.set_title({"name": "TOP SECRET"})
    sheet.insert_chart("H2", chart)


def _chartsheet(book: Any, _: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Payments!$C$5:$C$6"})
    sheet = book.add_chartsheet("Picture")
    sheet.set_chart(chart)
    sheet.set_header("&CCONFIDENTIAL")


def _prompt(_: Any, sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    sheet.data_validation("B5", {"validate": "any", "input_title": "Mind", "input_message": "RESTRICTED"})


SEEN = [
    _box("OFFICIAL-SENSITIVE"),
    _rich,
    _chart,
    _chartsheet,
    _prompt,
    lambda _, sheet: sheet.write("A9", "OFFICIAL - SENSITIVE"),
    lambda _, sheet: sheet.write("C12", f"SECRET {PERSON}"),
    lambda book, _: book.get_worksheet_by_name("Summary").write("B2", "CONFIDENTIAL"),
    lambda book, _: book.get_worksheet_by_name("Summary").write("B40", "RESTRICTED"),
    lambda book, _: book.get_worksheet_by_name("Summary").set_footer("&LSECRET"),
]


@pytest.mark.parametrize("change", SEEN)
def test_a_marking_that_a_person_sees_anywhere_stops_the_file(
    tmp_path: Path, change: Callable[[Any, Any], object]
) -> None:
    data = workbook(LINE, LINE, change=change)
    assert refusal(tmp_path, data).code == "protective-marking"


def test_the_name_of_a_marking_in_a_line_of_a_table_is_no_marking(tmp_path: Path) -> None:
    def change(book: Any, _: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        for row in range(5, 9):
            book.get_worksheet_by_name("Summary").write_row(row, 0, ["TOP SECRET COMEDY LTD", 1, 2, 3, 4])

    data = workbook((*LINE[:3], "SECRET GARDEN LTD"), change=change)
    assert len(read(tmp_path, data).rows) == 1


def test_a_marked_comment_on_a_name_stops_the_file(tmp_path: Path) -> None:
    names = b'<definedNames><definedName name="rate" comment="SECRET">Payments!$A$1</definedName></definedNames>'
    data = edited(workbook(LINE), replaced("xl/workbook.xml", b"</sheets>", b"</sheets>" + names))
    assert refusal(tmp_path, data).code == "protective-marking"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (another_sheet("Payments (2)"), "sheet 3 of 3 has the declared header as well"),
        (another_sheet(PERSON, row=0), "sheet 3 of 3 has the declared header as well"),
        (another_sheet("More", [name.upper() for name in COLUMNS]), "sheet 3 of 3 has the declared header as well"),
        (another_sheet("Payments "), "names that differ only in blanks"),
        (another_sheet("Pay ments"), "names that differ only in blanks"),
        (another_sheet("Sum\u200bmary"), "names that differ only in blanks"),
        (lambda _, sheet: sheet.write("A65536", "OPCC"), "it ends in row 65,536 exactly"),
    ],
)
def test_an_extract_that_was_cut_or_goes_on_elsewhere_stops(
    tmp_path: Path, change: Callable[[Any, Any], object], said: str
) -> None:
    error = refusal(tmp_path, workbook(LINE, change=change))
    assert error.code == "cut-or-continued"
    assert said in error.text()


def test_a_sheet_that_is_almost_called_so_is_said(tmp_path: Path) -> None:
    data = edited(workbook(LINE), replaced("xl/workbook.xml", b'name="Payments"', 'name="Pay\u00a0ments"'.encode()))
    text = refusal(tmp_path, data).text()
    assert "sheet 2 is `Payments` but for a no-break space between the words" in text
    shown = edited(workbook(LINE), replaced("xl/workbook.xml", b'name="Payments"', b'name="Payments list"'))
    assert "sheet 2 (`Payments list`) has the declared header" in refusal(tmp_path, shown).text()
