"""Which months wait for a person: their size, a category, their last days, their shares, nothing public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.build.decided import gates
from pipeline.build.decided.gates import doubts_of_content, doubts_of_new, doubts_of_size, nearest_months
from pipeline.build.profile import PUBLIC, PUBLISHED, READ, days_of, figures_of, kept_of, profile_of_accounts, values_of
from pipeline.datasets import declared
from pipeline.model.periods import MONTH as CALENDAR
from pipeline.model.reasons import Account, Outcome
from pipeline.settings.limits import BOUNDS, Limits

if TYPE_CHECKING:
    from pipeline.build.decided.gates import Counts, Doubt

LIMITS = Limits()
STREET, SPEND = declared()["street-crime"], declared()["spend-over-500"]
CRIME = "recorded-crime"


def sized(read: int, published: int | None = None) -> Counts:
    return {READ: {CRIME: read}, PUBLISHED: {CRIME: read if published is None else published}}


def codes(doubts: tuple[Doubt, ...]) -> list[str]:
    return [each.code for each in doubts]


@pytest.mark.parametrize(
    ("last", "now", "waits"),
    [
        (1000, 1000, []),
        (1000, 800, []),
        (1000, 799, ["shrank"]),
        (1000, 0, ["shrank"]),
        (1000, 1250, []),
        (1000, 1251, ["grew"]),
        (250, 200, []),
        (250, 199, ["shrank"]),
        (251, 201, []),  # 50 rows fewer, but not below 80 %
        (200, 151, []),  # below 80 %, but only 49 rows fewer
        (200, 150, ["shrank"]),
        (100, 149, []),  # above 125 %, but only 49 rows more
        (100, 150, ["grew"]),
        (49, 0, []),
        (0, 49, []),
        (0, 50, ["grew"]),
    ],
)
def test_a_month_waits_beside_its_own_last_release(last: int, now: int, waits: list[str]) -> None:
    found = doubts_of_size(sized(now), sized(last), LIMITS, explained=False)
    assert codes(found) == waits
    assert all(f"{now:,} rows" in each.words and f"{last:,}" in each.words for each in found)


def test_other_published_rows_of_the_same_extract_wait_unless_a_list_or_the_program_explains_them() -> None:
    now, last = sized(1000, 700), sized(1000, 1000)
    assert codes(doubts_of_size(now, last, LIMITS, explained=False)) == ["shrank"]
    assert not doubts_of_size(now, last, LIMITS, explained=True)
    assert codes(doubts_of_size(sized(700), last, LIMITS, explained=True)) == [
        "shrank"
    ]  # the extract itself is smaller


def test_of_the_version_before_only_the_sum_of_all_feeds_may_be_known() -> None:
    last = {PUBLISHED: {gates.ALL_FEEDS: 1000}}
    assert codes(doubts_of_size(sized(700), last, LIMITS, explained=False)) == ["shrank"]
    assert not doubts_of_size(sized(900), last, LIMITS, explained=False)


@pytest.mark.parametrize(
    ("others", "now", "waits"),
    [
        ([], 0, []),
        ([1000], 600, []),
        ([1000], 599, ["shrank"]),
        ([1000], 1601, ["grew"]),
        ([1000, 500], 449, ["shrank"]),
        ([1000, 500], 450, []),
        ([1000, 1000, 1000], 599, ["shrank"]),
        ([1000, 1000, 100], 400, []),  # below 60 % of the mean, but a month was smaller still
        ([1000, 1000, 400], 339, ["shrank"]),
        ([1000, 1000, 400], 341, []),
        ([1000, 1000, 2000], 2200, []),  # above 160 % of the mean, but not above 115 % of the highest
        ([1000, 1000, 2000], 2301, ["grew"]),
        ([60, 60, 60], 11, []),  # 49 rows fewer
        ([60, 60, 60], 10, ["shrank"]),
    ],
)
def test_a_new_month_waits_beside_the_nearest_months(others: list[int], now: int, waits: list[str]) -> None:
    assert codes(doubts_of_new(sized(now), [sized(each) for each in others], LIMITS)) == waits


def test_the_nearest_months_are_twelve_within_two_years_the_earlier_first_of_two_as_near() -> None:
    known = [CALENDAR.neighbour("2024-01", each) for each in range(-30, 31)]
    near = nearest_months(CALENDAR, "2024-01", known)
    assert near[:4] == ["2023-12", "2024-02", "2023-11", "2024-03"]
    assert len(near) == 12
    assert nearest_months(CALENDAR, "2024-01", ["2022-01", "2026-01", "2021-12", "2026-02", "2024-01"]) == [
        "2022-01",
        "2026-01",
    ]


def test_copies_are_not_counted_and_what_waits_for_a_list_counts_as_published() -> None:
    """So a file pasted to itself is not twice a month where copies are found, and classifying makes no month grow."""
    withheld = Outcome.WITHHELD
    accounts = [
        Account("ledger", Outcome.PUBLISHED, "published", 10),
        Account("ledger", withheld, "duplicate", 40),
        Account("ledger", withheld, "payee-needs-review", 90),
        Account("ledger", withheld, "below-threshold", 5),
    ]
    found = profile_of_accounts(accounts)
    assert (found[READ], found[PUBLISHED], found[PUBLIC]) == ({"ledger": 105}, {"ledger": 100}, {"ledger": 10})


def kinds(**rows: int) -> Counts:
    return {PUBLIC: {CRIME: sum(rows.values())}, values_of("Crime type", CRIME): rows}


@pytest.mark.parametrize(
    ("burglaries", "now", "waits"),
    [
        ([50, 50, 50], 0, ["category-gone"]),
        ([50, 50], 0, ["category-gone"]),
        ([20, 20, 20], 0, ["category-gone"]),
        ([20, 19, 20], 0, []),
        ([50, 50, 0, 50], 0, []),
        ([50, 50, 50, 0], 0, ["category-gone"]),  # only the three nearest count
        ([50, 50, 50], 1, []),
        ([50], 0, []),
        ([], 0, []),
    ],
)
def test_a_category_that_has_gone(burglaries: list[int], now: int, waits: list[str]) -> None:
    near = [kinds(Burglary=each, Drugs=100) for each in burglaries]
    found = doubts_of_content(STREET, "2024-02", kinds(Burglary=now, Drugs=100), near, LIMITS)
    assert codes(found) == waits
    assert all("`Burglary` in `Crime type`" in each.words for each in found)


@pytest.mark.parametrize(
    ("days", "rows", "waits"),
    [
        (range(1, 32), 4, []),
        (range(1, 29), 4, ["days-missing"]),
        (range(1, 30), 4, []),  # two days are missing
        (range(1, 21), 4, ["days-missing"]),
        (range(1, 21), 3, []),  # fewer than four a day
        ([*range(3, 21)], 5, ["days-missing"]),  # two empty days before
        ([*range(4, 21)], 6, []),
        ([], 0, []),
    ],
)
def test_a_file_without_its_last_days(days: list[int], rows: int, waits: list[str]) -> None:
    now = {days_of(CRIME): {f"{day:02}": rows for day in days}}
    assert codes(doubts_of_content(STREET, "2024-01", now, [], LIMITS)) == waits


def placed(nowhere: int, of: int) -> Counts:
    return {PUBLIC: {CRIME: of}, figures_of(CRIME): {"no_location": nowhere, "unlisted_offence_code": 0}}


@pytest.mark.parametrize(
    ("before", "now", "of", "waits"),
    [
        ([0, 0], 60, 60, ["share-jumped"]),
        ([5, 5], 50, 199, ["share-jumped"]),
        ([5, 5], 50, 200, []),  # a quarter
        ([5, 5], 49, 60, []),  # fewer than 50 rows
        ([20, 20], 60, 100, []),  # three times the mean
        ([20, 20], 61, 100, ["share-jumped"]),
        ([], 60, 60, []),
    ],
)
def test_a_share_without_a_place_that_jumps(before: list[int], now: int, of: int, waits: list[str]) -> None:
    near = [placed(each, 100) for each in before]
    assert codes(doubts_of_content(STREET, "2024-02", placed(now, of), near, LIMITS)) == waits


@pytest.mark.parametrize(
    ("before", "now", "waits"),
    [
        ([90, 90, 90], 100, ["share-jumped"]),
        ([90, 90, 90], 99, []),
        ([90, 100, 90], 100, []),  # one of the three nearest had no outcome either
        ([90, 90, 90, 100], 100, ["share-jumped"]),
    ],
)
def test_a_month_without_any_outcome(before: list[int], now: int, waits: list[str]) -> None:
    def counted(open_: int) -> Counts:
        values = {"Under investigation": open_, "Local resolution": 100 - open_}
        return {PUBLIC: {CRIME: 100}, values_of("Last outcome category", CRIME): values}

    found = doubts_of_content(STREET, "2024-02", counted(now), [counted(each) for each in before], LIMITS)
    assert codes(found) == waits


def test_a_ledger_whose_routes_are_only_recorded() -> None:
    def counted(recorded: int) -> Counts:
        return {PUBLIC: {"ledger": 100}, values_of("value_for_money", "ledger"): {"Recorded in the ledger": recorded}}

    assert codes(doubts_of_content(SPEND, "2024-02", counted(80), [counted(10)], LIMITS)) == ["share-jumped"]
    assert not doubts_of_content(SPEND, "2024-02", counted(80), [counted(70)], LIMITS)


def test_a_feed_of_which_nothing_would_be_public_says_what_settles_it() -> None:
    now = {READ: {"ledger": 9}, PUBLIC: {"ledger": 0}, kept_of("ledger"): {"payee-needs-review": 8, "restricted": 1}}
    (found,) = doubts_of_content(SPEND, "2024-01", now, [], LIMITS)
    assert found.code == "all-held-back"
    assert "8 are kept back as payee-needs-review; classify their suppliers" in found.words


def test_an_empty_month_always_waits() -> None:
    now = {READ: {"ledger": 0}, PUBLIC: {"ledger": 0}}
    assert codes(doubts_of_content(SPEND, "2024-01", now, [], LIMITS)) == ["shrank"]


def test_a_month_with_rows_of_one_feed_only_is_not_an_empty_one() -> None:
    now = {READ: {CRIME: 5, "asb-incidents": 0}, PUBLIC: {CRIME: 5, "asb-incidents": 0}}
    assert not doubts_of_content(STREET, "2024-01", now, [], LIMITS)


def test_every_limit_has_bounds_that_hold_its_default() -> None:
    assert set(BOUNDS) == set(Limits._fields)
    for name, default in LIMITS._asdict().items():
        low, high = sorted((BOUNDS[name].tightest, BOUNDS[name].loosest))
        assert low <= default <= high, name
