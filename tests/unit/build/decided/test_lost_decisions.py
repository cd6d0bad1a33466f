"""Which decisions count as lost: those that were carried out, are not in the file, and that nothing overrules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipeline.build.decided.desk import remembering
from pipeline.model.findings import Decision
from pipeline.settings.decisions import Desk

DAY = dt.date(2024, 4, 10)
FIRST = Decision("approve", "shrank", "street-crime", "2024-02", "ab" * 32, "Head of Finance", DAY, "looked at")
REJECT = FIRST._replace(kind="reject", reason="cut off")
AGAIN = FIRST._replace(finding="", reason="it is right after all")
OTHER = REJECT._replace(period="2024-03")
FILE = REJECT._replace(path="crime/recorded-crime/2024-02.csv", finding="")


@pytest.mark.parametrize(
    ("there", "remembered", "lost"),
    [
        ([REJECT], [REJECT], []),
        ([], [REJECT], [REJECT]),
        ([OTHER], [REJECT], [REJECT]),
        ([FILE], [REJECT], [REJECT]),
        ([FIRST], [FIRST, REJECT], [REJECT]),
        ([FIRST, AGAIN], [FIRST, REJECT], []),
        ([AGAIN], [FIRST, REJECT], []),
        ([REJECT, FIRST], [REJECT], []),
        ([FIRST, REJECT, FIRST], [FIRST, REJECT], []),
        ([REJECT, FIRST], [REJECT, FIRST, REJECT], [REJECT]),
        ([REJECT], [FIRST, REJECT], []),
        ([], [REJECT, OTHER, FILE], [REJECT, OTHER, FILE]),
        ([AGAIN._replace(period="")], [REJECT], []),
        ([], [FIRST], []),
    ],
)
def test_a_decision_is_lost_unless_the_file_holds_it_or_a_later_one(
    there: list[Decision], remembered: list[Decision], lost: list[Decision]
) -> None:
    desk = remembering(Desk(Path("decisions.toml"), tuple(there)), remembered)
    assert list(desk.lost) == lost
    assert desk.decisions == (*there, *lost)
