"""The kinds of period: how each is named, where it lies in time, how it is said; and what its series promises."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.parser import parser
from pipeline.errors import SettingsError
from pipeline.model.periods import (
    ALL,
    FINANCIAL_YEAR,
    MONTH,
    QUARTER,
    SNAPSHOT,
    PeriodKind,
    is_period,
    period_in,
    ranges,
)

COUNTED = (MONTH, QUARTER, FINANCIAL_YEAR, SNAPSHOT)
EVERY = (*COUNTED, ALL)
DAYS = st.dates(dt.date(1940, 1, 1), dt.date(2060, 12, 31))
KINDS = st.sampled_from(COUNTED)


@pytest.mark.parametrize(
    ("kind", "name", "first", "last", "words"),
    [
        (MONTH, "2024-02", "2024-02-01", "2024-02-29", "February 2024"),
        (MONTH, "2011-12", "2011-12-01", "2011-12-31", "December 2011"),
        (QUARTER, "2024-Q1", "2024-01-01", "2024-03-31", "January to March 2024"),
        (QUARTER, "2023-Q4", "2023-10-01", "2023-12-31", "October to December 2023"),
        (FINANCIAL_YEAR, "2011-12", "2011-04-01", "2012-03-31", "April 2011 to March 2012"),
        (FINANCIAL_YEAR, "1999-00", "1999-04-01", "2000-03-31", "April 1999 to March 2000"),
        (SNAPSHOT, "2024-02", "2024-02-01", "2024-02-29", "February 2024"),
    ],
)
def test_a_period_lies_where_its_name_says(kind: PeriodKind, name: str, first: str, last: str, words: str) -> None:
    assert kind.fits(name)
    assert kind.span([name]) == (first, last)
    assert kind.said(name) == words


def test_a_name_alone_does_not_tell_the_kind() -> None:
    assert MONTH.fits("2011-12")
    assert FINANCIAL_YEAR.fits("2011-12")
    assert not FINANCIAL_YEAR.fits("2011-11")
    for no_name in (
        "2024-13",
        "2024-Q5",
        "2024-00",
        "1824-01",
        "2024-1",
        "2024-Q1x",
        "",
        "none",
        "2024-03\n",
        "2023-00",
    ):
        assert not is_period(no_name), no_name
    assert [kind.fits("all") for kind in EVERY] == [False, False, False, False, True]


@given(KINDS, DAYS)
def test_a_day_lies_in_its_period_and_in_no_other(kind: PeriodKind, day: dt.date) -> None:
    name = kind.of_day(day)
    assert kind.fits(name)
    assert kind.first_day(name) <= day <= kind.last_day(name)
    assert kind.place(name, day.isoformat()) == (day - kind.first_day(name)).days + 1
    for other in (kind.neighbour(name, -1), kind.neighbour(name, 1)):
        assert kind.place(other, day.isoformat()) == 0
        assert not kind.first_day(other) <= day <= kind.last_day(other)


@given(KINDS, DAYS, st.integers(-20, 20))
def test_neighbours_and_what_lies_between_agree(kind: PeriodKind, day: dt.date, by: int) -> None:
    one = kind.of_day(day)
    other = kind.neighbour(one, by)
    assert kind.neighbour(other, -by) == one
    assert kind.apart(one, other) == abs(by)
    assert kind.name(kind.number(one)) == one
    found = list(kind.between(*sorted((one, other))))
    assert found == sorted(found)
    assert (len(found), found[0], found[-1]) == (abs(by) + 1, *sorted((one, other)))
    assert all(
        kind.first_day(later) == kind.last_day(earlier) + dt.timedelta(days=1) for earlier, later in pairwise(found)
    )


@given(KINDS, DAYS, st.sets(st.integers(0, 12), min_size=1))
def test_runs_hold_every_name_once_and_gaps_are_the_rest(kind: PeriodKind, day: dt.date, places: set[int]) -> None:
    first = kind.of_day(day)
    names = [kind.neighbour(first, place) for place in places]
    runs = kind.runs(names)
    assert [name for run in runs for name in run] == sorted(names)
    assert all(list(kind.between(run[0], run[-1])) == run for run in runs)
    assert all(kind.apart(one[-1], two[0]) > 1 for one, two in pairwise(runs))
    missing = kind.missing(names)
    whole = set(kind.between(min(names), max(names))) if kind.gaps else set(names)
    assert {*missing} == whole - {*names}


@given(st.sampled_from((MONTH, QUARTER, FINANCIAL_YEAR)), DAYS, st.integers(0, 90))
def test_the_next_one_is_due_after_its_own_end(kind: PeriodKind, day: dt.date, days: int) -> None:
    running = kind.of_day(day)
    assert not kind.has_ended(running, day)
    ended = kind.neighbour(running, -1)
    assert kind.has_ended(ended, day)
    due = kind.last_day(running) + dt.timedelta(days=days)
    assert kind.next_due(running, days, day) == kind.next_due(ended, days, day) == due


def test_all_and_a_snapshot_promise_nothing_and_miss_nothing() -> None:
    for kind, name in ((ALL, "all"), (SNAPSHOT, "2024-03")):
        assert kind.next_due(name, 31, dt.date(2024, 3, 5)) is None
        assert kind.has_ended(name, dt.date(2024, 3, 5))
    assert ALL.of_day(dt.date(2024, 3, 5)) == "all"
    assert ALL.span(["all"]) == ("", "")
    assert SNAPSHOT.missing({"2024-01", "2024-05"}) == ()


def test_ranges_are_said_of_any_kind() -> None:
    assert ranges(["2024-03", "2023-12", "2024-01", "none"]) == ["2023-12 to 2024-01", "2024-03", "none"]
    assert ranges(["2023-Q3", "2023-Q4", "2024-Q1", "2024-Q3"]) == ["2023-Q3 to 2024-Q1", "2024-Q3"]
    assert ranges(["2021-22", "2022-23", "2024-25"]) == ["2021-22 to 2022-23", "2024-25"]
    assert ranges(["all"]) == ["all"]
    assert MONTH.span_in_words(["2023-12", "2024-01"]) == "December 2023 to January 2024"
    assert QUARTER.span_in_words(["2023-Q4", "2024-Q1"]) == "October 2023 to March 2024"
    assert QUARTER.span_in_words(["2024-Q1"]) == "January to March 2024"
    assert FINANCIAL_YEAR.span_in_words(["2021-22", "2023-24"]) == "April 2021 to March 2024"


def test_a_page_lists_a_period_below_its_year() -> None:
    assert MONTH.heading("2024-03") == ("2024", "March")
    assert QUARTER.heading("2024-Q1") == ("2024", "January to March")
    assert ALL.heading("all") == ("all", "all dates")
    assert MONTH.said("2024-Q1") == "2024-Q1"


@pytest.mark.parametrize(
    ("asked", "understood"),
    [
        ("2024-03", ("2024-03", "2024-03")),
        ("2023-Q4..2024-Q1", ("2023-Q4", "2024-Q1")),
        ("2021-22..2023-24", ("2021-22", "2023-24")),
        ("all", ("all", "all")),
        ("none", ("none", "none")),
        ("2024-Q1..2023-Q4", None),
        ("2024-Q5", None),
        ("2024-01..2024-Q2", None),
        ("2024-03-01", None),
    ],
)
def test_a_command_takes_a_period_or_a_range_of_one_kind(asked: str, understood: tuple[str, str] | None) -> None:
    command = ["approve", "gifts", asked, "--role", "Head of Data", "--reason", "it is right"]
    if understood:
        assert parser().parse_args(command).period == understood
    else:
        with pytest.raises(SettingsError, match="a period is written"):
            parser().parse_args(command)


@pytest.mark.parametrize(
    ("path", "period"),
    [
        ("crime/recorded-crime/2024-01.csv", "2024-01"),
        ("a/ledger.2024-Q2.v2.xlsx", "2024-Q2"),
        ("a/2021-22.csv", "2021-22"),
        ("archive/2024-01/list.csv", ""),
        ("a/gifts.csv", ""),
        ("a/small.csv", ""),
        ("database:event#2024-01", "2024-01"),
    ],
)
def test_a_file_is_named_after_a_period(path: str, period: str) -> None:
    assert period_in(path) == period
