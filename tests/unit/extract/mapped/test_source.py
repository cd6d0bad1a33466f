"""Files of a force's own, of any layout, read as an agreed extract by their mapping."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from pipeline.errors import InputError
from pipeline.extract.mapped.header import letter
from pipeline.extract.reader import anew
from pipeline.model.mapping import Fate
from tests.lib.own_layout import LEDGER, ROWS, book, cells, csv, found, read, refusal, source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


# --- one file a month --------------------------------------------------------------------------------


def test_columns_are_renamed_and_dates_and_amounts_are_written_as_agreed(tmp_path: Path) -> None:
    name = csv(tmp_path, ROWS)
    assert found(tmp_path, source()) == {name: "2024-01"}
    got = read(tmp_path, name)
    assert cells(got) == {
        "Ref": ["A1", "A2"],
        "Name": ["Acme", "Bolt"],
        "Paid": ["2024-01-05", "2024-01-06"],
        "Net": ["10.50", "3.25-"],
        "Period": ["2024-01", "2024-01"],
    }
    assert got.rows.to_pylist() == [2, 3]
    assert got.sha256 == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert cells(read(tmp_path, name, columns=["Memo"])) == {"Memo": ["x", None]}


def test_the_header_stands_below_title_rows_and_names_match_but_for_case_and_blanks(tmp_path: Path) -> None:
    header = ("OUR REF", "  name: ", "Date  Paid", "amount", "MEMO")
    name = csv(tmp_path, [("Payments over 500",), (), *[header], *ROWS[1:]])
    got = read(tmp_path, name)
    assert cells(got)["Ref"] == ["A1", "A2"]
    assert got.rows.to_pylist() == [4, 5]


def test_a_header_may_be_said_by_its_row(tmp_path: Path) -> None:
    name = csv(tmp_path, [("Our Ref", "Name:"), ROWS[0], *ROWS[1:]])
    assert cells(read(tmp_path, name, source(header="2")))["Ref"] == ["A1", "A2"]


def test_a_header_far_below_is_read_where_its_row_is_said(tmp_path: Path) -> None:
    name = csv(tmp_path, [*[("Report",)] * 40, *ROWS])
    assert "none of its first 30 rows" in refusal(tmp_path, name)
    assert read(tmp_path, name, source(header="41")).rows.to_pylist() == [42, 43]
    workbook = book(tmp_path, {"Payments": [*[("Report",)] * 40, *ROWS]})
    assert read(tmp_path, f"{workbook}#Payments", source(header="41")).rows.to_pylist() == [42, 43]


def test_a_column_may_have_another_name_in_another_month(tmp_path: Path) -> None:
    name = csv(tmp_path, [("Our Ref", "Payee", "Date Paid", "Amount", "Memo"), *ROWS[1:]])
    assert cells(read(tmp_path, name))["Name"] == ["Acme", "Bolt"]


def test_a_file_without_a_header_is_read_by_letters(tmp_path: Path) -> None:
    lettered = {"Ref": ("column A",), "Name": ("Column B",), "Paid": ("column C",), "Net": ("column D",)}
    of = source(header="none", columns=lettered, withheld={"column E": Fate("free text")})
    got = read(tmp_path, csv(tmp_path, ROWS[1:]), of)
    assert cells(got)["Net"] == ["10.50", "3.25-"]
    assert got.rows.to_pylist() == [1, 2]


def test_letters_of_columns() -> None:
    assert [letter(place) for place in (0, 25, 26, 701, 702)] == [
        *("column A", "column Z", "column AA", "column ZZ", "column AAA")
    ]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8"])
def test_encodings_and_delimiters(encoding: str, tmp_path: Path) -> None:
    rows = [[cell.replace("Acme", "Caf\u00e9 \u201cA\u201d") for cell in row] for row in ROWS]
    for delimiter in (";", "\t", "|"):
        text = "".join(delimiter.join(row) + "\n" for row in rows)
        (tmp_path / "AP 2024-01.csv").write_bytes(text.encode(encoding))
        of = source(encoding=encoding, delimiter=delimiter)
        assert cells(read(tmp_path, "AP 2024-01.csv", of))["Name"] == ["Caf\u00e9 \u201cA\u201d", "Bolt"]


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    rows = [[cell.replace("Acme", "Caf\u00e9") for cell in row] for row in ROWS]
    assert "wrong-encoding" in refusal(tmp_path, csv(tmp_path, rows, encoding="cp1252"))


def test_quoted_cells_and_a_carriage_return_alone(tmp_path: Path) -> None:
    text = "\r".join([",".join(ROWS[0]), 'A1,"Acme, ""A""",05/01/24,10.50,"x\ry"', ""])
    (tmp_path / "AP 2024-01.csv").write_bytes(text.encode())
    assert cells(read(tmp_path, "AP 2024-01.csv"))["Name"] == ['Acme, "A"']


# --- default deny ------------------------------------------------------------------------------------


def test_a_column_that_is_not_mentioned_stops_the_file(tmp_path: Path) -> None:
    rows = [(*ROWS[0], "Handling Officer"), *((*row, "") for row in ROWS[1:])]
    said = refusal(tmp_path, csv(tmp_path, rows))
    assert "unknown-column: AP 2024-01.csv, row 1: the mapping does not mention `Handling Officer` (column F)" in said
    assert 'a line in [extracts.ledger.withheld] withholds it: "its name" = "why"' in said


def test_a_name_that_may_be_a_persons_is_shown_by_its_letter(tmp_path: Path) -> None:
    rows = [(*ROWS[0], "Zebedee Marchbanks"), *((*row, "1") for row in ROWS[1:])]
    said = refusal(tmp_path, csv(tmp_path, rows))
    assert "does not mention column F (its name is not shown)" in said
    assert "Zebedee" not in said


def test_a_column_without_a_name_needs_a_fate_where_one_cell_is_filled(tmp_path: Path) -> None:
    empty = [(*ROWS[0], ""), *((*row, "") for row in ROWS[1:])]
    assert cells(read(tmp_path, csv(tmp_path, empty)))["Ref"] == ["A1", "A2"]
    filled = [*empty[:2], (*ROWS[2], "!")]
    name = csv(tmp_path, filled, "AP 2024-02.csv")
    assert "does not mention column F (it has no name, and cells below)" in refusal(tmp_path, name)
    of = source(withheld={**LEDGER.withheld, "column F": Fate("nobody knows")})
    assert cells(read(tmp_path, name, of))["Ref"] == ["A1", "A2"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (("Our Ref", "Name:", "Date Paid", "Amount", "Payee"), "`Name` would be several columns: `Name:`, `Payee`"),
        (("Our Ref", "Name:", "Date Paid", "Amount", "Amount"), "more than once: `Amount`"),
    ],
)
def test_a_mapped_column_stands_once(header: Sequence[str], said: str, tmp_path: Path) -> None:
    assert said in refusal(tmp_path, csv(tmp_path, [header, *ROWS[1:]]))


def test_a_renamed_column_is_said_by_what_is_missing(tmp_path: Path) -> None:
    name = csv(tmp_path, [("Our Ref", "Name:", "Date of Payment", "Amount", "Memo"), *ROWS[1:]])
    assert "no-header-row: AP 2024-01.csv: row 1 would be the header, and lacks `Date Paid`" in refusal(tmp_path, name)
    other = csv(tmp_path, [("a", "b"), ("Zebedee", "1")], "AP 2024-02.csv")
    said = refusal(tmp_path, other)
    assert "none of its first 2 rows holds half of the names" in said
    assert "Zebedee" not in said


def test_a_withheld_column_may_be_missing(tmp_path: Path) -> None:
    name = csv(tmp_path, [row[:4] for row in ROWS])
    assert cells(read(tmp_path, name, columns=["Memo", "Ref"])) == {"Memo": [None, None], "Ref": ["A1", "A2"]}


# --- cells -------------------------------------------------------------------------------------------


def test_a_date_of_another_form_is_bad(tmp_path: Path) -> None:
    rows = [ROWS[0], ("A1", "Acme", "2024-01-05", "1.00", ""), ("A2", "Bolt", "nothing", "1.00", "")]
    got = read(tmp_path, csv(tmp_path, rows))
    assert cells(got)["Paid"] == [None, "nothing"]
    assert [tuple(each) for each in got.problems] == [(2, "Paid", "bad-date")]


def test_codes_are_translated_and_what_is_not_listed_stays(tmp_path: Path) -> None:
    of = source(codes={"Name": {"Acme": "ORG", "": "N"}})
    rows = [*ROWS, ("A3", "", "07/01/24", "1.00", "")]
    assert cells(read(tmp_path, csv(tmp_path, rows), of))["Name"] == ["ORG", "Bolt", "N"]


def test_constants_absent_columns_and_made_keys(tmp_path: Path) -> None:
    columns = {name: spellings for name, spellings in LEDGER.columns.items() if name in ("Paid", "Net")}
    keys = {"Ref": ("Name:", "Our Ref"), "Name": ("row",)}
    of = source(columns=columns, keys=keys)
    rows = [
        ROWS[0],
        (" A  1 ", "Ac me", "05/01/24", "1", ""),
        ("", "Bolt", "05/01/24", "1", ""),
        ("", "", "05/01/24", "1", ""),
    ]
    got = cells(read(tmp_path, csv(tmp_path, rows), of))
    assert got["Ref"] == ["Ac me\x1fA 1", "Bolt\x1f", None]
    assert got["Name"] == ["AP 2024-01.csv\x1f\x1f2", "AP 2024-01.csv\x1f\x1f3", "AP 2024-01.csv\x1f\x1f4"]
    assert got["Period"] == ["2024-01"] * 3
    withheld = {name: Fate("not needed") for name in ("Our Ref", "Name:", "Memo")}
    constant = source(columns=columns, constants={"Ref": "R", "Name": ""}, withheld=withheld)
    assert cells(read(tmp_path, "AP 2024-01.csv", constant))["Ref"] == ["R"] * 3
    assert cells(read(tmp_path, "AP 2024-01.csv", constant))["Name"] == [None] * 3


def test_a_key_may_be_made_of_a_column_by_its_agreed_name(tmp_path: Path) -> None:
    columns = {name: spellings for name, spellings in LEDGER.columns.items() if name != "Ref"}
    of = source(columns=columns, keys={"Ref": ("Name", "Our Ref")})
    header = ("Our Ref", "Payee", "Date Paid", "Amount", "Memo")
    got = cells(read(tmp_path, csv(tmp_path, [header, *ROWS[1:]]), of))
    assert got["Ref"] == ["Acme\x1fA1", "Bolt\x1fA2"]


def test_equal_rows_are_known(tmp_path: Path) -> None:
    rows = [*ROWS, ROWS[1], ("A1", "Acme", "05/01/24", "10.50", "another memo")]
    repeats = read(tmp_path, csv(tmp_path, rows)).repeats
    assert repeats is not None
    assert repeats.to_pylist() == [0, 1, 0, 3]


def test_ragged_rows_are_listed(tmp_path: Path) -> None:
    got = read(tmp_path, csv(tmp_path, [ROWS[0], ("A1", "Acme"), *ROWS[1:]]))
    assert got.ragged == (2,)
    assert got.rows.to_pylist() == [3, 4]


# --- footers -----------------------------------------------------------------------------------------


def test_a_last_row_of_money_alone_is_a_footer(tmp_path: Path) -> None:
    rows = [*ROWS, ("", "", "", "", ""), ("", "", "", "7.25", "")]
    got = read(tmp_path, csv(tmp_path, rows))
    assert (cells(got)["Ref"], got.note) == (["A1", "A2"], "rows left out as footers: 5")


def test_a_last_row_with_more_than_money_is_a_line(tmp_path: Path) -> None:
    rows = [*ROWS, ("", "", "07/01/24", "7.25", "")]
    assert len(read(tmp_path, csv(tmp_path, rows)).rows) == 3


def test_what_begins_as_the_footer_and_all_below_is_left_out(tmp_path: Path) -> None:
    rows = [*ROWS, ("", "Total:", "", "7.25", ""), ("Printed on Monday", "", "", "", "")]
    got = read(tmp_path, csv(tmp_path, rows), source(stop_at="total"))
    assert (cells(got)["Ref"], got.note) == (["A1", "A2"], "rows left out as footers: 4, 5")


def test_a_footer_may_be_shorter_than_a_line(tmp_path: Path) -> None:
    rows = [*ROWS, ("Total", "7.25"), ("Printed on Monday",), ("a", "b", "c", "d", "e", "f")]
    got = read(tmp_path, csv(tmp_path, rows), source(stop_at="Total"))
    assert (cells(got)["Ref"], got.ragged, got.note) == (["A1", "A2"], (), "rows left out as footers: 4, 5, 6")
    assert "cut-off" in refusal(tmp_path, csv(tmp_path, rows[:4], "AP 2024-02.csv"))


@pytest.mark.parametrize("name", ["Total Gas Ltd", "Another"])
def test_a_line_below_the_footer_stops_the_file(name: str, tmp_path: Path) -> None:
    rows = [*ROWS, ("", "Total", "", "7.25", ""), ("", name, "07/01/24", "99.00", "")]
    said = refusal(tmp_path, csv(tmp_path, rows), source(stop_at="Total"))
    assert "line-below-footer: AP 2024-01.csv: row 5 has a readable date and amount" in said
    assert "Gas" not in said


# --- workbooks ---------------------------------------------------------------------------------------


def test_every_visible_sheet_with_the_header_is_read_and_called_by_its_sheet(tmp_path: Path) -> None:
    typed = [("Titles",), ROWS[0], ("A1", "Acme", "05/01/24", 10.5, ""), ("A2", "Bolt", "06/01/24", -3.25, "")]
    name = book(tmp_path, {"Payments": typed, "Zebedee Marchbanks": ROWS, "Notes": [("Nothing here",)]})
    of = source()
    sign = hashlib.sha256(b"Zebedee Marchbanks").hexdigest()[:4]
    assert found(tmp_path, of) == {f"{name}#Payments": "2024-01", f"{name}#sheet-{sign}": "2024-01"}
    got = read(tmp_path, f"{name}#Payments", of)
    assert cells(got)["Net"] == ["10.5", "-3.25"]
    assert got.rows.to_pylist() == [3, 4]
    assert read(tmp_path, f"{name}#sheet-{sign}", of).rows.to_pylist() == [2, 3]
    assert read(tmp_path, f"{name}#sheet-{sign}", of).note == "sheets without the header, not read: Notes"


def test_a_summary_is_no_extract(tmp_path: Path) -> None:
    summary = [("Name:", "Amount"), ("Acme", "10.50")]
    name = book(tmp_path, {"Payments": ROWS, "Summary": summary})
    assert [*found(tmp_path, source())] == [f"{name}#Payments"]


def test_a_sheet_that_nearly_has_the_header_stops_the_file(tmp_path: Path) -> None:
    renamed = [("Our Ref", "Name:", "Day", "Amount", "Memo"), *ROWS[1:]]
    name = book(tmp_path, {"One": ROWS, "Two": renamed})
    said = refusal(tmp_path, f"{name}#One")
    assert "no-header-row: AP 2024-01.xlsx, sheet 2: row 1 would be the header, and lacks `Date Paid`" in said


def test_named_sheets_have_to_be_there(tmp_path: Path) -> None:
    name = book(tmp_path, {"Payments": ROWS, "Team spend": ROWS})
    assert [*found(tmp_path, source(sheets=("team  SPEND",)))] == [f"{name}#Team spend"]
    assert "missing-sheet: AP 2024-01.xlsx: it has no visible sheet `Three`" in refusal(
        tmp_path, f"{name}#Three", source(sheets=("Three",))
    )


def test_a_workbook_is_refused_for_what_it_hides_unless_the_mapping_allows_it(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(tmp_path / "AP 2024-01.xlsx")
    sheet = made.add_worksheet("Payments")
    for number, row in enumerate(ROWS):
        sheet.write_row(number, 0, row)
    sheet.set_row(2, None, None, {"hidden": True})
    made.close()
    assert "hidden-cells" in refusal(tmp_path, "AP 2024-01.xlsx#Payments")
    allowed = read(tmp_path, "AP 2024-01.xlsx#Payments", source(allow=("hidden-cells",)))
    assert cells(allowed)["Ref"] == ["A1", "A2"]


def test_a_workbook_that_cannot_be_read_is_there_and_says_so_when_asked(tmp_path: Path) -> None:
    (tmp_path / "AP 2024-01.xlsx").write_bytes(b"no workbook")
    of = source()
    assert found(tmp_path, of) == {"AP 2024-01.xlsx": "2024-01"}
    with pytest.raises(InputError, match="broken-file"):
        of.sha256(tmp_path, "AP 2024-01.xlsx", anew)


def test_sheets_that_cannot_be_told_apart_stop_the_file(tmp_path: Path) -> None:
    name = book(tmp_path, {"Payments": ROWS, "Payments ": ROWS})
    assert "cut-or-continued" in refusal(tmp_path, f"{name}#Payments")


def test_a_row_of_nothing_but_an_error_is_a_bad_row(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(tmp_path / "AP 2024-01.xlsx")
    sheet = made.add_worksheet("Payments")
    for number, row in enumerate(ROWS):
        sheet.write_row(number, 0, row)
    sheet.write_formula(3, 3, "=1/0", None, "#DIV/0!")
    made.close()
    got = read(tmp_path, "AP 2024-01.xlsx#Payments")
    assert got.rows.to_pylist() == [2, 3, 4]
    assert [tuple(each) for each in got.problems] == [(4, "Net", "unreadable-cell")]
