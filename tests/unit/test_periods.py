"""Calendar months by name."""

from __future__ import annotations

import datetime as dt

from pipeline.model.periods import last_day, months_between, neighbour


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
