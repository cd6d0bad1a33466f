"""Names of files and sheets that give a period."""

from __future__ import annotations

import pytest

from pipeline.model.mapping import gives_period, month_said, named
from pipeline.model.periods import FINANCIAL_YEAR, MONTH, QUARTER


@pytest.mark.parametrize(
    ("pattern", "name", "month"),
    [
        ("AP {month}.xlsx", "AP 2024-03.xlsx", "2024-03"),
        ("{year}-{mm} payments*.csv", "2024-03 payments (final).csv", "2024-03"),
        ("{yy}{mm}.csv", "2403.csv", "2024-03"),
        ("AP {mon} {yy}.csv", "AP Mar 24.csv", "2024-03"),
        ("AP {mon} {yy}.csv", "AP SEPT 24.csv", "2024-09"),
        ("{month_name}-{year}.csv", "march-2024.csv", "2024-03"),
        ("{fy}/{mon}.csv", "2023-24/Mar.csv", "2024-03"),
        ("{fy}/{mm}.csv", "2023-24/04.csv", "2023-04"),
        ("{year}/{year}-{mm}.csv", "2024/2024-03.csv", "2024-03"),
        ("*/x{month}.csv", "finance/x2024-03.csv", "2024-03"),
        ("AP {fy}.xlsx", "AP 2023-24.xlsx", ""),
        ("all.csv", "all.csv", ""),
    ],
)
def test_a_name_gives_a_month(pattern: str, name: str, month: str) -> None:
    found = named(pattern, name)
    assert found is not None
    assert found.period(MONTH) == month
    assert gives_period(pattern, MONTH) == bool(month)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("AP {month}.xlsx", "AP 2024-13.xlsx"),
        ("AP {month}.xlsx", "AP 2024-03.xlsx.bak"),
        ("*{month}.csv", "a/2024-03.csv"),
        ("{mon}.csv", "Mai.csv"),
        ("a+{month}.csv", "aa2024-03.csv"),
    ],
)
def test_another_name_does_not_fit(pattern: str, name: str) -> None:
    assert named(pattern, name) is None


@pytest.mark.parametrize(
    ("pattern", "name", "quarter"),
    [
        ("Q {quarter}.csv", "Q 2024-Q2.csv", "2024-Q2"),
        ("{year} {quarter}.csv", "2024 Q2.csv", "2024-Q2"),
        ("{fy} {quarter}.csv", "2023-24 Q4.csv", "2024-Q1"),
        ("{fy} {quarter}.csv", "2023-24 Q1.csv", "2023-Q2"),
        ("{month}.csv", "2024-05.csv", "2024-Q2"),
    ],
)
def test_a_name_gives_a_quarter(pattern: str, name: str, quarter: str) -> None:
    found = named(pattern, name)
    assert found is not None
    assert found.period(QUARTER) == quarter
    assert gives_period(pattern, QUARTER)
    assert not gives_period("{quarter}.csv", MONTH)


def test_a_name_gives_a_financial_year() -> None:
    found = named("AP {fy}.csv", "AP 2023-24.csv")
    assert found is not None
    assert found.period(FINANCIAL_YEAR) == "2023-24"


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Jan '24", "2024-01"),
        ("Jan \u201924", "2024-01"),
        ("APR 24", "2024-04"),
        ("april-2024", "2024-04"),
        ("Sept 2023", "2023-09"),
        ("2024-01", "2024-01"),
        ("202401", "2024-01"),
        ("01/2024", "2024-01"),
        ("2024 Jan", "2024-01"),
        (" Jan  24 ", "2024-01"),
        ("January", ""),
        ("Totals", ""),
        ("2024-13", ""),
        ("May Day 24", ""),
        ("", ""),
    ],
)
def test_a_text_calls_a_month(text: str, month: str) -> None:
    assert month_said(text) == month


def test_a_bare_month_takes_its_year_from_the_financial_year_of_its_file() -> None:
    year = named("ASB {fy}.xlsx", "ASB 2023-24.xlsx")
    assert [month_said(text, year) for text in ("April", "Dec", "MAR", "Notes")] == [
        "2023-04",
        "2023-12",
        "2024-03",
        "",
    ]
