"""A month that shrinks waits for a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.build.shrinking import shrinks
from pipeline.model.findings import Finding
from pipeline.settings.decisions import Decision, Desk, read_decisions, write_decisions
from pipeline.settings.sections import Limits

if TYPE_CHECKING:
    from pipeline.errors import SettingsError

LIMITS = Limits(bad_share=0.05, bad_rows=20, shrink_share=0.8, shrink_rows=50)


@pytest.mark.parametrize(
    ("last", "now", "waits"),
    [
        (1000, 1000, False),
        (1000, 2000, False),
        (1000, 800, False),
        (1000, 799, True),
        (1000, 0, True),
        (250, 200, False),
        (250, 199, True),
        (249, 199, True),
        (251, 201, False),  # 50 rows fewer, but not below 80 %
        (248, 198, True),
        (200, 151, False),  # below 80 %, but only 49 rows fewer
        (200, 150, True),
        (49, 0, False),
        (50, 0, True),
        (0, 0, False),
    ],
)
def test_a_month_waits_below_80_percent_of_its_last_release_and_50_rows_fewer(
    last: int, now: int, *, waits: bool
) -> None:
    why = shrinks("2024-02", now, last=last, others={"2024-01": 10**6}, limits=LIMITS)
    assert bool(why) is waits
    if waits:
        assert f"{now:,} rows" in why
        assert f"{last:,}" in why


@pytest.mark.parametrize(
    ("others", "now", "waits"),
    [
        ({"2024-01": 1000, "2024-03": 500}, 600, False),
        ({"2024-01": 1000, "2024-03": 500}, 599, True),
        ({"2024-01": 1000}, 799, True),
        ({"2024-03": 1000}, 800, False),
        ({"2023-12": 1000, "2024-04": 1000}, 0, False),
        ({}, 0, False),
        ({"2024-01": 0}, 0, False),
    ],
)
def test_a_new_month_is_compared_with_the_mean_of_the_months_beside_it(
    others: dict[str, int], now: int, *, waits: bool
) -> None:
    assert bool(shrinks("2024-02", now, last=None, others=others, limits=LIMITS)) is waits


def test_an_approval_is_of_exactly_one_file() -> None:
    words = ("spend-over-500", "2024-02", "ab" * 32, "Head of Finance", dt.date(2024, 4, 1), "few payments")
    given = Decision("approve", "", *words)
    desk = Desk(Path("decisions.toml"), (given,))
    asked = Finding(code="shrank", dataset="spend-over-500", periods=("2024-02",), words="", binds="ab" * 32)
    assert desk.approval(asked) is given
    assert desk.approval(replace(asked, binds="cd" * 32)) is None
    assert desk.approval(replace(asked, periods=("2024-03",))) is None
    assert desk.approval(replace(asked, dataset="street-crime")) is None
    assert desk.rejection(asked) is None
    assert desk._replace(decisions=()).approval(asked) is None


def test_decisions_are_written_as_they_are_read(tmp_path: Path) -> None:
    signed = ("cd" * 32, "Head of Finance", dt.date(2024, 4, 1), 'few "payments"')
    first = Decision("approve", "shrank", "spend-over-500", "2024-02", *signed)
    second = Decision("forget", "", "", "", *signed, path="crime/recorded-crime/2024-03.csv")
    path = tmp_path / "decisions.toml"
    write_decisions(path, [first])
    write_decisions(path, [second])
    mistakes: list[SettingsError] = []
    assert read_decisions(path, mistakes) == (first, second)
    assert not mistakes
