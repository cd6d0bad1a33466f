"""Workbooks: the cells as text, with the sheet's own row numbers."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipeline.extract.given import plain_decimal
from pipeline.model.tables import CellProblem
from tests.lib.workbooks import (
    COLUMNS,
    LEDGER,
    LINE,
    PERSON,
    SHEET,
    another_sheet,
    edited,
    read,
    replaced,
    rows,
    texts,
    workbook,
)

if TYPE_CHECKING:
    from pathlib import Path


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


def test_unused_rows_and_columns_may_be_hidden(tmp_path: Path) -> None:
    def change(_: Any, sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        sheet.set_row(500, None, None, {"hidden": True})
        sheet.set_column(10, 16_383, None, None, {"hidden": True})

    assert len(rows(read(tmp_path, workbook(LINE, change=change)))) == 1


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


def test_other_sheets_may_hold_other_tables(tmp_path: Path) -> None:
    data = workbook(LINE, change=another_sheet("Notes", ["Body", "Total"]))
    assert len(read(tmp_path, data).rows) == 1


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
