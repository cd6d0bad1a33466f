"""Making the sample: every file of the example force, the list of planted identities and the manifest."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import SettingsError
from pipeline.plain import read_plain
from pipeline.sample import engagement, incidents, ledger, places
from pipeline.sample.columns import spread, write_csv
from pipeline.sample.crime_oddities import odd_crimes, odd_incidents
from pipeline.sample.crimes import COLUMNS, Scene, draw_crimes, read_offences
from pipeline.sample.ledger_oddities import odd_lines, planted_lines
from pipeline.sample.manifest import manifest_files, write_manifest, write_planted
from pipeline.sample.people import invent_particulars
from pipeline.sample.planting import (
    ASB_PEOPLE,
    ATTENDEES,
    CRIME_PEOPLE,
    EVENT_PEOPLE,
    EVENT_PEOPLE_MISPLACED,
    ON_PURPOSE,
    PRIORITY_PEOPLE,
    Planted,
    planted_in,
)
from pipeline.sample.suppliers import supplier_type_lines
from pipeline.sample.words import PERSON_STREET
from pipeline.sample.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

MONTHS = ("2024-01", "2024-02", "2024-03")
EMPTY_LEDGER = "2023-12"
_SEED = 20240410
_CRIMES = 2000
_FEWEST, _MOST = 200, 2_500_000


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What was made: each file's path below the data folder with its rows, and how many identities are planted.

    ``kept`` are lists that somebody edited since they were made: they stay as they are.
    """

    files: tuple[tuple[str, int], ...]
    planted: int
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many ordinary rows each feed has a month; the other feeds follow the crimes, up to a limit."""

    crimes: int
    incidents: int
    lines: int
    events: int

    @classmethod
    def of(cls, crimes: int) -> _Sizes:
        """Return the sizes that go with ``crimes`` a month."""
        return cls(crimes, crimes * 3 // 10, min(crimes * 4 // 10, 20_000), min(max(crimes * 3 // 100, 20), 5_000))


def make_sample(data: Path, *, rows: int | None = None, codelists: Path) -> SampleReport:
    """Write the invented extracts and reference data below ``data``, the same bytes every time.

    ``rows`` is the number of recorded crimes a month, 2,000 by default; the other feeds follow it.  ``codelists``
    is the folder of the agreed code lists.  What is planted and a manifest are written below `private/sample`, for
    the owner only.  Raises `SettingsError` ``bad-setting`` when ``rows`` is too small for the odd rows or too large.
    """
    rows = _CRIMES if rows is None else rows
    if not _FEWEST <= rows <= _MOST:
        message = f"a sample has {_FEWEST} to {_MOST} recorded crimes a month"
        raise SettingsError("bad-setting", message, where="--rows", fix=f"pipeline sample --rows {_CRIMES}")
    county = places.invent_county(_generator("county"))
    people = invent_particulars(_generator("people"))
    scene = Scene(county=county, people=people, offences=read_offences(codelists))
    before, lists = manifest_files(data), _lists(county)
    kept = tuple(path for path, text in lists.items() if _is_edited(data / path, text, before.get(path, "")))
    lists = {path: text for path, text in lists.items() if path not in kept}
    files = (*_write_lists(data, lists), *_write_extracts(data, _Sizes.of(rows), scene, codelists))
    planted = tuple(all_planted())
    write_planted(data, planted)
    write_manifest(data, [path for path, _ in files], {path: before[path] for path in kept if path in before})
    return SampleReport(files, len(planted), kept)


def _generator(feed: str, month: str = "") -> np.random.Generator:
    """Return a generator of its own for each file, so that one feed's size changes no other."""
    digest = hashlib.sha256(f"{_SEED} {feed} {month}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def _lists(county: places.County) -> dict[str, str]:
    """Return the reference lists by path."""
    return {
        "reference/map-points.csv": places.point_lines(county),
        "reference/neighbourhoods.csv": places.neighbourhood_lines(county),
        "reference/supplier-types.csv": supplier_type_lines(),
    }


def _is_edited(path: Path, text: str, before: str) -> bool:
    """Return whether a list is neither ``text`` nor what was made ``before``, by its sha256."""
    if not path.is_file():
        return False
    now = hashlib.sha256(read_plain(path)).hexdigest()
    return now not in (before, hashlib.sha256(text.encode()).hexdigest())


def _write_lists(data: Path, lists: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Write reference lists; yield each path and its rows."""
    for path, text in lists.items():
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        (data / path).write_text(text, encoding="utf-8", newline="")
        yield path, text.count("\n") - 1


def _write_extracts(data: Path, sizes: _Sizes, scene: Scene, codelists: Path) -> Iterator[tuple[str, int]]:
    """Write every extract; yield each path and its rows."""
    yield from _write_folders(data, sizes, scene)
    name = f"raw/expenditure/ledger/{EMPTY_LEDGER}.xlsx"
    yield name, write_workbook(data / name, EMPTY_LEDGER, ())
    for month in MONTHS:
        name = f"raw/expenditure/ledger/{month}.xlsx"
        yield name, write_workbook(data / name, month, invent_lines(month, sizes.lines))
    name = "raw/engagement/engagement.sqlite"
    yield name, engagement.write_database(data / name, _events(scene.county, sizes.events, codelists))


def _write_folders(data: Path, sizes: _Sizes, scene: Scene) -> Iterator[tuple[str, int]]:
    """Write the CSV extracts of crimes and incidents; yield each path and its rows."""
    for place, month in enumerate(MONTHS):
        odd = odd_crimes(scene.county, month, MONTHS)
        first, rng = 1 + place * sizes.crimes, _generator("recorded-crime", month)
        chunks = draw_crimes(scene, month, rows=sizes.crimes - len(odd), first=first, rng=rng)
        name = f"raw/crime/recorded-crime/{month}.csv"
        yield name, write_csv(data / name, COLUMNS, _with_odd(chunks, odd))
        odd = odd_incidents(scene.county, month, MONTHS)
        first, rng = 1 + place * sizes.incidents, _generator("asb-incidents", month)
        chunks = incidents.draw_incidents(scene, month, rows=sizes.incidents - len(odd), first=first, rng=rng)
        name = f"raw/crime/asb-incidents/{month}.csv"
        yield name, write_csv(data / name, incidents.COLUMNS, _with_odd(chunks, odd))


def _with_odd(chunks: Iterator[pa.Table], odd: list[dict[str, str]]) -> Iterator[pa.Table]:
    """Yield ``chunks`` with the odd rows spread over the first."""
    yield spread(next(chunks), odd)
    yield from chunks


def invent_lines(month: str, lines: int) -> list[ledger.Line]:
    """Return about ``lines`` ledger lines of ``month``, the odd ones last."""
    odd = odd_lines(month, MONTHS)
    first = 5_000_000 + 100_000 * MONTHS.index(month)
    drawn = ledger.draw_ledger(month, lines=lines - len(odd), first=first, rng=_generator("ledger", month))
    return [*drawn, *odd]


def _events(county: places.County, rows: int, codelists: Path) -> list[engagement.Event]:
    """Return the events of all months, and the odd ones."""
    areas = county.neighbourhoods
    events = list(
        itertools.chain.from_iterable(
            engagement.draw_events(areas, month, rows=rows, codelists=codelists, rng=_generator("events", month))
            for month in MONTHS
        )
    )
    plain = events[0] | {
        "kind": "surgery",
        "venue_kind": "library",
        "audience": "public",
        "starts_at": "2024-02-07 18:30",
    }
    return [*events, *engagement.odd_events(plain)]


def all_planted() -> Iterator[Planted]:
    """Yield every planted value of every feed, and the street that is published although it names a person."""
    for feed, people, text_column in (
        ("recorded-crime", CRIME_PEOPLE, "mo_text"),
        ("asb-incidents", ASB_PEOPLE, "log_text"),
        ("events", EVENT_PEOPLE, "notes"),
        ("attendee", ATTENDEES, "comment"),
    ):
        for person in people:
            yield from planted_in(feed, person, text_column)
    for column, value in EVENT_PEOPLE_MISPLACED.items():
        yield Planted("events", column, "name", value)
    for (table, column), value in PRIORITY_PEOPLE.items():
        yield Planted(table, column, "name", value)
    yield from planted_lines()
    yield Planted("recorded-crime", "street", ON_PURPOSE, PERSON_STREET)
