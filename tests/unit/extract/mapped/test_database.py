"""Tables and queries of a force's own database, read as an agreed extract."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import InputError
from pipeline.extract.database import Database
from pipeline.extract.mapped import Kinds, MappedDatabase
from pipeline.extract.reader import anew
from pipeline.model.mapping import ExportMapping, Fate
from pipeline.model.periods import MONTH

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = Database(source="engagement", default="e.sqlite", table="event", key="event_id")
AGREED = ("event_id", "starts_at", "kind", "notes")
COLUMNS = {"event_id": ("Ref",), "starts_at": ("Held On",), "kind": ("type",)}


def source(*, table: str = "", query: str = "", **changes: object) -> MappedDatabase:
    facts = {
        "columns": COLUMNS,
        "codes": {"kind": {"B": "beat-meeting"}},
        "withheld": {"Chair": Fate("no", "an officer")},
        **changes,
    }
    mapping = ExportMapping(feed="events", table=table, query=query, **facts)  # type: ignore[arg-type] # as settings give them
    return MappedDatabase(mapping, EVENTS, Kinds(dates=("starts_at",)), MONTH, {"Chair": "Chair"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "e.sqlite")) as database, database:
        database.execute('CREATE TABLE meeting (ref TEXT, "held on" TEXT, TYPE TEXT, chair TEXT)')
        rows = [("M2", "2024-01-03 10:00", "B", "Jane"), ("M1", "2024-01-02", "S", None), (None, b"\xff", "B", "Joe")]
        database.executemany("INSERT INTO meeting VALUES (?, ?, ?, ?)", rows)
    return tmp_path


def refusal(folder: Path, of: MappedDatabase) -> str:
    with pytest.raises(InputError) as caught:
        of.read(folder, of.whole, AGREED, (*AGREED, "Chair"))
    return str(caught.value)


def test_a_table_is_read_in_the_order_of_its_columns(folder: Path) -> None:
    of = source(table="meeting")
    assert of.extracts(folder, MONTH, anew) == {"database:event": ""}
    found = of.read(folder, of.whole, (*AGREED, "Chair"), (*AGREED, "Chair"))
    assert {name: column.to_pylist() for name, column in found.cells.items()} == {
        "event_id": [None, "M1", "M2"],
        "starts_at": [None, "2024-01-02", "2024-01-03 10:00"],
        "kind": ["beat-meeting", "S", "beat-meeting"],
        "notes": [None, None, None],
        "Chair": ["Joe", None, "Jane"],
    }
    assert [tuple(each) for each in found.problems] == [(1, "starts_at", "unreadable-cell")]


def test_a_query_selects_and_renames(folder: Path) -> None:
    query = "SELECT ref, \"held on\", type FROM meeting WHERE ref LIKE 'M%' AND '10:30' <> '%s'"
    found = source(query=query).read(folder, "database:event", ("event_id",), AGREED)
    assert found.cells["event_id"].to_pylist() == ["M1", "M2"]


def test_a_column_that_is_not_mentioned_stops_the_feed(folder: Path) -> None:
    said = refusal(folder, source(table="meeting", withheld={}))
    assert "unknown-column: database, events: the mapping does not mention column D (its name is not shown)" in said


def test_a_column_that_comes_twice_stops_the_feed(folder: Path) -> None:
    said = refusal(folder, source(query='SELECT ref, ref AS "REF ", "held on", type FROM meeting'))
    assert "more than once: `Ref`" in said


def test_what_the_database_does_not_understand_is_said_without_its_words(folder: Path) -> None:
    said = refusal(folder, source(query="SELECT zebedee FROM meeting"))
    assert "broken-database" in said or "database-unusable" in said
    assert "zebedee" not in said
    assert "missing-table" in refusal(folder, source(table="nothing"))


def test_a_query_cannot_write(folder: Path) -> None:
    before = (folder / "e.sqlite").read_bytes()
    refusal(folder, source(query="WITH x AS (SELECT 1) INSERT INTO meeting SELECT 1, 2, 3, 4"))
    assert (folder / "e.sqlite").read_bytes() == before


def test_a_database_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert source(table="meeting").extracts(tmp_path, MONTH, anew) == {}
