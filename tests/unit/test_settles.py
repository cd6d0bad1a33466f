"""A decision settles exactly what it is about: the same dataset, bytes, reason and month."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pipeline.model.decisions import Decision
from pipeline.model.findings import Finding
from pipeline.settings.decisions import settles

SHRANK = Finding(code="shrank", dataset="x", periods=("2024-01", "2024-02"), words="", binds="a" * 64)
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
    ],
)
def test_a_decision_settles_exactly_what_it_is_about(other: dict[str, Any], *, is_settled: bool) -> None:
    assert settles(MADE._replace(**other), SHRANK) == is_settled
