"""The accounts of a month: every row that was read ends in one place, and bad rows are counted against their file."""

from __future__ import annotations

from pipeline.model.reasons import Account, Outcome, Quarantined
from tests.lib.received import Received, dataset
from tests.lib.table import GOOD, MONTH, crimes

CRIME = dataset("street-crime")


def month_of(good: int, bad: int, ragged: int = 0) -> Received:
    """Return a month of so many good, undated and ragged rows."""
    row = GOOD["recorded-crime"]
    rows = [{**row, "crime_reference": f"24*{n}"} for n in range(good)]
    rows += [{**row, "recorded_on": "no date"} for _ in range(bad)]
    return Received(
        dataset=CRIME,
        files={"recorded-crime": {MONTH: rows}, "asb-incidents": {MONTH: []}},
        ragged={"recorded-crime": {MONTH: tuple(range(10_000, 10_000 + ragged))}},
        judged_rows=1,
    )


def test_ragged_rows_are_quarantined_and_counted_as_read() -> None:
    product = month_of(2, 1, 3).month(MONTH)
    assert [each for each in product.report.accounts if each.rows] == [
        Account("recorded-crime", Outcome.PUBLISHED, "published", 2),
        Account("recorded-crime", Outcome.QUARANTINED, "bad-date", 1),
        Account("recorded-crime", Outcome.QUARANTINED, "ragged-row", 3),
    ]
    assert product.report.quality["quarantined"] == 4
    path = "recorded-crime/2024-01"
    assert Quarantined("recorded-crime", path, 10_000, "", "ragged-row") in product.report.quarantined
    assert Quarantined("recorded-crime", path, 4, "recorded_on", "bad-date") in product.report.quarantined


def test_a_row_with_several_faults_is_counted_once_and_each_fault_is_listed() -> None:
    product = crimes("""
        recorded_on | force_code | restricted || becomes
        no date     | example    | N          || quarantined: bad-date
        2024-01-03  | other      |            || quarantined: other-force
    """)
    row = {(each.column, each.code) for each in product.report.quarantined if each.row == 3}
    assert row == {("force_code", "other-force"), ("restricted", "bad-flag")}


def test_bad_rows_are_counted_against_the_file_that_they_stand_in_and_withheld_ones_are_not() -> None:
    row = GOOD["recorded-crime"]
    good = [{**row, "crime_reference": f"24*{n}"} for n in range(7)]
    restricted = [{**row, "crime_reference": "24*99", "restricted": "Y"}] * 5
    late = [{**row, "recorded_on": "2024-01-05", "crime_type": "Loitering"}] * 3
    received = Received(
        dataset=CRIME,
        files={
            "recorded-crime": {MONTH: [*good, *restricted, {**row, "restricted": ""}], "2024-02": late},
            "asb-incidents": {MONTH: [], "2024-02": []},
        },
        ragged={"recorded-crime": {MONTH: (90, 91), "2024-02": (92,)}},
    )
    bad = received.month(MONTH).report.bad
    assert (bad["recorded-crime/2024-01"], bad["recorded-crime/2024-02"]) == (3, 3)
    assert received.month("2024-02").report.bad["recorded-crime/2024-02"] == 1
