"""A decision settles exactly what it is about: the same dataset, bytes, reason and month."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.model.decisions import Decision
from pipeline.model.findings import Finding
from pipeline.settings.decisions import read_decisions, settles

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.errors import SettingsError

SHRANK = Finding(
    code="shrank", dataset="x", periods=("2024-01", "2024-02"), words="", binds="a" * 64, paths=("c/1.csv",)
)
DAY = dt.date(2024, 4, 10)
MADE = Decision("approve", "shrank", "x", "2024-01", "a" * 64, "Head of Data", DAY, "Checked.")


@pytest.mark.parametrize(
    ("other", "is_settled"),
    [
        ({}, True),
        ({"finding": ""}, True),  # of a file of before: any finding about these bytes
        ({"period": ""}, True),
        ({"period": "2024-02"}, True),
        ({"period": "2024-03"}, False),
        ({"finding": "all-held-back"}, False),  # what binds the same bytes for another reason waits for its own
        ({"dataset": "y"}, False),
        ({"sha256": "b" * 64}, False),
        ({"path": "c/1.csv"}, True),
        ({"path": "c/2.csv"}, False),
    ],
)
def test_a_decision_settles_exactly_what_it_is_about(other: dict[str, Any], *, is_settled: bool) -> None:
    assert settles(MADE._replace(**other), SHRANK) == is_settled


def test_a_decision_about_no_month_may_say_so_by_hand(tmp_path: Path) -> None:
    mistakes: list[SettingsError] = []
    text = f'[[decision]]\ndataset = "x"\nfinding = "resnap"\nperiod = "none"\nsha256 = "{"a" * 64}"\n'
    (tmp_path / "decisions.toml").write_text(f'{text}role = "Head of Data"\ndate = 2024-04-10\nreason = "Checked."\n')
    (made,) = read_decisions(tmp_path / "decisions.toml", mistakes)
    assert not mistakes
    assert settles(made, Finding(code="resnap", dataset="x", periods=(), words="", binds="a" * 64))
