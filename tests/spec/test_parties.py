"""Who is on the other side: named, redacted or waiting, by the most protective type of the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import PipelineError
from pipeline.protect.rules import OneEntry, Party
from pipeline.protect.treatments import Keep, Text
from tests.lib.register_force import RegisterForce, register, write_register_schema

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = {"reference": "string", "name": "string", "title": "string", "kind": "string", "redaction": "string"}
REGISTER = register(
    {
        "Ref": Keep("reference", why="the reference"),
        ("Name", "Type"): Party(
            ("name", "redaction"), tied=("title",), protected=("kind",), whole=("title", "kind"), entry_of="Ref"
        ),
        "Title": Text("title", fallback=Keep("title", blank=True, why="a text").bind("Title")),
        "Kind": Keep("kind", why="a kind"),
    },
    OneEntry(entry=("reference",), common=("Ref",), several=("Name", "Type", "Title", "Kind")),
    fields=FIELDS,
)
LIST = "name,type,shown"


@pytest.fixture
def force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RegisterForce:
    monkeypatch.setattr("pipeline.build.run_context.SCHEMAS", tmp_path / "schemas")
    write_register_schema(tmp_path / "schemas", FIELDS)
    made = RegisterForce(tmp_path, REGISTER)
    made.give("named-parties", LIST)
    return made


def published(force: RegisterForce, *rows: str, month: str = "2024-01") -> dict[str, list[str]]:
    """Return name, title, kind and redaction of each reference; good rows keep the file from being refused."""
    force.put(*rows, *(f"Z{number},Good Ltd,ORG,t,k" for number in range(20)))
    force.run(f"{month}-10")
    assert force.outcome.error is None, force.outcome.error
    return {reference: rest for reference, *rest in force.rows(month) if not reference.startswith("Z")}


def files(force: RegisterForce) -> list[Path]:
    """Return every file of the force."""
    return [path for path in force.data.rglob("*") if path.is_file()]


def test_a_name_is_shown_redacted_or_waits_by_its_type(force: RegisterForce) -> None:
    force.give("named-parties", LIST, "Listed  LTD,ORG,Listed Limited", "shown later,SOLE,", "Shown Later,ORG,Shown")
    found = published(
        *(force, "A1,Acme Ltd,ORG,t,k", "A2,J Sweep,SOLE,t,k", "A3,Ann Person,IND,t,k", "A4,Staff,STAFF,t,k"),
        *("A5,Safe House,PROT,t,k", "A6,Nobody Knows,,t,k", "A7,listed ltd,,t,k", "A8, SHOWN   later,,t,k"),
        *("A9,,IND,t,k", "B1,,PROT,t,k"),
    )
    assert found == {
        "A1": ["Acme Ltd", "t", "k", ""],
        "A2": ["J Sweep", "t", "k", ""],
        "A3": ["REDACTED PERSONAL DATA", "", "k", "personal"],
        "A4": ["REDACTED PERSONAL DATA", "", "k", "personal"],
        "A5": ["REDACTED OTHER", "", "", "other"],
        "A6": ["", "", "k", ""],
        "A7": ["Listed Limited", "t", "k", ""],
        "A8": ["Shown", "t", "k", ""],
        "A9": ["REDACTED PERSONAL DATA", "", "k", "personal"],
        "B1": ["REDACTED OTHER", "", "", "other"],
    }


def test_a_name_takes_the_most_protective_type_of_all_rows_bad_ones_too_and_of_the_list(force: RegisterForce) -> None:
    force.give("named-parties", LIST, "Both,ORG,", "Both,IND,", "Listed,PROT,")
    found = published(
        *(force, "A1,Two,ORG,t,k", "A2,two,IND,t,=bad", "A3,Both,SOLE,t,k", "A4,Listed,ORG,t,k", "A5,In File,,t,k"),
        "A6,IN FILE,ORG,t,k",
    )
    assert {reference: (row[0], row[3]) for reference, row in found.items()} == {
        "A1": ("REDACTED PERSONAL DATA", "personal"),
        "A3": ("REDACTED PERSONAL DATA", "personal"),
        "A4": ("REDACTED OTHER", "other"),
        "A5": ("In File", ""),
        "A6": ("IN FILE", ""),
    }


def test_a_protection_holds_however_a_name_is_written_and_an_allowance_only_as_it_is(force: RegisterForce) -> None:
    force.give("named-parties", LIST, "Safe House,PROT,", "Acme Ltd,ORG,")
    found = published(
        *(force, "A1,SAFE-HOUSE,ORG,t,k", "A2,safe\u200bhouse,,t,k", "A3,Acme-Ltd,,t,k", "A4,acme  ltd,,t,k"),
        *("A5,Doubted,ORG,t,k", "A6,doubted,WHO,t,k", "A7,Case,prot,t,k", "A8,Acme Ltd,WHO,t,k"),
    )
    assert {reference: (row[0], row[3]) for reference, row in found.items()} == {
        "A1": ("REDACTED OTHER", "other"),
        "A2": ("REDACTED OTHER", "other"),
        "A3": ("", ""),
        "A4": ("acme  ltd", ""),
        "A5": ("", ""),
        "A6": ("", ""),
        "A7": ("REDACTED OTHER", "other"),
        "A8": ("Acme Ltd", ""),
    }


def test_what_a_party_leaves_blank_is_not_checked_and_a_name_only_where_it_is_shown(force: RegisterForce) -> None:
    force.give("named-parties", LIST, "=listed,ORG,", "=replaced,ORG,Replaced", "#N/A,IND,")
    found = published(
        *(force, "A1,=cmd,,t,k", "A2,=listed,,t,k", "A3,=replaced,,t,k", "A4,#N/A,,t,k", "A5,,ORG,t,k", "A6,,,t,k"),
        *("A7,Ann,IND,=title,k", "A8,Ann,IND,t,=kind", "A9,Safe,PROT,=title,=kind", "B1,Waits,,=title,k"),
    )
    accounts = {each.reason: each.rows for each in force.months["2024-01"].accounts}
    assert accounts == {"published": 26, "formula-text": 2, "blank-value": 2}
    assert {reference: row[0] for reference, row in found.items()} == {
        "A1": "",
        "A3": "Replaced",
        "A4": "REDACTED PERSONAL DATA",
        "A7": "REDACTED PERSONAL DATA",
        "A9": "REDACTED OTHER",
        "B1": "",
    }


def test_a_protected_party_takes_what_tells_of_it_from_all_rows_of_its_entry(force: RegisterForce) -> None:
    first = ("A1,Acme,ORG,t,k", "A1,Safe,PROT,t,k", "A2,Acme,ORG,t,k", "A2,Ann,IND,t,k")
    force.put(*first, "a-3,Acme,ORG,t,k", "A3,,PROT,t,=k")
    force.run("2024-01-10")
    assert force.rows("2024-01") == [
        ["A1", "Acme", "", "", ""],
        ["A1", "REDACTED OTHER", "", "", "other"],
        ["A2", "Acme", "t", "k", ""],
        ["A2", "REDACTED PERSONAL DATA", "", "k", "personal"],
        ["A3", "REDACTED OTHER", "", "", "other"],
        ["a-3", "Acme", "", "", ""],
    ]


def test_figures_count_names_and_texts_that_wait_and_not_what_a_redaction_explains(force: RegisterForce) -> None:
    force.put(
        "A1,Acme,ORG,t,k",
        "A2,Ann,IND,t,k",
        "A3,Safe,PROT,t,k",
        "A4,Waits,,t,k",
        "A5,Acme,ORG,,k",
        "A6,Acme,ORG,<b> </b>,k",
    )
    force.run("2024-01-10")
    released = force.months["2024-01"].released
    assert released is not None
    assert released.quality == {"parties_waiting": 1, "texts_waiting": 2, "quarantined": 0}


def test_names_that_wait_stand_in_one_private_file(force: RegisterForce) -> None:
    published(force, "A1,Waits For It,,t,k")
    found = [path for path in files(force) if b"Waits For It" in path.read_bytes() and "raw" not in path.parts]
    assert found == [force.data / "private" / "review" / "parties.csv"]


def test_a_list_that_is_not_there_or_has_another_type_stops_the_dataset(force: RegisterForce) -> None:
    force.put("A1,Acme,ORG,t,k")
    force.give("named-parties", LIST, "Acme,COMPANY,")
    force.run("2024-01-10")
    assert isinstance(force.outcome.error, PipelineError)
    assert force.outcome.error.code == "bad-reference"
    (force.data / "reference" / "named-parties.csv").unlink()
    force.run("2024-01-10")
    assert isinstance(force.outcome.error, PipelineError)
    assert force.outcome.error.code == "no-reference"


# --- later ----------------------------------------------------------------------------------------------------------


def test_a_later_type_redacts_earlier_snapshots_too(force: RegisterForce) -> None:
    assert published(force, "A1,Ann Person,ORG,t,k", "A2,Acme,ORG,t,k", "A2,Safe,ORG,t,k")["A1"][0] == "Ann Person"
    published(force, "A1,Ann Person,IND,t,k", "A2,Acme,ORG,t,k", month="2024-03")
    force.give("named-parties", LIST, "SAFE,PROT,")
    force.run("2024-04-10")
    rows = {(row[0], row[1]): row[2:] for row in force.rows("2024-01") if not row[0].startswith("Z")}
    assert rows == {
        ("A1", "REDACTED PERSONAL DATA"): ["", "k", "personal"],
        ("A2", "Acme"): ["", "", ""],
        ("A2", "REDACTED OTHER"): ["", "", "other"],
    }
    assert {row[0]: row[1] for row in force.rows("2024-03")}["A2"] == "Acme"
    assert not [
        each
        for each in force.data.rglob("*")
        if each.is_file() and "releases" in each.parts and b"Ann" in each.read_bytes()
    ]


def test_a_name_that_was_redacted_is_not_shown_without_a_decision(force: RegisterForce) -> None:
    published(force, "A1,Ann Person,IND,t,k")
    found = published(force, "A1,Ann Person,ORG,t,k", month="2024-02")
    assert found["A1"] == ["REDACTED PERSONAL DATA", "", "k", "personal"]
    assert [each.code for each in force.outcome.state.waits] == ["protection-weakened"]


def test_a_name_that_was_classified_is_shown_in_the_latest_snapshot_only(force: RegisterForce) -> None:
    published(force, "A1,Acme,,t,k")
    published(force, "A1,Acme,,t,other", month="2024-02")
    force.give("named-parties", LIST, "Acme,ORG,Acme Limited")
    force.run("2024-03-10")
    assert force.rows("2024-02")[0] == ["A1", "Acme Limited", "t", "other", ""]
    assert force.rows("2024-01")[0] == ["A1", "", "", "k", ""]
