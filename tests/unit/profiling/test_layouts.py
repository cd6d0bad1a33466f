"""How files of every layout are read: encodings, delimiters, title rows, footers, sheets; all names are made up."""

from __future__ import annotations

import csv
import datetime as dt
import io
import sqlite3
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from pipeline.datasets import declared
from pipeline.errors import InputError
from pipeline.profiling.container import Kind
from pipeline.profiling.draft import draft
from pipeline.profiling.likeness import Synonyms
from pipeline.profiling.profile import profile
from tests.lib.old_books import ods, xls

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.profiling.profile import Profile

FEEDS = tuple(feed for dataset in declared().values() for feed in dataset.feeds)
HEADER = ("Payment Date", "Supplier Name", "Service Area", "Net Amount (£)")
ROWS = [
    (f"{n % 28 + 1:02}/04/2024", f"Example Supplies {n} Ltd", f"Estates {n % 5}", f"{n * 10}.25") for n in range(1, 61)
]
AGREED = ["Payment Date", "Supplier Name", "Cost Centre Name", "Net Amount"]


def text_of(rows: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def look(path: Path) -> Profile:
    return profile(path, FEEDS, Synonyms())


def look_at(tmp_path: Path, content: bytes | str, name: str = "export.csv") -> Profile:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return look(path)


def proposed(found: Profile) -> list[str | None]:
    matches = found.best.matches if found.best else {}
    return [matches[column.place].agreed if column.place in matches else None for column in found.main.columns]


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
    ],
)
def test_the_encoding_is_told_by_the_bytes(tmp_path: Path, codec: str, encoding: str) -> None:
    found = look_at(tmp_path, text_of([HEADER, *ROWS]).encode(codec))
    assert found.text is not None
    assert found.text.encoding == encoding
    assert [column.name for column in found.main.columns] == list(HEADER)
    assert proposed(found) == AGREED


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_delimiter_and_line_ends_are_told(tmp_path: Path, delimiter: str, end: str) -> None:
    found = look_at(tmp_path, text_of([HEADER, *ROWS], delimiter, end))
    assert found.text is not None
    assert found.text.delimiter == delimiter
    assert found.text.line_ends == ({"\r\n": "CRLF", "\n": "LF", "\r": "CR"}[end],)
    assert found.main.rows == len(ROWS)


def test_commas_in_amounts_are_no_delimiters(tmp_path: Path) -> None:
    rows = [(day, payee, area, "1,234,567.00") for day, payee, area, _ in ROWS]
    found = look_at(tmp_path, "\n".join(";".join(row) for row in (HEADER, *rows)))
    assert found.text is not None
    assert found.text.delimiter == ";"


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ([("Payments over £500",), ()], 3),
        ([("",) * 4], 2),
        ([("Payments over £500 - April 2024", "", "", ""), ("Example Council", "", "", ""), ()], 4),
        ([(f"note {n} about what is published and why", "", "", "") for n in range(14)], 15),
        ([("Payment", "Supplier", "Department", "Net"), ("£", "", "", "")], 3),
        ([("Payment details", "", "Accounting details", "")], 2),
        ([("Report run", "12/05/2024"), ("Total", "12,345.00"), ()], 4),
    ],
)
def test_the_header_is_found_below_title_rows(tmp_path: Path, above: list[tuple[str, ...]], row: int) -> None:
    found = look_at(tmp_path, text_of([*above, HEADER, *ROWS]))
    assert found.main.header.row == row
    assert proposed(found) == AGREED
    assert found.main.rows == len(ROWS)


@pytest.mark.parametrize(
    ("below", "count", "word"),
    [
        ([("Total", "", "", "18,315.00")], 1, "Total"),
        ([("Totals", "60 payments", "", "18,315.00")], 1, "Totals"),
        ([(), ("GRAND TOTAL", "", "", "18,315.00")], 1, "GRAND TOTAL"),
        ([("", "", "", "18,315.00")], 1, ""),
        ([("Total", "", "", "18,315.00"), ("Redacted where the law asks for it", "", "", "")], 2, "Total"),
        ([("", "Total Example Gas Ltd", "Estates 1", "12.00")], 0, ""),
    ],
)
def test_what_is_below_the_table_is_no_row(tmp_path: Path, below: list[tuple[str, ...]], count: int, word: str) -> None:
    found = look_at(tmp_path, text_of([HEADER, *ROWS, *below]))
    assert found.main.footers.rows == count
    assert found.main.footers.word == word
    assert found.main.rows == len(ROWS) + (not count)


def test_blank_columns_and_names_that_are_not_there_keep_their_places(tmp_path: Path) -> None:
    header = ("", HEADER[0], "", *HEADER[1:], "", "")
    found = look_at(tmp_path, text_of([header, *(("", row[0], "x", *row[1:], "", "") for row in ROWS)]))
    assert [column.name for column in found.main.columns] == [None, HEADER[0], None, *HEADER[1:]]
    assert proposed(found) == [None, AGREED[0], None, *AGREED[1:]]


def test_a_file_without_a_header_has_columns_without_names(tmp_path: Path) -> None:
    found = look_at(tmp_path, text_of(ROWS))
    assert found.main.header.row == 0
    assert [column.name for column in found.main.columns] == [None] * 4
    assert found.main.rows == len(ROWS)


def test_people_in_a_header_are_not_shown(tmp_path: Path) -> None:
    header = ("Month", "Sarah Featherstonehaugh", "Peregrine Oakapple", "LARKSPUR WYNDHAM", "jo@example.org", "Grade")
    found = look_at(tmp_path, text_of([header, *((f"2024-0{n}", "1", "2", "3", "4", "5") for n in range(1, 7))]))
    assert [column.name for column in found.main.columns] == ["Month", None, None, None, None, "Grade"]


def test_a_quote_that_is_never_closed_is_said(tmp_path: Path) -> None:
    text = text_of([HEADER, *ROWS]).replace("Example Supplies 7 Ltd", '"Example Supplies 7 Ltd')
    found = look_at(tmp_path, text + "\n" + text_of(ROWS * 200))
    assert found.text is not None
    assert not found.text.quoted
    assert proposed(found) == AGREED


def test_rows_are_sampled_from_the_whole_file(tmp_path: Path) -> None:
    rows = [(*row[:3], "CR" if n > 90_000 else row[3]) for n, row in enumerate(ROWS * 2_000)]
    found = look_at(tmp_path, text_of([HEADER, *rows]))
    assert found.main.rows == len(rows)
    assert 1_000 < len(found.main.table.sample) < 40_000
    amount = found.main.columns[3]
    assert 0.2 < amount.odd / amount.filled < 0.3 or amount.kind != "money"


# --- workbooks, databases ----------------------------------------------------------------------------


def workbook(path: Path, sheets: dict[str, list[tuple[object, ...]]], hidden: Sequence[str] = ()) -> Path:
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(at, place, value, day)
                else:
                    sheet.write(at, place, value)
        if name in hidden:
            sheet.hide()
    book.close()
    return path


CELLS: list[tuple[object, ...]] = [
    (dt.date(2024, 4, n % 28 + 1), f"Example Supplies {n} Ltd", f"Estates {n % 5}", n * 10.25) for n in range(1, 61)
]


def test_the_sheet_with_the_rows_is_chosen(tmp_path: Path) -> None:
    notes: list[tuple[object, ...]] = [("Notes",), ("What is published, and why",)]
    path = workbook(
        tmp_path / "ap.xlsx", {"Notes": notes, "Payments": [("Example",), HEADER, *CELLS], "Old": CELLS}, ["Old"]
    )
    found = look(path)
    assert [sheet.table.name for sheet in found.chosen] == ["Payments"]
    assert found.main.header.row == 2
    assert proposed(found) == AGREED
    assert list(found.holds) == ["hidden-sheet"]


def test_sheets_of_one_layout_go_together_whatever_the_spelling(tmp_path: Path) -> None:
    other = ("* Payment Date", "SUPPLIER", "Service Area", "Amount")
    path = workbook(tmp_path / "ap.xlsx", {"Apr": [HEADER, *CELLS], "May": [other, *CELLS[:20]], "Sum": [("Total", 1)]})
    assert {sheet.table.name for sheet in look(path).chosen} == {"Apr", "May"}


def test_a_database_has_its_names_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "system.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table other (id integer, note text)")
        connection.execute('create table payment ("Payment Date" text, supplier text, service_area text, amount real)')
        connection.executemany("insert into payment values (?, ?, ?, ?)", ROWS)
    connection.close()
    found = look(path)
    assert [sheet.table.name for sheet in found.chosen] == ["payment"]
    assert proposed(found) == AGREED
    assert found.main.rows == len(ROWS)


# --- what is no table --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "empty-file", "empty"),
        (b" \n\n", "empty-file", "empty"),
        (b"<html><body><table><tr><td>Featherstonehaugh</td></tr></table>", "broken-file", "web page"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>Featherstonehaugh", "broken-file", "web page"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "broken-file",
            "2003",
        ),
        (b"%PDF-1.4 Featherstonehaugh", "broken-file", "PDF"),
        (b'[{"name": "Featherstonehaugh"}]', "broken-file", "JSON"),
        (b"PK\x03\x04Featherstonehaugh", "broken-file", "damaged"),
        (b"\x1f\x8b\x08Featherstonehaugh", "broken-file", "gzip"),
        (b"SQLite format 3\0Featherstonehaugh", "broken-database", "damaged"),
        (b"\x00\x01\x00\x00\x00\x02Featherstonehaugh\x00\x00\x00", "not-text", "neither"),
    ],
)
def test_a_file_without_a_table_is_refused_without_a_cell(tmp_path: Path, content: bytes, code: str, said: str) -> None:
    path = tmp_path / "export.xls"
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        look(path)
    assert raised.value.code == code
    assert said in str(raised.value)
    assert "Featherstonehaugh" not in str(raised.value)


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    for path, code in ((tmp_path, "not-a-file"), (tmp_path / "none.csv", "missing-file")):
        with pytest.raises(InputError) as raised:
            look(path)
        assert raised.value.code == code


@pytest.mark.parametrize(("write", "kind"), [(xls, Kind.XLS), (ods, Kind.ODS)])
def test_workbooks_of_other_kinds_are_read(
    tmp_path: Path, write: Callable[[str, Sequence[Sequence[str | float]]], bytes], kind: Kind
) -> None:
    rows: list[Sequence[str | float]] = [("Payments over £500", "", "", ""), HEADER]
    rows += [(day, payee, area, float(amount)) for day, payee, area, amount in ROWS]
    found = look_at(tmp_path, write("Apr 24", rows), "export.xls")
    assert found.kind is kind
    assert [sheet.table.name for sheet in found.chosen] == ["Apr 24"]
    assert found.main.header.row == 2
    assert proposed(found) == AGREED
    assert found.main.rows == len(ROWS)


def test_a_payee_that_begins_as_a_total_does_is_seen(tmp_path: Path) -> None:
    rows = [("Total Example Gas Ltd", *row[:1], *row[2:]) for row in ROWS]
    header = (HEADER[1], HEADER[0], *HEADER[2:])
    found = look_at(tmp_path, text_of([header, *rows, ("Total", "", "", "18,315.00")]))
    assert found.main.footers.rows == 1
    assert "\n# stop_at =" in draft(found, Synonyms(), raw=tmp_path, ours={})
