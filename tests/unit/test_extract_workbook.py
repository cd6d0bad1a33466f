"""Workbooks: the cells as text, the sheet's own row numbers, and nothing hidden in the file."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import xlsxwriter

import pipeline.extract.workbook.package as zip_module
from pipeline.errors import CODES, InputError
from pipeline.extract.number import plain_decimal
from pipeline.extract.workbook.workbook import Workbook
from pipeline.model.tables import CellProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.tables import Extracted

COLUMNS = ("Body", "Payment Date", "Net Amount", "Narrative")
LEDGER = Workbook("ledger/{month}.xlsx", sheet="Payments", title_rows=3)
#: A cell that must never be seen in a message.
PERSON = "Featherstonehaugh"
LINE = ("OPCC", dt.date(2024, 1, 15), 1234.5, PERSON)
SHEET = "xl/worksheets/sheet2.xml"


def workbook(
    *lines: Sequence[object],
    change: Callable[[Any, Any], object] = lambda _book, _sheet: None,
    options: Mapping[str, object] | None = None,
) -> bytes:
    """Return a workbook of two sheets; ``change`` gets the book and the sheet `Payments` before it is closed."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, dict(options or {}))
    book.add_worksheet("Summary").write(0, 0, "Totals")
    sheet = book.add_worksheet("Payments")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write(0, 0, "Example Police")
    sheet.write_row(3, 0, COLUMNS)
    for row, line in enumerate(lines, start=4):
        for column, value in enumerate(line):
            if isinstance(value, dt.date):
                sheet.write_datetime(row, column, value, day)
            else:
                sheet.write(row, column, value)
    change(book, sheet)
    book.close()
    return target.getvalue()


def edited(
    data: bytes,
    edit: Callable[[str, bytes], bytes] = lambda _name, part: part,
    *,
    without: Sequence[str] = (),
    added: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the package with its parts changed, left out or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in without:
                new.writestr(entry.filename, edit(entry.filename, old.read(entry)))
        for name, part in (added or {}).items():
            new.writestr(name, part)
    return target.getvalue()


def replaced(part: str, old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    def edit(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        assert old in data
        return data.replace(old, new)

    return edit


def read(root: Path, data: bytes, columns: Sequence[str] = COLUMNS, *, source: Workbook = LEDGER) -> Extracted:
    (root / "2024-01.xlsx").write_bytes(data)
    return source.read(root, "2024-01.xlsx", columns, COLUMNS)


def rows(extracted: Extracted) -> list[tuple[str | None, ...]]:
    return list(zip(*(column.to_pylist() for column in extracted.cells.values()), strict=True))


def texts(extracted: Extracted) -> dict[str, list[str | None]]:
    return {name: column.to_pylist() for name, column in extracted.cells.items()}


def refusal(root: Path, data: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read(root, data)
    error = caught.value
    assert error.code in CODES
    assert PERSON not in error.text()
    assert error.where.startswith("2024-01.xlsx")
    assert error.fix
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    return error


def test_cells_are_trimmed_text_with_the_sheets_own_row_numbers(tmp_path: Path) -> None:
    data = workbook(LINE, (), ("FORCE", "15/01/2024", "(1,250.00)", " \u00a0y\t "), ("  ",), (None, None, "\u00a0"))
    extracted = read(tmp_path, data)
    assert rows(extracted) == [("OPCC", "2024-01-15", "1234.5", PERSON), ("FORCE", "15/01/2024", "(1,250.00)", "y\t")]
    assert extracted.rows.to_pylist() == [5, 7]
    assert extracted.rows.type == pa.int64()
    assert (extracted.bytes, extracted.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (extracted.path, extracted.problems, extracted.ragged) == ("2024-01.xlsx", (), ())


def test_a_month_without_lines_is_empty(tmp_path: Path) -> None:
    extracted = read(tmp_path, workbook())
    assert (rows(extracted), extracted.rows.to_pylist(), extracted.repeats) == ([], [], pa.array([], pa.int64()))


def test_only_the_asked_columns_come_in_the_asked_order(tmp_path: Path) -> None:
    assert texts(read(tmp_path, workbook(LINE), ["Net Amount", "Body"])) == {
        "Net Amount": ["1234.5"],
        "Body": ["OPCC"],
    }
    (tmp_path / "f.xlsx").write_bytes(workbook(LINE, LINE))
    column = LEDGER.read(tmp_path, "f.xlsx", ["Body"], COLUMNS, dictionaries=["Body"]).cells["Body"]
    assert (column.type, column.dictionary.to_pylist()) == (pa.dictionary(pa.int32(), pa.string()), ["OPCC"])


def test_repeats_look_at_all_declared_columns(tmp_path: Path) -> None:
    other = (*LINE[:3], "another narrative")
    extracted = read(tmp_path, workbook(LINE, other, LINE, other, LINE), ["Body"])
    assert extracted.repeats is not None
    assert extracted.repeats.to_pylist() == [0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5001234.0, "5001234"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e21, "1000000000000000000000"),
        (1.5e-7, "0.00000015"),
        (-0.0, "0"),
        (-250.0, "-250"),
        (1234.56, "1234.56"),
        (1e22 + 1, "10000000000000000000000"),
        (7, "7"),
    ],
)
def test_a_number_is_its_shortest_decimal(number: float, text: str) -> None:
    assert plain_decimal(number) == text
    assert float(text) == number


def test_numbers_and_truths_in_a_sheet(tmp_path: Path) -> None:
    line = (5001234, 1e21, True, "007")
    assert rows(read(tmp_path, workbook(line))) == [("5001234", "1000000000000000000000", "TRUE", "007")]
    more = edited(workbook((1, 2.75, False, "x")), replaced(SHEET, b"<v>2.75</v>", b"<v>0.30000000000000004</v>"))
    assert rows(read(tmp_path, more)) == [("1", "0.30000000000000004", "FALSE", "x")]


@pytest.mark.parametrize("is_1904", [False, True])
def test_date_cells_are_days_in_both_systems(tmp_path: Path, is_1904: bool) -> None:  # noqa: FBT001 - a parameter of the test
    def change(book: Any, sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        formats = [book.add_format({"num_format": each}) for each in ("dd/mm/yyyy hh:mm", "[$-809]dd mmmm yyyy;@")]
        leap_day, old_year = (
            dt.datetime.fromisoformat("2024-02-29T23:59:59"),
            dt.datetime.fromisoformat("1999-12-31T12:00"),
        )
        sheet.write_datetime(5, 1, leap_day, formats[0])
        sheet.write_datetime(6, 1, old_year, formats[1])
        sheet.write_number(4, 2, 12, book.add_format({"num_format": "#,##0.00_);[Red](#,##0.00)"}))

    data = workbook(LINE, change=change, options={"date_1904": is_1904})
    assert (b'date1904="1"' in zipfile.ZipFile(io.BytesIO(data)).read("xl/workbook.xml")) == is_1904
    extracted = read(tmp_path, data)
    assert extracted.cells["Payment Date"].to_pylist() == ["2024-01-15", "2024-02-29", "1999-12-31"]
    assert extracted.cells["Net Amount"].to_pylist() == ["12", None, None]


def test_times_and_durations_are_unreadable(tmp_path: Path) -> None:
    def change(book: Any, sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        sheet.write_number("B5", 0.5, book.add_format({"num_format": "hh:mm"}))
        sheet.write_number("B6", 1.5, book.add_format({"num_format": "[h]:mm"}))

    extracted = read(tmp_path, workbook(LINE, change=change))
    assert extracted.cells["Payment Date"].to_pylist() == [None, None]
    assert extracted.problems == (
        CellProblem(5, "Payment Date", "unreadable-cell"),
        CellProblem(6, "Payment Date", "unreadable-cell"),
    )


def test_errors_and_formulas_without_a_result_are_unreadable(tmp_path: Path) -> None:
    def change(_: Any, sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        sheet.write_formula("C5", "=1/0", None, "#DIV/0!")
        sheet.write_formula("D6", "=A1", None, "")
        sheet.write_formula("D7", "=A1", None, "stored")
        sheet.write_formula("C7", "=1+1", None, 2)
        sheet.write_formula("D9", "=1/0", None, "#N/A")

    data = workbook(LINE, LINE, change=change)
    extracted = read(tmp_path, data)
    assert extracted.problems == (
        CellProblem(5, "Net Amount", "unreadable-cell"),
        CellProblem(6, "Narrative", "unreadable-cell"),
        CellProblem(9, "Narrative", "unreadable-cell"),
    )
    assert extracted.cells["Narrative"].to_pylist() == [PERSON, None, "stored", None]
    assert extracted.cells["Net Amount"].to_pylist() == [None, "1234.5", "2", None]
    assert extracted.rows.to_pylist() == [5, 6, 7, 9]
    assert extracted.repeats is not None
    assert extracted.repeats.to_pylist() == [0, 1, 2, 3]
    assert read(tmp_path, data, ["Body"]).problems == ()


def test_a_formula_whose_stored_result_is_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    empty = edited(
        workbook(LINE, change=lambda _, sheet: sheet.write_formula("D5", "=A1", None, "x")),
        replaced(SHEET, b"<v>x</v>", b"<v></v>"),
    )
    extracted = read(tmp_path, empty)
    assert (extracted.cells["Narrative"].to_pylist(), extracted.problems) == ([None], ())


def test_rich_text_inline_text_and_kept_blanks(tmp_path: Path) -> None:
    rich = workbook(
        LINE,
        change=lambda book, sheet: sheet.write_rich_string("D5", "a ", book.add_format({"bold": True}), "b", " c"),
    )
    assert read(tmp_path, rich).cells["Narrative"].to_pylist() == ["a b c"]
    cell = re.search(rb'<c r="D5" t="s"><v>\d+</v></c>', zipfile.ZipFile(io.BytesIO(workbook(LINE))).read(SHEET))
    assert cell is not None
    inline = b'<c r="D5" t="inlineStr"><is><t xml:space="preserve"> in  line </t></is></c>'
    assert read(tmp_path, edited(workbook(LINE), replaced(SHEET, cell[0], inline))).cells["Narrative"].to_pylist() == [
        "in  line"
    ]


def _prefixed(name: str, part: bytes) -> bytes:
    if name not in {SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"}:
        return part
    return re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", part).replace(b"xmlns=", b"xmlns:x=")


def _strict(_: str, part: bytes) -> bytes:
    old = b"http://schemas.openxmlformats.org/"
    part = part.replace(old + b"spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main")
    return part.replace(old + b"officeDocument/2006/rel", b"http://purl.oclc.org/ooxml/officeDocument/rel")


def test_parts_are_found_through_relationships_and_in_any_namespace(tmp_path: Path) -> None:
    plain = workbook(LINE)
    expected = rows(read(tmp_path, plain))
    sheet = zipfile.ZipFile(io.BytesIO(plain)).read(SHEET)
    moved = edited(
        plain,
        replaced("xl/_rels/workbook.xml.rels", b"worksheets/sheet2.xml", b"/other/Pay.xml"),
        without=[SHEET],
        added={"other/pay.xml": sheet},
    )
    iso = re.sub(rb'<c r="B5" s="1"><v>\d+</v></c>', b'<c r="B5" t="d"><v>2024-01-15T10:00:00</v></c>', sheet)
    for data in (moved, edited(plain, _prefixed), edited(plain, _strict), edited(plain, replaced(SHEET, sheet, iso))):
        assert rows(read(tmp_path, data)) == expected


def test_cells_without_addresses_follow_each_other(tmp_path: Path) -> None:
    filled = workbook(LINE, change=lambda _, sheet: (sheet.write("A2", "x"), sheet.write("A3", "x")))
    bare = edited(filled, lambda name, part: re.sub(rb' r="[A-Z]*\d+"', b"", part) if name == SHEET else part)
    assert rows(read(tmp_path, bare)) == rows(read(tmp_path, filled))


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
    assert "or allow it in the dataset's declaration" in error.text()
    allowing = Workbook("{month}.xlsx", sheet="Payments", title_rows=3, allowed=(code,))
    assert rows(read(tmp_path, data, source=allowing))[0] == ("OPCC", "2024-01-15", "1234.5", PERSON)


def test_the_message_of_a_hidden_row_reads_well(tmp_path: Path) -> None:
    error = refusal(tmp_path, workbook(LINE, change=_hide_column))
    assert error.text() == (
        "hidden-cells: 2024-01.xlsx, sheet 2 of 2: the workbook cannot be used as it is: "
        "rows or columns among the used cells are hidden (a filter hides rows too)\n"
        "  to do: look at what is hidden, then unhide or delete it, or allow it in the dataset's declaration"
    )


def test_unused_rows_and_columns_may_be_hidden(tmp_path: Path) -> None:
    def change(_: Any, sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        sheet.set_row(500, None, None, {"hidden": True})
        sheet.set_column(10, 16_383, None, None, {"hidden": True})

    assert len(rows(read(tmp_path, workbook(LINE, change=change)))) == 1


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


def test_a_header_in_another_row(tmp_path: Path) -> None:
    (tmp_path / "2024-01.xlsx").write_bytes(workbook(LINE))
    with pytest.raises(InputError) as caught:
        Workbook("{month}.xlsx", sheet="Payments", title_rows=4).read(tmp_path, "2024-01.xlsx", COLUMNS, COLUMNS)
    assert caught.value.code == "no-header-row"
    assert PERSON not in caught.value.text()
    assert "2024-01.xlsx, row 5" in caught.value.text()
    with pytest.raises(InputError) as caught:
        Workbook("{month}.xlsx", sheet="Payments", title_rows=40).read(tmp_path, "2024-01.xlsx", COLUMNS, COLUMNS)
    assert caught.value.code == "no-header-row"


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


def test_what_real_ledgers_hold_may_be_there(tmp_path: Path) -> None:
    library = b'<p:properties xmlns:p="http://schemas.microsoft.com/office/2006/metadata/properties">x</p:properties>'
    parts = {
        "customXml/item1.xml": library,
        "[trash]/0000.dat": b"\xff" * 9,
        "docMetadata/LabelInfo.xml": b"<x/>",
        "xl/printerSettings/printerSettings1.bin": b"x",
        "xl/calcChain.xml": b"<x/>",
        "xl/tables/table1.xml": b"<x/>",
        "xl/media/image1.png": b"x",
    }
    assert len(read(tmp_path, edited(workbook(LINE), added=parts)).rows) == 1


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


def _second(name: str, header: Sequence[str] = COLUMNS, row: int = 3) -> Callable[[Any, Any], object]:
    return lambda book, _: book.add_worksheet(name).write_row(row, 0, header)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_second("Payments (2)"), "sheet 3 of 3 has the declared header as well"),
        (_second(PERSON, row=0), "sheet 3 of 3 has the declared header as well"),
        (_second("More", [name.upper() for name in COLUMNS]), "sheet 3 of 3 has the declared header as well"),
        (_second("Payments "), "names that differ only in blanks"),
        (_second("Pay ments"), "names that differ only in blanks"),
        (_second("Sum\u200bmary"), "names that differ only in blanks"),
        (lambda _, sheet: sheet.write("A65536", "OPCC"), "it ends in row 65,536 exactly"),
    ],
)
def test_an_extract_that_was_cut_or_goes_on_elsewhere_stops(
    tmp_path: Path, change: Callable[[Any, Any], object], said: str
) -> None:
    error = refusal(tmp_path, workbook(LINE, change=change))
    assert error.code == "cut-or-continued"
    assert said in error.text()


def test_other_sheets_may_hold_other_tables(tmp_path: Path) -> None:
    data = workbook(LINE, change=_second("Notes", ["Body", "Total"]))
    assert len(read(tmp_path, data).rows) == 1


def test_a_sheet_that_is_almost_called_so_is_said(tmp_path: Path) -> None:
    data = edited(workbook(LINE), replaced("xl/workbook.xml", b'name="Payments"', 'name="Pay\u00a0ments"'.encode()))
    text = refusal(tmp_path, data).text()
    assert "sheet 2 is `Payments` but for a no-break space between the words" in text
    shown = edited(workbook(LINE), replaced("xl/workbook.xml", b'name="Payments"', b'name="Payments list"'))
    assert "sheet 2 (`Payments list`) has the declared header" in refusal(tmp_path, shown).text()


@pytest.mark.parametrize(
    ("number", "number_format", "text"),
    [
        (20003, "0000000", "0020003"),
        (20003, "0000000;[Red]-0000000", "0020003"),
        (777, '"S"00000', "S00777"),
        (777, '"S"0', "S777"),
        (1234, "000-000", "001-234"),
        (12345678, "0000000", "12345678"),
        (1.5, "0000000", "1.5"),
        (-7, "0000000", "-7"),
        (900, "0", "900"),
        (900, "0.00", "900"),
        (900, "00.00", "900"),
        (900, "#,##0", "900"),
        (9, '0" days"', "9"),
        (9, '"\u00a3"0', "9"),
    ],
)
def test_a_number_with_zeros_in_front_is_read_as_shown(
    tmp_path: Path, number: float, number_format: str, text: str
) -> None:
    def change(book: Any, sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        sheet.write_number("D5", number, book.add_format({"num_format": number_format}))
        sheet.write_number("D6", number)

    extracted = read(tmp_path, workbook(LINE, LINE, change=change))
    assert extracted.cells["Narrative"].to_pylist() == [text, plain_decimal(number)]
    assert extracted.problems == ()


def test_a_number_that_a_spreadsheet_has_rounded_is_a_damaged_key(tmp_path: Path) -> None:
    lines = [(999_999_999_999_999, 1, 2, "x"), (1_000_000_000_000_000, 1, 2, "x"), (-9_912_345_678_901_234, 1, 2, "x")]
    extracted = read(tmp_path, workbook(*lines, ("9912345678901234", 1, 2, "x")))
    assert extracted.problems == (CellProblem(6, "Body", "damaged-key"), CellProblem(7, "Body", "damaged-key"))
    assert extracted.cells["Body"].to_pylist()[1:3] == ["1000000000000000", "-9912345678901234"]
    assert read(tmp_path, workbook(*lines), ["Narrative"]).problems == ()
