"""What people decide about what waits, and how it is written down."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model.decisions import Decision
from pipeline.model.findings import Finding
from pipeline.settings.decisions import Desk, read_decisions, write_decisions

if TYPE_CHECKING:
    from pipeline.errors import SettingsError


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
