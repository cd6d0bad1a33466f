"""A register holds the whole of it each time: which snapshot a file makes, what waits, what the change log counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import PipelineError
from pipeline.protect.rules import InOrder, OneEntry
from pipeline.protect.treatments import Day, EntryNumber, Keep, Money
from tests.lib.register_force import RegisterForce, register, write_register_schema

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = {"number": "integer", "what": "string", "worth": "number"}
REGISTER = register(
    {
        "Number": EntryNumber("number", why="the number"),
        "What": Keep("what", why="a text"),
        "Worth": Money("worth", blank=True, why="an amount"),
    },
    OneEntry(entry=("number",)),
    fields=FIELDS,
)


@pytest.fixture
def force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RegisterForce:
    monkeypatch.setattr("pipeline.build.run_context.SCHEMAS", tmp_path / "schemas")
    write_register_schema(tmp_path / "schemas", FIELDS)
    return RegisterForce(tmp_path, REGISTER)


def test_each_row_says_which_snapshot_it_is_of(force: RegisterForce) -> None:
    force.put("1,a,2.00", "2,b,")
    assert force.run("2024-01-10") == {"2024-01": "2024-01,1,a,2.00\n2024-01,2,b,\n"}


def test_other_bytes_in_the_same_month_take_its_place_and_in_a_later_month_make_another(force: RegisterForce) -> None:
    force.put("1,a,")
    force.run("2024-01-10")
    force.put("1,b,")
    assert force.run("2024-01-20") == {"2024-01": "2024-01,1,b,\n"}
    force.put("1,c,")
    assert force.run("2024-03-01") == {"2024-01": "2024-01,1,b,\n", "2024-03": "2024-03,1,c,\n"}


def test_equal_bytes_make_nothing_however_often_they_come(force: RegisterForce) -> None:
    force.put("1,a,")
    force.run("2024-01-10")
    force.put("1,a,")
    assert force.run("2024-02-10") == {"2024-01": "2024-01,1,a,\n"}
    assert force.outcome.built == {}


def test_a_register_may_go_back_to_what_it_was(force: RegisterForce) -> None:
    for day, what in (("2024-01-10", "a"), ("2024-02-10", "b"), ("2024-03-10", "a")):
        force.put(f"1,{what},")
        force.run(day)
    assert list(force.public) == ["2024-01", "2024-02", "2024-03"]
    assert force.outcome.error is None
    assert force.outcome.state.findings == ()


def test_a_snapshot_has_the_month_in_which_its_bytes_were_first_read(force: RegisterForce) -> None:
    force.put("1,a,", "broken")
    force.run("2024-01-31")
    force.put("1,a,", *(f"{number},=bad," for number in range(2, 40)))
    force.run("2024-01-31")
    stopped = force.outcome.error
    assert isinstance(stopped, PipelineError)
    force.put("1,a,")
    force.run("2024-02-01")
    assert list(force.public)[-1] == "2024-02"
    force.put("1,b,")
    force.run("2024-01-15")  # a day before the latest snapshot's
    assert force.public["2024-02"] == "2024-02,1,b,\n"


def test_earlier_snapshots_stay_and_the_latest_is_built_again_under_its_own_name(force: RegisterForce) -> None:
    force.put("1,a,")
    force.run("2024-01-10")
    force.put("1,b,")
    force.run("2024-02-10")
    feed = REGISTER.feeds[0]
    later = replace(
        REGISTER, feeds=(replace(feed, columns={**feed.columns, "What": Keep("what", why="another reason")}),)
    )
    force.run("2024-05-10", later)
    assert list(force.outcome.built) == ["2024-02"]
    assert {month: each.input_gone for month, each in force.months.items()} == {"2024-01": True, "2024-02": False}
    assert list(force.public) == ["2024-01", "2024-02"]


def test_when_the_file_has_gone_the_latest_snapshot_stays(force: RegisterForce) -> None:
    force.put("1,a,")
    force.run("2024-01-10")
    force.file.unlink()
    assert force.run("2024-02-10") == {"2024-01": "2024-01,1,a,\n"}
    assert force.months["2024-01"].input_gone
    force.put("1,a,")
    force.run("2024-03-10")
    assert list(force.public) == ["2024-01"]
    assert not force.months["2024-01"].input_gone


def test_rows_of_one_entry_are_one_where_they_are_alike_and_bad_where_they_are_not(force: RegisterForce) -> None:
    force.put("1,a,2.00", "1,a,2.00", "2,a,2.00", "2,a,2", "03,b,", "3,c,", "4,=d,", "4,e,")
    assert force.run("2024-01-10") == {"2024-01": "2024-01,1,a,2.00\n2024-01,4,e,\n"}
    accounts = {(each.outcome.value, each.reason): each.rows for each in force.months["2024-01"].accounts}
    assert accounts == {
        ("published", "published"): 2,
        ("withheld", "duplicate"): 1,
        ("quarantined", "item-conflict"): 4,
        ("quarantined", "formula-text"): 1,
    }


def test_the_change_log_counts_entries_against_the_snapshot_before(force: RegisterForce) -> None:
    force.put("1,a,", "2,b,", "3,c,", "4,d,", "5,e,")
    force.run("2024-01-10")
    force.put("1,a,", "2,b,", "3,other,", "4,d,", "6,f,", "7,g,")
    force.run("2024-02-10")
    force.put("1,a,", "2,b,", "3,c,", "4,d,", "6,f,")
    force.run("2024-02-11")
    assert force.log == [
        ("2024-02", "revised", "1", "1", "0"),
        ("2024-02", "new", "2", "1", "1"),
        ("2024-01", "new", "5", "0", "0"),
    ]


@pytest.mark.parametrize(
    ("before", "now", "waits"),
    [(2, 1, True), (5, 4, False), (10, 7, True), (1, 0, True), (3, 60, False)],
)
def test_a_snapshot_with_far_fewer_rows_waits_however_few_they_are(
    force: RegisterForce,
    before: int,
    now: int,
    waits: bool,  # noqa: FBT001 - drawn
) -> None:
    force.put(*(f"{number},a," for number in range(1, before + 1)))
    force.run("2024-01-10")
    force.put(*(f"{number},a,1.00" for number in range(1, now + 1)))
    force.run("2024-02-10")
    assert force.waits == [("2024-02", "shrank")] * waits
    assert list(force.public) == ["2024-01"] + ["2024-02"] * (not waits)


def test_one_in_the_same_month_is_held_to_its_own_last_release_too(force: RegisterForce) -> None:
    force.put("1,a,", "2,b,", "3,c,")
    force.run("2024-01-10")
    force.put("1,a,")
    assert force.run("2024-01-11") == {"2024-01": "2024-01,1,a,\n2024-01,2,b,\n2024-01,3,c,\n"}
    assert force.waits == [("2024-01", "shrank")]


def test_what_waits_is_let_go_when_a_later_snapshot_comes(force: RegisterForce) -> None:
    force.put("1,a,", "2,b,", "3,c,")
    force.run("2024-01-10")
    force.put("1,a,")
    force.run("2024-01-11")
    force.put("1,a,", "2,b,", "3,d,")
    force.run("2024-02-10")
    assert force.waits == []
    assert list(force.public) == ["2024-01", "2024-02"]
    assert force.public["2024-01"].count("\n") == 3


DATES = register(
    {
        "Number": EntryNumber("number", why="the number"),
        "Start": Day("start", why="a day"),
        "End": Day("end", blank=True, planned=True, why="a day"),
        "Later": Day("later", blank=True, planned=True, why="a day"),
    },
    InOrder(("Start", "End", "Later")),
    OneEntry(entry=("number",)),
    fields={"number": "integer", "start": "date", "end": "date", "later": "date"},
)


def test_a_date_may_not_lie_before_the_last_one_that_is_filled_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.build.run_context.SCHEMAS", tmp_path / "schemas")
    write_register_schema(tmp_path / "schemas", {"number": "integer", "start": "date", "end": "date", "later": "date"})
    force = RegisterForce(tmp_path, DATES)
    force.put(
        *("1,2023-04-01,2023-04-01,2030-01-01", "2,2023-04-01,31/03/2023,", "3,2023-04-01,2024-01-01,2023-12-31"),
        *("4,2023-04-01,,2023-03-31", "5,01/04/2023,,2023-04-02", "6,2023-04-01,31/02/2023,2023-01-01"),
        *(f"{number},2023-04-01,," for number in range(7, 17)),
    )
    force.run("2024-01-10")
    assert [row[0] for row in force.rows("2024-01")][:3] == ["1", "5", "7"]
    accounts = {each.reason: each.rows for each in force.months["2024-01"].accounts}
    assert accounts == {"published": 12, "date-order": 3, "bad-date": 1}
