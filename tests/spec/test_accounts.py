"""The accounts of a month: every row that was read ends in one place, and a file with too many bad rows stops it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from received import Received, dataset
from table import GOOD, MONTH, crimes

from pipeline.errors import InputError
from pipeline.model import Account, Quarantined
from pipeline.reasons import Outcome
from pipeline.run.corridor import refuse_too_bad
from pipeline.settings_parts import Limits

CRIME = dataset("street-crime")
LIMITS = Limits(bad_share=0.05, bad_rows=20, shrink_share=0.8, shrink_rows=50)


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
    assert [each for each in product.accounts if each.rows] == [
        Account("recorded-crime", Outcome.PUBLISHED, "published", 2),
        Account("recorded-crime", Outcome.QUARANTINED, "bad-date", 1),
        Account("recorded-crime", Outcome.QUARANTINED, "ragged-row", 3),
    ]
    assert product.quality["quarantined"] == 4
    path = "recorded-crime/2024-01"
    assert Quarantined("recorded-crime", path, 10_000, "", "ragged-row") in product.quarantined
    assert Quarantined("recorded-crime", path, 4, "recorded_on", "bad-date") in product.quarantined


def test_a_row_with_several_faults_is_counted_once_and_each_fault_is_listed() -> None:
    product = crimes("""
        recorded_on | force_code | restricted || becomes
        no date     | example    | N          || quarantined: bad-date
        2024-01-03  | other      |            || quarantined: other-force
    """)
    row = {(each.column, each.code) for each in product.quarantined if each.row == 3}
    assert row == {("force_code", "other-force"), ("restricted", "bad-flag")}


@pytest.mark.parametrize(
    ("good", "bad", "ragged", "stops"),
    [
        (380, 20, 0, False),  # exactly 5 %
        (379, 20, 0, True),
        (379, 10, 10, True),
        (379, 10, 9, False),  # more than 5 % of fewer rows, but only 19
        (5, 19, 0, False),
        (0, 20, 0, True),
        (0, 0, 20, True),
    ],
)
def test_more_than_5_percent_and_at_least_20_bad_rows_stop_the_dataset(
    good: int, bad: int, ragged: int, *, stops: bool
) -> None:
    product = month_of(good, bad, ragged).month(MONTH)
    assert bool(product.too_bad) is stops
    if stops:
        with pytest.raises(InputError, match="too-many-bad") as caught:
            refuse_too_bad(product, CRIME, LIMITS)
        assert "recorded-crime/2024-01" in str(caught.value)
    else:
        refuse_too_bad(product, CRIME, LIMITS)


def test_withheld_rows_do_not_speak_against_their_file() -> None:
    rows = [{**GOOD["recorded-crime"], "crime_reference": "24*1", "restricted": "Y"}] * 100
    received = Received(dataset=CRIME, files={"recorded-crime": {MONTH: rows}, "asb-incidents": {MONTH: []}})
    assert received.month(MONTH).too_bad == ()


def test_each_file_is_judged_by_itself() -> None:
    row = GOOD["recorded-crime"]
    good = [{**row, "crime_reference": f"24*{n}"} for n in range(1_000)]
    late = [{**row, "recorded_on": "2024-01-05", "crime_type": "Loitering"}] * 25
    received = Received(
        dataset=CRIME,
        files={
            "recorded-crime": {MONTH: good, "2024-02": late},
            "asb-incidents": {MONTH: [], "2024-02": []},
        },
        judged_rows=1,
    )
    assert received.month(MONTH).too_bad == ("recorded-crime/2024-02",)
