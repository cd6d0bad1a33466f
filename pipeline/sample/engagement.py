"""The engagement system: events with who came, and the priorities that communities set, as a SQLite file."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from pipeline.sample import words
from pipeline.sample.crimes import days_of
from pipeline.sample.mark import NUMBER_MARK
from pipeline.sample.planting import ATTENDEES, EVENT_PEOPLE, EVENT_PEOPLE_MISPLACED, PRIORITY_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np

    from pipeline.sample.places import Neighbourhood

Event = dict[str, str | int | None]
Cells = tuple[str | int | None, ...]
_TABLES = """
CREATE TABLE event (event_id TEXT PRIMARY KEY, kind TEXT, series TEXT, title TEXT, starts_at TEXT, ends_at TEXT,
    venue_name TEXT, venue_kind TEXT, venue_postcode TEXT, neighbourhood_code TEXT, ward_code TEXT,
    organiser_collar TEXT, officer_present TEXT, channel TEXT, audience TEXT, attendance INTEGER, notes TEXT);
CREATE TABLE attendee (attendee_id TEXT PRIMARY KEY, event_id TEXT, name TEXT, email TEXT, phone TEXT, postcode TEXT,
    age INTEGER, ethnicity TEXT, comment TEXT);
CREATE TABLE priority (priority_id TEXT PRIMARY KEY, neighbourhood_code TEXT, theme TEXT, issue TEXT, raised_on TEXT,
    raised_by TEXT, source_event_id TEXT);
CREATE TABLE priority_update (update_id TEXT PRIMARY KEY, priority_id TEXT, updated_on TEXT, status TEXT, action TEXT,
    updated_by TEXT);
"""
EVENT_COLUMNS = (
    *("event_id", "kind", "series", "title", "starts_at", "ends_at", "venue_name", "venue_kind", "venue_postcode"),
    *("neighbourhood_code", "ward_code", "organiser_collar", "officer_present", "channel", "audience", "attendance"),
    "notes",
)
_VENUES = ("community-centre", "library", "school", "shopping-centre", "place-of-worship", "local-club")
#: Kinds of event that have no room, or no room indoors.
_VENUE_OF = {
    "online-meeting": "online",
    "online-chat": "online",
    "survey": "online",
    "street-meeting": "street",
    "visual-audit": "street",
    "household-visits": "street",
}
_AUDIENCES = ("public", "public", "public", "older-people", "business", "young-people", "faith", "rural")
_SERIES = ("", "", "", "beat-surgery", "what-matters", "street-safe")
_THEMES = ("road-safety", "anti-social-behaviour", "rural-crime", "visibility")


def draw_events(
    areas: Sequence[Neighbourhood], month: str, *, rows: int, codelists: Path, rng: np.random.Generator
) -> Iterator[Event]:
    """Yield ``rows`` plainly good events of ``month``."""
    with (codelists / "engagement-kind.csv").open(encoding="utf-8", newline="") as file:
        kinds = tuple(line["code"] for line in csv.DictReader(file))
    days = days_of(month)
    for number in range(rows):
        kind, hour = kinds[int(rng.integers(0, len(kinds)))], int(rng.integers(9, 20))
        venue = _VENUE_OF.get(kind, _VENUES[int(rng.integers(0, len(_VENUES)))])
        day, area = days[int(rng.integers(0, len(days)))], areas[int(rng.integers(0, len(areas)))]
        yield {
            "event_id": f"{NUMBER_MARK}{month.replace('-', '')}{number:05d}",
            "kind": kind,
            "series": _SERIES[int(rng.integers(0, len(_SERIES)))],
            "title": f"Meet the team with {words.FORENAMES[int(rng.integers(0, len(words.FORENAMES)))]}",
            "starts_at": f"{day} {hour:02d}:30",
            "ends_at": f"{day} {hour + 1:02d}:30",
            "venue_name": f"{words.STREETS[int(rng.integers(0, len(words.STREETS)))]} Hall",
            "venue_kind": venue,
            "venue_postcode": words.POSTCODES[int(rng.integers(0, len(words.POSTCODES)))],
            "neighbourhood_code": area.neighbourhood_code,
            "ward_code": area.ward_code,
            "organiser_collar": f"EX{int(rng.integers(1000, 1400))}",
            "officer_present": ("Y", "Y", "N", "")[int(rng.integers(0, 4))],
            "channel": "online" if venue == "online" else ("in-person", "in-person", "mixed")[int(rng.integers(0, 3))],
            "audience": _AUDIENCES[int(rng.integers(0, len(_AUDIENCES)))],
            "attendance": int(70 * rng.random() ** 2),
            "notes": f"Chair {words.SURNAMES[int(rng.integers(0, len(words.SURNAMES)))]}; tea and biscuits",
        }


def odd_events(plain: Event) -> Iterator[Event]:
    """Yield variants of a good event that try the rules, and the planted people's; eight of them are bad."""
    changes: list[Event] = [
        {"kind": "seance"},
        {"kind": ""},
        {"neighbourhood_code": "XX9"},
        {"neighbourhood_code": ""},
        {"attendance": -3},
        {"officer_present": "maybe"},
        {"starts_at": "2024-02-30 19:00"},
        # withheld by a rule, or published with blanks
        {"venue_kind": "private-home"},
        {"venue_kind": "refuge"},
        {"starts_at": "2024-05-14 19:00"},
        {"audience": "victims"},
        {"audience": "lgbt"},
        {"attendance": None},
        {"attendance": 0},
        {"officer_present": None},
        {"series": None},
        {"neighbourhood_code": "NA"},
        {"starts_at": "2024-03-05"},
        {"starts_at": "05/03/2024 18:00"},
        dict[str, str | int | None](EVENT_PEOPLE_MISPLACED),
        *(dict[str, str | int | None](person.cells) for person in EVENT_PEOPLE),
    ]
    for number, change in enumerate(changes):
        yield {**plain, "event_id": f"{NUMBER_MARK}9{number:05d}", **change}


def write_database(path: Path, events: Sequence[Event]) -> int:
    """Write ``events``, invented attendees and priorities to a SQLite file at ``path``; return how many events."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_TABLES)
        _insert(database, "event", [tuple(event[name] for name in EVENT_COLUMNS) for event in events])
        _insert(database, "attendee", _attendees(events))
        _insert(database, "priority", _priorities(events))
        _insert(database, "priority_update", _updates())
    return len(events)


def _insert(database: sqlite3.Connection, table: str, rows: Sequence[Cells]) -> None:
    """Put ``rows`` into ``table``, one cell for each of its columns."""
    marks = ", ".join("?" * len(rows[0]))
    database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - the names are this module's own


def _attendees(events: Sequence[Event]) -> list[Cells]:
    """Return someone who came to each of the first events; the first are the planted ones."""
    cells = ("name", "email", "phone", "postcode")
    people: list[Cells] = [
        (*(one.cells[name] for name in cells), 34, one.cells["ethnicity"], one.cells["comment"]) for one in ATTENDEES
    ]
    for n, surname in enumerate(words.SURNAMES[:60]):
        name, mailbox = f"{words.FORENAMES[n % 30]} {surname}", f"{surname.lower()}{n}@example.net"
        people.append((name, mailbox, words.PHONES[n * 7], words.POSTCODES[n], 18 + n, "W1", "Thank you"))
    return [
        (f"{NUMBER_MARK}A{n:05d}", event["event_id"], *person)
        for n, (event, person) in enumerate(zip(events, people, strict=False))
    ]


def _priorities(events: Sequence[Event]) -> list[Cells]:
    """Return what communities asked for, one a theme; the first names people."""
    rows: list[Cells] = []
    for n, theme in enumerate(_THEMES):
        issue, by = f"More attention to {theme}", f"{words.FORENAMES[n]} {words.SURNAMES[n]}"
        if n == 0:
            issue, by = PRIORITY_PEOPLE["priority", "issue"], PRIORITY_PEOPLE["priority", "raised_by"]
        event = events[n]
        rows.append(
            (f"{NUMBER_MARK}P{n}", event["neighbourhood_code"], theme, issue, "2024-01-20", by, event["event_id"])
        )
    return rows


def _updates() -> list[Cells]:
    """Return what was done about each priority; the first names people."""
    rows: list[Cells] = []
    for n, status in enumerate(("in-progress", "open", "closed-resolved", "closed-not-resolved")):
        action, by = "Patrols arranged", f"{words.FORENAMES[n + 5]} {words.SURNAMES[n + 5]}"
        if n == 0:
            action, by = PRIORITY_PEOPLE["priority_update", "action"], PRIORITY_PEOPLE["priority_update", "updated_by"]
        rows.append((f"{NUMBER_MARK}U{n}", f"{NUMBER_MARK}P{n}", "2024-03-01", status, action, by))
    return rows
