"""Dates and amounts in the forms that a mapping names."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipeline.columns.dates import is_form, month_first, read_dates
from pipeline.columns.money import MONEY_FORMS, money, read_money


@pytest.mark.parametrize(
    ("form", "text", "iso"),
    [
        ("DD/MM/YY", "05/01/24", "2024-01-05"),
        ("DD/MM/YY", "5/1/24", "2024-01-05"),
        ("DD/MM/YYYY", "5/1/2024", "2024-01-05"),
        ("DD-Mon-YYYY", "05-Jan-2024", "2024-01-05"),
        ("DD-Mon-YYYY", "5-JAN-2024 09:12", "2024-01-05 09:12"),
        ("DD-Mon-YYYY", "5-Jan-2024 9:12:30", "2024-01-05 09:12:30"),
        ("DD-Mon-YYYY", "5-Jan-2024 00:00:00", "2024-01-05"),
        ("DD-Mon-YY", "05-Sept-24", "2024-09-05"),
        ("D Month YYYY", "5 January 2024", "2024-01-05"),
        ("YYYYMMDD", "20240105", "2024-01-05"),
        ("DD.MM.YYYY", "05.01.2024", "2024-01-05"),
        ("MM/DD/YYYY", "01/05/2024", "2024-01-05"),
        ("serial", "45296", "2024-01-05"),
        ("serial", "45296.5", "2024-01-05"),
        ("YYYY-MM-DD", "2024-01-05", "2024-01-05"),
    ],
)
def test_a_date_of_a_named_form_is_read(form: str, text: str, iso: str) -> None:
    assert is_form(form)
    read = read_dates(pa.array([text, None]), [form])
    assert read.cells.to_pylist() == [iso, None]
    assert not read.wrong.any()


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("DD/MM/YY", "05/01/2024"),
        ("DD-Mon-YYYY", "2024-01-05"),
        ("serial", "05/01/2024"),
        ("MM/DD/YYYY", "2024-01-05 10:00"),
    ],
)
def test_a_date_of_another_form_is_wrong_and_no_other_is_tried(form: str, text: str) -> None:
    assert read_dates(pa.array([text]), [form]).wrong.tolist() == [True]


@pytest.mark.parametrize(
    ("form", "text"), [("DD/MM/YY", "31/02/24"), ("DD/MM/YY", "n/a"), ("DD-Mon-YYYY", "5-Foo-2024"), ("serial", "12")]
)
def test_what_is_no_date_stays_and_nothing_reads_it_as_one(form: str, text: str) -> None:
    read = read_dates(pa.array([text]), [form])
    assert not read.wrong.any()
    assert read.cells.to_pylist()[0] in (text, text.replace("/24", "/2024"))


def test_dates_of_two_digit_years_written_month_first_are_seen() -> None:
    read = read_dates(pa.array(["01/02/24", "02/13/24", "03/04/24"]), ["DD/MM/YY"])
    found = month_first(read.cells)
    assert found is not None
    assert (found.bad, found.doubtful) == (1, 2)


@pytest.mark.parametrize("form", ["DD/MM", "DD/DD/YY", "YYYY", "day", "", "DD;MM;YYYY"])
def test_what_names_no_day_month_and_year_is_no_form(form: str) -> None:
    assert not is_form(form)


@pytest.mark.parametrize(
    ("form", "text", "amount"),
    [
        ("£", "£ 1,234.50", "1234.50"),
        ("£", "12.50 £", "12.50"),
        ("£", "£-12.50", "-12.50"),
        ("£", "- £ 12.50", "-12.50"),
        ("GBP", "GBP 12.50", "12.50"),
        ("GBP", "12.50GBP", "12.50"),
        ("trailing-minus", "12.50 -", "-12.50"),
        ("trailing-minus", "£12.50-", "-12.50"),
        ("brackets", "( 12.50 )", "-12.50"),
        ("brackets", "£(12.50)", "-12.50"),
        ("CR", "12.50 CR", "-12.50"),
        ("DR", "12.50DR", "12.50"),
        ("blanks", "1 234 567.50", "1234567.50"),
        ("blanks", "-1\u00a0234", "-1234.00"),
    ],
)
def test_an_amount_of_a_named_form_is_read_and_of_no_other(form: str, text: str, amount: str) -> None:
    (read,) = read_money(pa.array([text]), [form]).to_pylist()
    assert money(read) == amount
    others = [other for other in MONEY_FORMS if other != form]
    if money(text) is None and text != "£12.50-":
        assert all(money(read_money(pa.array([text]), [other]).to_pylist()[0]) is None for other in others)


@pytest.mark.parametrize("text", ["1,23.4", "--1", "1-2", "£", "-", "12.50 EUR", "(1", "1 23.00", "CR"])
def test_what_is_no_amount_stays_one(text: str) -> None:
    (read,) = read_money(pa.array([text]), MONEY_FORMS).to_pylist()
    assert (read, money(read)) == (text, None)
