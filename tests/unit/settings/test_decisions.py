"""The file of decisions: read, refused when it is mistaken, never too long, and what a decision settles."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SettingsError, several
from pipeline.model.findings import Decision, Finding
from pipeline.run.select import options
from pipeline.settings.decisions import Desk, read_decisions, settles, write_decisions
from pipeline.settings.settings import Settings
from pipeline.settings.toml import read_toml
from tests.lib import ROOT
from tests.lib.settings_files import written

SOME_SHA256 = "0" * 64


APPROVAL = f"""[[approval]]
dataset = "spend-over-500"
month = "2023-12"
sha256 = "{SOME_SHA256}"
role = "Head of Information Management"
date = 2024-04-10
reason = "No payments."
"""


def approvals_in(path: Path) -> tuple[Decision, ...]:
    mistakes: list[SettingsError] = []
    found = read_decisions(path, mistakes)
    if mistakes:
        raise several(mistakes)
    return found


def test_the_shipped_approval_is_of_the_empty_month() -> None:
    (approval,) = approvals_in(ROOT / "examples" / "approvals.toml")
    header = (
        "body,payment_date,transaction_id,supplier_name,supplier_id,company_number,department,category,purpose,"
        "net_amount,irrecoverable_vat,value_for_money,contract_reference,is_card,redaction\n"
    )
    assert (approval.kind, approval.dataset, approval.period) == ("approve", "spend-over-500", "2023-12")
    assert approval.sha256 == hashlib.sha256(header.encode()).hexdigest()
    assert Settings.load(ROOT / "pipeline.toml", {}, datasets=options()).desk.decisions == (approval,)


def test_an_approval_may_give_its_day_as_text_and_a_file_may_hold_none(tmp_path: Path) -> None:
    path = written(tmp_path, APPROVAL + APPROVAL.replace("2024-04-10", '"2024-04-11"'))
    assert [approval.date.day for approval in approvals_in(path)] == [10, 11]
    assert approvals_in(written(tmp_path, "")) == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2023-12", "2023-00", "bad-setting"),
        ("0" * 64, "0" * 63, "bad-setting"),
        ("0" * 64, "F" * 64, "bad-setting"),
        ("Head of Information Management", "Jane Smith", "bad-setting"),
        ("date = 2024-04-10", 'date = "10 April"', "bad-setting"),
        ("date = 2024-04-10", "date = 2024-04-10T10:00:00", "bad-setting"),
        ("date = 2024-04-10\n", "", "missing-setting"),
        ('reason = "No payments."', 'reason = ""', "bad-setting"),
        ("dataset", "dateset", "unknown-setting"),
        ("[[approval]]", "[approval]", "bad-setting"),
        ("[[approval]]", "[[approvals]]", "unknown-setting"),
    ],
)
def test_a_mistaken_approval_is_said_so(old: str, new: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        approvals_in(written(tmp_path, APPROVAL.replace(old, new)))
    assert code in str(caught.value)
    assert "Jane" not in str(caught.value)


def test_a_file_longer_than_any_list_of_decisions_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "decisions.toml"
    path.write_text("#\n" * (2 << 20), encoding="utf-8")
    assert read_toml(path) == {}
    path.write_text("#\n" * (2 << 20) + "#", encoding="utf-8")
    with pytest.raises(SettingsError, match="longer than 4 MiB"):
        read_toml(path)


def test_a_decision_that_would_make_the_file_too_long_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "decisions.toml"
    path.write_text("#\n" * (2 << 20), encoding="utf-8")
    made = Decision("approve", "shrank", "x", "2024-01", "a" * 64, "Head of Data", dt.date(2024, 1, 1), "a reason")
    with pytest.raises(SettingsError, match="no room"):
        write_decisions(path, [made])
    assert path.stat().st_size == 4 << 20


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
