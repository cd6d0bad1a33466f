"""Calendar months by name."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.model.periods import last_day, month_of, months_between, neighbour


def test_months_go_on_over_the_end_of_a_year() -> None:
    assert [neighbour("2024-01", months) for months in (-13, -1, 0, 1, 11, 12)] == [
        "2022-12", "2023-12", "2024-01", "2024-02", "2024-12", "2025-01",
    ]  # fmt: skip
    assert list(months_between("2023-11", "2024-02")) == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert list(months_between("2024-02", "2024-02")) == ["2024-02"]
    assert list(months_between("2024-02", "2024-01")) == []


def test_the_last_day_knows_leap_years() -> None:
    assert last_day("2024-02") == dt.date(2024, 2, 29)
    assert last_day("2023-02") == dt.date(2023, 2, 28)
    assert last_day("2023-12") == dt.date(2023, 12, 31)


@pytest.mark.parametrize(
    ("path", "month"),
    [
        ("crime/recorded-crime/2024-01.csv", "2024-01"),
        ("returns-2023-04/ledger 2024-01.xlsx", "2024-01"),  # a folder names no file
        ("database:engagement/events.sqlite#2024-01", "2024-01"),
        ("crime/2023-24/1234-56.csv", ""),
        ("crime/2024-01/restricted.csv", ""),
    ],
)
def test_a_file_is_named_after_the_month_in_its_own_name(path: str, month: str) -> None:
    assert month_of(path) == month
