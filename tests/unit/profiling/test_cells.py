"""Forms of dates and amounts, patterns, who is in a text, and what in the name of a file is its month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.columns.dates import is_form
from pipeline.columns.money import MONEY_FORMS
from pipeline.datasets import declared
from pipeline.model.mapping import named
from pipeline.profiling.cells import READABLE, amount, dated, is_readable, pattern
from pipeline.profiling.columns import look_at
from pipeline.profiling.draft import file_pattern
from pipeline.profiling.people import is_person, people_in

if TYPE_CHECKING:
    from pathlib import Path

LEDGER = next(feed for dataset in declared().values() for feed in dataset.feeds if feed.name == "ledger")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2024-04-03", "YYYY-MM-DD"),
        ("2024-04-03T10:11:12Z", "YYYY-MM-DD"),
        ("03/04/2024", "DD/MM/YYYY"),
        ("3/4/24", "DD/MM/YY"),
        ("03-04-2024 00:00", "DD-MM-YYYY"),
        ("03.04.24", "DD.MM.YY"),
        ("03-Apr-24", "DD-Mon-YY"),
        ("3 April 2024", "DD Month YYYY"),
        ("03 SEPT 2024", "DD Mon YYYY"),
        ("14-JAN-2021", "DD-Mon-YYYY"),
        ("Apr 3, 2024", "Mon DD, YYYY"),
        ("20240403", "YYYYMMDD"),
        ("Apr-24", "Mon-YY"),
        ("3rd April 2024", "DDth Month YYYY"),
        ("41/04/2024", None),
        ("13/13/2024", None),
        ("123", None),
        ("Unit 3 May House", None),
        ("", None),
    ],
)
def test_the_form_of_a_date(text: str, form: str | None) -> None:
    found = dated(text)
    assert (found.form if found else None) == form


def test_what_is_called_readable_a_mapping_reads() -> None:
    forms = [
        found.form for text in ("2024-04-03", "3/4/24", "3 Apr 24", "Apr 3, 2024", "20240403") if (found := dated(text))
    ]
    assert all(map(is_readable, forms))
    assert all(map(is_form, forms))
    assert not any(map(is_form, ("DDth Month YYYY", "Mon-YY")))
    assert not any(map(is_readable, ("DDth Month YYYY", "Mon-YY")))
    assert set(READABLE) == set(MONEY_FORMS)


@pytest.mark.parametrize(
    ("cells", "forms"),
    [
        (["01/02/2024", "25/02/2024"], ["DD/MM/YYYY"]),
        (["02/01/2024", "02/25/2024"], ["MM/DD/YYYY"]),
        (["45000", "45001", "2024-04-03"], ["YYYY-MM-DD", "serial"]),
    ],
)
def test_the_forms_of_a_column_of_dates(cells: list[str], forms: list[str]) -> None:
    column = look_at(0, "Payment Date", cells)
    assert column.kind == "date"
    assert list(column.dates) == forms


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("1,234.50", ()),
        ("(250.00)", ()),
        ("-£12.00", ()),
        ("41.67-", ()),
        ("£ 12.00", ("£",)),
        ("£-12.00", ("£",)),
        ("GBP 12.00", ("GBP",)),
        ("12.00 CR", ("CR",)),
        ("12.00DR", ("DR",)),
        ("1 234.50", ("blanks",)),
        ("( 12.00 )", ("brackets",)),
        ("12.00 -", ("trailing-minus",)),
        ("+12.00", ("+",)),
        ("-", ("-",)),
        ("12.345", None),
        ("twelve", None),
        ("12.00 EUR", None),
    ],
)
def test_how_an_amount_is_written(text: str, forms: tuple[str, ...] | None) -> None:
    found = amount(text)
    assert (found.forms if found else None) == forms


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("Net", ["1.00", "2", "3.5"], "money"),
        ("Number of posts", ["1", "2", "2"], "whole number"),
        ("Latitude", ["52.123456", "52.123457"], "number"),
        ("Ref", ["100001", "100002"], "reference"),
        ("Where", ["LE1 6AA", "LE2 7BB"], "postcode"),
        ("Easting", ["458800", "458801"], "National Grid"),
        ("Grid", ["SK 588 043", "SK588044"], "National Grid"),
        ("Flag", ["Y", "N", "Y", "N", "N", "Y", "Y"], "code"),
        ("Text", ["what was done", "and by whom", "nobody knows"], "free text"),
        ("Nothing", ["", ""], "empty"),
    ],
)
def test_the_kind_of_a_column(name: str, cells: list[str], kind: str) -> None:
    assert look_at(0, name, cells).kind == kind


def test_a_pattern_holds_no_letter_and_no_digit_of_a_cell() -> None:
    assert pattern("LE1 6ZX") == "AA9 9AA"
    assert pattern("Ab-12") == "Aa-99"
    assert pattern("9" * 12) == "9..."


@pytest.mark.parametrize(
    ("name", "text", "who"),
    [
        ("Text", "write to jo.bloggs@example.org please", {"e-mail"}),
        ("Text", "call 07700 900123", {"phone"}),
        ("Text", "call +44 (0)7700 900123", {"phone"}),
        ("Text", "call 0116 496 0123 now", {"phone"}),
        ("Text", "lives at LE1 6ZX", {"postcode"}),
        ("Text", "in a blue AB12 CDE", {"registration"}),
        ("Text", "paid to 20-40-60", {"bank details"}),
        ("Text", "4111 1111 1111 1111", {"bank details"}),
        ("Payee", "Quillfeather 70872490", {"bank details"}),
        ("Text", "invoice 70872490", set()),
        ("Text", "paid 20240131", set()),
        ("Text", "70872490", set()),
        ("Text", "4111 1111 1111 1112", set()),
        ("Text", "number AB 12 34 56 C", {"national insurance"}),
        ("Text", "seen by PC 1234", {"collar number"}),
        ("Payee", "Mrs J Bloggs", {"name"}),
        ("Payee", "Bloggs, Sarah", {"name"}),
        ("Payee", "Sarah Bloggs", {"name"}),
        ("Text", "a fee that was paid to Sarah Bloggs for it", {"name"}),
        ("Payee", "Sarah Bloggs Ltd", set()),
        ("Payee", "Example Council", set()),
        ("Officer Surname", "Anybody", {"name"}),
        ("Account No", "12345678", {"bank details"}),
        ("Account Code", "12345678", set()),
        ("Card Holder", "X", {"name"}),
        ("Northing", "304400", {"exact place"}),
        ("Invoice No", "INV-2024-000123", set()),
        ("Reference", "5001234567", set()),
    ],
)
def test_who_is_in_a_text(name: str, text: str, who: set[str]) -> None:
    assert set(people_in(name, {text: 3})) == who


def test_dates_far_back_are_of_birth() -> None:
    cells = [f"{n % 27 + 1:02}/05/{1950 + n % 60}" for n in range(60)]
    assert set(look_at(0, "Given", cells).people) == {"date of birth"}
    assert not look_at(0, "Given", [f"{n % 27 + 1:02}/05/2024" for n in range(60)]).people


def test_an_organisation_is_nobody() -> None:
    assert not any(map(is_person, ("Thomas Example & Sons Limited", "Leicester City Council", "NHS Example", "")))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("2024-03.csv", "{month}.csv"),
        ("2011-01-payments.csv", "{month}-payments.csv"),
        ("202403 spend.csv", "{year}{mm} spend.csv"),
        ("AP April 2024.xlsx", "AP {month_name} {year}.xlsx"),
        ("April-24.csv", "{month_name}-{yy}.csv"),
        ("spend_Apr24.csv", "spend_{mon}{yy}.csv"),
        ("pcc-2023-24.xlsx", "pcc-{fy}.xlsx"),
        ("03-2024 AP.csv", "{mm}-{year} AP.csv"),
        ("1701.csv", "{yy}{mm}.csv"),
        ("payments.csv", "payments.csv"),
    ],
)
def test_what_in_a_name_is_the_month(tmp_path: Path, name: str, wanted: str) -> None:
    pattern_of = file_pattern(tmp_path / name, LEDGER, tmp_path / "raw")
    assert pattern_of == f"expenditure/ledger/{wanted}"
    assert named(wanted, name) is not None


def test_a_file_below_the_folder_of_extracts_keeps_its_folder(tmp_path: Path) -> None:
    (tmp_path / "finance").mkdir()
    (tmp_path / "finance" / "2024-03.csv").touch()
    assert file_pattern(tmp_path / "finance" / "2024-03.csv", LEDGER, tmp_path) == "finance/{month}.csv"
