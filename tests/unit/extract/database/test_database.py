"""A database is read as text, from one table only, and never written; its address is never shown."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

import pipeline.extract.database.sqlite as sqlite_module
from pipeline.errors import InputError, PipelineError, SettingsError
from pipeline.extract.database.connected import Watch, within
from pipeline.extract.database.database import Database, text_of
from pipeline.extract.reader import anew
from pipeline.model.periods import MONTH as CALENDAR
from pipeline.model.source import Connection, Connections, Secret
from pipeline.model.tables import CellProblem
from tests.lib.refused import refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.model.tables import Extracted

COLUMNS = ("event_id", "kind", "attendance", "notes")
EVENTS = Database(source="engagement", default="engagement/events.sqlite", table="event", key="event_id")
#: A cell, and a password, that must never be seen in a message.
LIMITS = Connections()
PERSON, PASSWORD = "Featherstonehaugh", "correct-horse"


def make(
    root: Path, *rows: Sequence[object], create: str = "CREATE TABLE event (event_id, kind, attendance, notes)"
) -> Path:
    path = root / EVENTS.default
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(create)
        database.executemany("INSERT INTO event VALUES (?, ?, ?, ?)", rows)
    return path


def read(root: Path, columns: Sequence[str] = COLUMNS) -> Extracted:
    return EVENTS.read(root, EVENTS.whole, columns, COLUMNS)


def at(address: str, source: Database = EVENTS, limits: Connections = LIMITS) -> Database:
    """Return the source at an address that the settings give."""
    return source.at(limits._replace(named={source.source: Connection("", "", Secret(address))}))


def rows(extracted: Extracted) -> list[tuple[str | None, ...]]:
    return list(zip(*(column.to_pylist() for column in extracted.cells.values()), strict=True))


def refusal(call: Callable[[], object]) -> PipelineError:
    return refused(call, PERSON, PASSWORD)


def test_values_become_text_in_the_order_of_the_key(tmp_path: Path) -> None:
    make(tmp_path, ("e2", " street stall\u00a0", 12, 0.1), ("e1", "", -3, 40.0), ("e3", None, 1e21, "007"))
    extracted = read(tmp_path)
    assert rows(extracted) == [
        ("e1", None, "-3", "40"),
        ("e2", "street stall", "12", "0.1"),
        ("e3", None, "1000000000000000000000", "007"),
    ]
    assert (extracted.path, extracted.rows.to_pylist(), extracted.problems) == ("database:event", [1, 2, 3], ())
    assert extracted.rows.type == pa.int64()
    assert extracted.path == EVENTS.whole


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.datetime.fromisoformat("2024-01-03T09:12:00"), "2024-01-03 09:12:00"),
        (dt.datetime.fromisoformat("2024-01-03T09:12:00.5"), "2024-01-03 09:12:00"),
        (dt.datetime(2024, 3, 31, 23, 30, tzinfo=dt.UTC), "2024-04-01 00:30:00"),
        (dt.datetime(2024, 1, 31, 23, 30, tzinfo=dt.UTC), "2024-01-31 23:30:00"),
        (dt.datetime(2024, 1, 1, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=1))), "2023-12-31 23:30:00"),
        (dt.datetime(2024, 7, 1, 0, 30, tzinfo=ZoneInfo("Europe/London")), "2024-07-01 00:30:00"),
        (dt.datetime(9999, 12, 31, 23, 30, tzinfo=dt.timezone(-dt.timedelta(hours=1))), "\0unreadable"),
        (dt.date(2024, 1, 3), "2024-01-03"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (True, "TRUE"),
        (0, "0"),
        (0.0, "0"),
        ("", None),
        (None, None),
    ],
)
def test_values_of_other_databases(value: object, text: str | None) -> None:
    assert text_of(value) == text


def test_what_no_text_stands_for_is_a_problem_of_its_cell(tmp_path: Path) -> None:
    make(tmp_path, ("e1", b"\xff\x00", float("inf"), "x"), ("e2", "k", 1, "a\0b"))
    with closing(sqlite3.connect(tmp_path / EVENTS.default)) as database, database:
        database.execute("INSERT INTO event VALUES ('e3', CAST(x'C3' AS TEXT), 1, 'x')")
    extracted = read(tmp_path)
    assert extracted.problems == (
        CellProblem(1, "attendance", "unreadable-cell"),
        CellProblem(1, "kind", "unreadable-cell"),
        CellProblem(2, "notes", "unreadable-cell"),
        CellProblem(3, "kind", "unreadable-cell"),
    )
    assert rows(extracted) == [("e1", None, None, "x"), ("e2", "k", "1", None), ("e3", None, "1", "x")]
    assert read(tmp_path, ["event_id"]).problems == ()


def test_asked_columns_and_dictionaries(tmp_path: Path) -> None:
    make(tmp_path, ("e1", "a", 1, "x"), ("e2", "a", 2, "x"))
    extracted = EVENTS.read(tmp_path, EVENTS.whole, ["notes", "kind"], COLUMNS, dictionaries=["kind"])
    assert list(extracted.cells) == ["notes", "kind"]
    assert extracted.cells["kind"].dictionary.to_pylist() == ["a"]
    nothing = read(tmp_path, [])
    assert (len(nothing.cells), nothing.rows.to_pylist()) == (0, [1, 2])


def test_more_rows_than_a_batch_and_none_at_all(tmp_path: Path) -> None:
    path = make(tmp_path, *((f"e{number:05}", "k", number, None) for number in range(12_345)))
    extracted = read(tmp_path)
    assert extracted.cells["attendance"].to_pylist() == [str(number) for number in range(12_345)]
    path.unlink()
    make(tmp_path)
    assert rows(read(tmp_path)) == []


def test_the_digest_is_of_the_selected_rows(tmp_path: Path) -> None:
    path = make(tmp_path, ("e1", "ab", "c", None))
    whole, part = read(tmp_path), read(tmp_path, ["event_id"])
    assert read(tmp_path).sha256 == whole.sha256 != part.sha256
    for change in ("kind = 'a', attendance = 'bc'", "notes = ''", "notes = '-'"):
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE event SET kind = 'ab', attendance = 'c', notes = NULL")
            database.execute(f"UPDATE event SET {change}")  # noqa: S608 - a constant of this test
        assert (read(tmp_path).sha256 == whole.sha256) == (change == "notes = ''")
        assert read(tmp_path, ["event_id"]).sha256 == part.sha256


def test_only_the_named_table_is_read(tmp_path: Path) -> None:
    path = make(tmp_path, ("e1", "k", 1, "x"))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE attendee (name)")
        database.execute("INSERT INTO attendee VALUES (?)", [PERSON])
    touched: set[str | None] = set()

    def watch(action: int, table: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ:
            touched.add(table)
        return sqlite3.SQLITE_OK

    connect = sqlite3.connect

    def watched(*arguments: object, **named: object) -> sqlite3.Connection:
        connection = connect(*arguments, **named)  # type: ignore[call-overload] # as they came
        assert isinstance(connection, sqlite3.Connection)
        connection.set_authorizer(watch)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", watched)
        read(tmp_path)
    assert {name for name in touched if name and not name.startswith("sqlite_")} == {"event"}


def test_nothing_is_written_and_nothing_is_made(tmp_path: Path) -> None:
    path = make(tmp_path, ("e1", "k", 1, "x"))
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    read(tmp_path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208 - the plainest list of names
    absent = tmp_path / "elsewhere.sqlite"
    error = refusal(lambda: at(f"sqlite:///{absent}").read(tmp_path, EVENTS.whole, COLUMNS, COLUMNS))
    assert error.text() == (
        "database-unusable: database, table `event`: the database cannot be reached or does not let us read\n"
        "  to do: check its address, that it is running, and that the account may read the table"
    )
    assert not absent.exists()


def test_a_database_with_a_write_ahead_log_is_read_and_nothing_is_made(tmp_path: Path) -> None:
    path = make(tmp_path, ("e1", "k", 1, "x"))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
    assert len(rows(read(tmp_path))) == 1
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208 - the plainest list of names
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO event VALUES ('e2', 'k', 2, 'y')")
        database.commit()
        assert len(rows(read(tmp_path))) == 2


def test_a_log_that_was_left_is_read_and_nothing_is_made_beside_it(tmp_path: Path) -> None:
    path = make(tmp_path, ("e1", "k", 1, "x"))
    copy = tmp_path / "elsewhere" / path.name
    copy.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("INSERT INTO event VALUES ('e2', 'k', 2, 'y')")
        database.commit()
        for name in (path.name, f"{path.name}-wal"):
            shutil.copyfile(path.with_name(name), copy.with_name(name))
    before = {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in copy.parent.iterdir()}
    address = f"sqlite:///{copy}"
    assert len(rows(at(address).read(tmp_path, EVENTS.whole, COLUMNS, COLUMNS))) == 2
    assert {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in copy.parent.iterdir()} == before


def test_any_address_works_also_a_uri(tmp_path: Path) -> None:
    path = make(tmp_path, ("e1", "k", 1, "x"))
    for address in (f"sqlite:///{path}", f"sqlite:///file:{path}?mode=rwc&uri=true"):
        assert len(rows(at(address).read(tmp_path / "elsewhere", EVENTS.whole, COLUMNS, COLUMNS))) == 1
        assert at(address).extracts(tmp_path, CALENDAR, anew)


def test_whether_it_is_there(tmp_path: Path) -> None:
    assert not EVENTS.extracts(tmp_path, CALENDAR, anew)
    path = make(tmp_path)
    assert EVENTS.extracts(tmp_path, CALENDAR, anew)
    other = Database(source="engagement", default="", table="priority", key="priority_id")
    assert not at(f"sqlite:///{path}", other).extracts(tmp_path, CALENDAR, anew)


@pytest.mark.parametrize(
    ("address", "what"),
    [
        (f"{PASSWORD}", "it is no address of a database"),
        (f"nosuchkind://user:{PASSWORD}@host/base", "no driver for its kind of database is installed"),
        (f"postgresql+nosuchdriver://user:{PASSWORD}@host/base", "no driver for its kind of database is installed"),
        (f"sqlite://user:{PASSWORD}@host:port/base", "it is no address of a database"),
    ],
)
def test_an_address_that_cannot_be_used(tmp_path: Path, address: str, what: str) -> None:
    error = refusal(lambda: at(address).read(tmp_path, EVENTS.whole, COLUMNS, COLUMNS))
    assert isinstance(error, SettingsError)
    assert error.text() == (
        f"bad-setting: the address of the source `engagement`: the address cannot be used: {what}\n"
        "  to do: write it as SQLAlchemy does: kind://user:password@host/database"
    )


def test_columns_are_exactly_the_declared_ones(tmp_path: Path) -> None:
    make(tmp_path, create="CREATE TABLE event (event_id, kind, attendance, extra_code)")
    assert refusal(lambda: read(tmp_path)).text() == (
        "unknown-column: engagement/events.sqlite: the columns are not the declared ones; "
        "not declared: `extra_code` (column 4); missing: `notes`\n"
        "  to do: have the extract exported with the agreed columns; `pipeline datasets NAME` lists the agreed columns"
    )


def test_blanks_around_the_names_of_columns_count_for_nothing(tmp_path: Path) -> None:
    make(
        tmp_path,
        ("b", "x", 1, None),
        ("a", "y", 2, None),
        create='CREATE TABLE event (" event_id", "kind ", attendance, "notes\u00a0")',
    )
    assert rows(read(tmp_path, ("event_id", "kind"))) == [("a", "y"), ("b", "x")]


def test_a_missing_table(tmp_path: Path) -> None:
    make(tmp_path)
    other = Database(source="engagement", default=EVENTS.default, table="priority", key="priority_id")
    error = refusal(lambda: other.read(tmp_path, other.whole, COLUMNS, COLUMNS))
    assert error.text() == (
        "missing-table: engagement/events.sqlite: the database has no table `priority`\n"
        "  to do: correct the address, or the table's name in the dataset's declaration or in its mapping"
    )


def test_a_locked_database_can_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_module, "_PATIENCE_S", 0.05)
    path = make(tmp_path, ("e1", "k", 1, PERSON))
    with closing(sqlite3.connect(path)) as database:
        database.execute("BEGIN EXCLUSIVE")
        error = refusal(lambda: read(tmp_path))
    assert error.transient
    assert error.text() == (
        "database-busy: engagement/events.sqlite: the database is locked by another program\n"
        "  to do: run again in a while"
    )


def _garble(data: bytes) -> bytes:
    page = 4096
    return data[:page] + b"\x55" * (len(data) - page)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda _: b"", "broken-database"),
        (lambda _: b"event_id,kind\ne1,x\n", "broken-database"),
        (_garble, "broken-database"),
        (lambda data: data[: len(data) // 2], "broken-database"),
        (lambda data: data[:60], "broken-database"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, change: Callable[[bytes], bytes], code: str) -> None:
    path = make(tmp_path, *((f"e{number}", "k", number, PERSON * 50) for number in range(200)))
    path.write_bytes(change(path.read_bytes()))
    error = refusal(lambda: read(tmp_path))
    assert isinstance(error, InputError)
    assert error.code == code
    assert error.where == "engagement/events.sqlite"


def test_a_pipe_or_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "raw"
    root.mkdir()
    outside = make(tmp_path)
    (root / "engagement").mkdir()
    (root / EVENTS.default).symlink_to(outside)
    assert refusal(lambda: read(root)).code == "path-escapes"
    (root / EVENTS.default).unlink()
    os.mkfifo(root / EVENTS.default)
    assert refusal(lambda: read(root)).code == "not-a-file"


ENDLESS = """CREATE VIEW event AS WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each)
SELECT n AS event_id, 'k' AS kind, n AS attendance, 'x' AS notes FROM each"""


def endless(root: Path) -> Path:
    path = root / EVENTS.default
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(ENDLESS)
    return path


def test_a_view_that_never_ends_is_interrupted(tmp_path: Path) -> None:
    path = endless(tmp_path)
    limits = Connections(first_row_seconds=1)
    started = time.monotonic()
    for source in (EVENTS.at(limits), at(f"sqlite:///{path}", limits=limits)):
        error = refusal(lambda: source.read(tmp_path, EVENTS.whole, COLUMNS, COLUMNS))  # noqa: B023 - called at once
        assert (error.code, error.transient) == ("database-slow", True)
        assert "no row came within 1 seconds" in error.text()
    assert time.monotonic() - started < 5
    assert not [each for each in threading.enumerate() if each.name == "database"]


def test_a_query_that_goes_on_and_on_is_interrupted() -> None:
    watch = Watch(Connections(query_seconds=1), where="database, table `event`")

    def work() -> None:
        while True:
            watch.came(1)
            time.sleep(0.01)

    error = refusal(lambda: within(watch, work))
    assert error.code == "database-endless"
    assert "more than 1 seconds" in error.text()
    watch.limits = Connections(most_rows=0)  # ends the thread


def test_more_rows_than_any_extract_has_are_refused(tmp_path: Path) -> None:
    make(tmp_path, *((f"e{number:05}", "k", number, None) for number in range(1_001)))
    limits = Connections(most_rows=1_000)
    error = refusal(lambda: EVENTS.at(limits).read(tmp_path, EVENTS.whole, COLUMNS, COLUMNS))
    assert error.code == "database-endless"
    assert len(EVENTS.at(Connections(most_rows=1_001)).read(tmp_path, EVENTS.whole, COLUMNS, COLUMNS).rows) == 1_001
