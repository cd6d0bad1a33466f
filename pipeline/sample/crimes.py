"""Recorded crimes, a month at a time: plausible mixes of types, outcomes and places."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.model.periods import MONTH
from pipeline.sample import words
from pipeline.sample.columns import CHUNK, Draw, column, led, plain, where
from pipeline.sample.mark import CRIME_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.sample.people import Particulars
    from pipeline.sample.places import County, Integers

FORCE = "example"
#: Parts in a thousand of each crime type.
_TYPES = {
    "Violence and sexual offences": 340,
    "Criminal damage and arson": 90,
    "Shoplifting": 95,
    "Other theft": 90,
    "Public order": 85,
    "Vehicle crime": 80,
    "Burglary": 55,
    "Drugs": 38,
    "Other crime": 26,
    "Theft from the person": 22,
    "Bicycle theft": 18,
    "Robbery": 14,
    "Possession of weapons": 13,
}
#: Parts in a hundred of each outcome code; empty is under investigation.
_OUTCOMES = {"": 42, "18": 22, "15": 9, "16": 10, "14": 5, "1": 4, "1A": 1, "3": 1, "8": 2, "20": 1, "21": 1, "C05": 1}
_MINUTES = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))
_HOUSES = (*(str(n) for n in range(1, 150)), "Flat 2", "Flat 11", "Unit 4, Bay C", "")
#: A row's own place is this many metres off its map point, at most, each way.
_OFF = 40
COLUMNS = (
    *("crime_reference", "recorded_on", "occurred_from", "occurred_to", "offence_code", "offence_title", "crime_type"),
    *("outcome_code", "outcome_on", "force_code", "beat_code", "neighbourhood_code", "premises_name", "house_number"),
    *("street", "town", "postcode", "easting", "northing", "location_confidence", "victim_reference"),
    *("victim_surname", "victim_forenames", "victim_dob", "victim_sex", "victim_ethnicity", "victim_phone"),
    *("victim_email", "victim_address", "suspect_surname", "suspect_forenames", "suspect_dob", "suspect_nominal"),
    *("officer_collar", "officer_name", "vehicle_vrm", "mo_text", "is_domestic", "is_hate", "is_child", "is_sexual"),
    "restricted",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What every feed is invented from: the places, the people and the agreed offence codes with their types."""

    county: County
    people: Particulars
    offences: tuple[tuple[str, str], ...]


def read_offences(codelists: Path) -> tuple[tuple[str, str], ...]:
    """Return the agreed offence codes with their crime types."""
    with (codelists / "offence-code.csv").open(encoding="utf-8", newline="") as file:
        return tuple((line["code"], line["crime_type"]) for line in csv.DictReader(file))


def days_of(month: str) -> tuple[str, ...]:
    """Return the days of ``month`` as `YYYY-MM-DD`."""
    return tuple(f"{month}-{day:02d}" for day in range(1, MONTH.last_day(month).day + 1))


def draw_crimes(scene: Scene, month: str, *, rows: int, first: int, rng: np.random.Generator) -> Iterator[pa.Table]:
    """Yield ``rows`` plainly good crimes of ``month`` in the order of recording, numbered from ``first``."""
    moments = np.sort(rng.integers(0, len(days_of(month)) * 1440, rows))
    for start in range(0, rows, CHUNK):
        chunk = moments[start : start + CHUNK]
        draw = Draw(rng, len(chunk))
        cells = {
            "crime_reference": led(
                f"{CRIME_MARK}{month[2:4]}*", np.arange(first + start, first + start + len(chunk)), 7
            ),
            **_when(draw, month, chunk),
            **_what(draw, scene),
            **_place(draw, scene.county),
            **_victim(draw, scene.people),
            **_suspect(draw, scene.people),
            **_flags(draw),
        }
        yield pa.table([cells[name] for name in COLUMNS], names=list(COLUMNS))


def _when(draw: Draw, month: str, moments: Integers) -> dict[str, pa.Array]:
    """Return the moments of recording, in the two forms that systems write, and of what happened before."""
    iso, day = days_of(month), moments // 1440
    british = tuple("/".join(reversed(text.split("-"))) for text in iso)
    form = draw.index(2, (97, 3)) * len(iso)
    time = column(moments % 1440, _MINUTES)
    both = plain(column(day + form, iso + british))
    earlier = plain(column(np.maximum(day - draw.index(4), 0) + form, iso + british))
    later = plain(column(np.minimum(day + draw.index(25), len(iso) - 1), iso))
    return {
        "recorded_on": pc.if_else(draw.filled(0.99), pc.binary_join_element_wise(both, plain(time), " "), both),
        "occurred_from": pc.binary_join_element_wise(earlier, plain(draw.of(_MINUTES)), " "),
        "occurred_to": where(draw.filled(0.6), pc.binary_join_element_wise(both, "00:05", " ")),
        "outcome_on": later,
    }


def _what(draw: Draw, scene: Scene) -> dict[str, pa.Array]:
    """Return offence, type and outcome; one offence code in a hundred is empty."""
    share = {kind: _TYPES.get(kind, 1) / sum(1 for _, other in scene.offences if other == kind) for kind in _TYPES}
    index = draw.index(len(scene.offences), [share.get(kind, 0.1) for _, kind in scene.offences])
    codes, kinds = (tuple(values) for values in zip(*scene.offences, strict=True))
    titles = tuple(f"{kind}, class {code}" for code, kind in scene.offences)
    return {
        "offence_code": where(draw.filled(0.99), column(index, codes)),
        "offence_title": column(index, titles),
        "crime_type": column(index, kinds),
        "outcome_code": draw.of(tuple(_OUTCOMES), tuple(_OUTCOMES.values())),
        "force_code": draw.of((FORCE,)),
    }


def place_columns(draw: Draw, county: County) -> tuple[Integers, dict[str, pa.Array]]:
    """Return each row's map point and its raw coordinates, confidence, beat and neighbourhood; 2.5 % know no place."""
    point = draw.index(len(county.weight), county.weight.tolist())
    known = draw.filled(0.975)
    east = county.easting[point] + draw.rng.integers(-_OFF, _OFF, draw.rows)
    north = county.northing[point] + draw.rng.integers(-_OFF, _OFF, draw.rows)
    near = pc.if_else(known, plain(draw.of(("exact", "street"), (82, 18))), "unknown")
    areas = county.neighbourhoods
    return point, {
        "easting": where(known, led("", east)),
        "northing": where(known, led("", north)),
        "location_confidence": near,
        "beat_code": column(county.home[point], tuple(area.beat_code for area in areas)),
        "neighbourhood_code": column(county.home[point], tuple(area.neighbourhood_code for area in areas)),
    }


def _place(draw: Draw, county: County) -> dict[str, pa.Array]:
    """Return where it happened, as the system knows it: to the house."""
    point, cells = place_columns(draw, county)
    streets = tuple(name.removeprefix("On or near ") for name in county.location)
    return {
        **cells,
        "premises_name": draw.of(words.PREMISES),
        "house_number": draw.of(_HOUSES),
        "street": column(point, streets),
        "town": draw.of(words.TOWNS),
        "postcode": draw.of(words.POSTCODES),
    }


def _victim(draw: Draw, people: Particulars) -> dict[str, pa.Array]:
    """Return the victim of four rows in five, all cells or none."""
    there, who = draw.filled(0.8), draw.index(len(people.names))
    forenames, surnames = zip(*(name.split(" ", 1) for name in people.names), strict=True)
    return {
        "victim_reference": where(there, draw.number(100_000, 999_999, "V")),
        "victim_surname": where(there, column(who, surnames)),
        "victim_forenames": where(there, column(who, forenames)),
        "victim_dob": where(there, draw.of(people.births)),
        "victim_sex": where(there, draw.of(("F", "M", "U"), (50, 48, 2))),
        "victim_ethnicity": where(there, draw.of(words.ETHNICITIES)),
        "victim_phone": where(there, draw.of(words.PHONES)),
        "victim_email": where(there, column(who, people.emails)),
        "victim_address": where(there, draw.of(people.addresses)),
    }


def _suspect(draw: Draw, people: Particulars) -> dict[str, pa.Array]:
    """Return the suspect of one row in three, the officer, a vehicle now and then, and the narrative."""
    there, who = draw.filled(0.33), draw.index(len(people.names))
    forenames, surnames = zip(*(name.split(" ", 1) for name in people.names), strict=True)
    officer = draw.index(400)
    return {
        "suspect_surname": where(there, column(who, surnames)),
        "suspect_forenames": where(there, column(who, forenames)),
        "suspect_dob": where(there, draw.of(people.births)),
        "suspect_nominal": where(there, draw.number(10_000, 99_999, "NOM")),
        "officer_collar": led("EX", officer + 1000),
        "officer_name": column(officer, tuple(f"PC {name}" for name in people.names[:400])),
        "vehicle_vrm": where(draw.filled(0.12), draw.of(words.PLATES)),
        "mo_text": draw.of(people.narratives),
    }


def _flags(draw: Draw) -> dict[str, pa.Array]:
    """Return what kind of victim it was, and whether the record is restricted: few are."""
    shares = {"is_domestic": 0.15, "is_hate": 0.02, "is_child": 0.04, "is_sexual": 0.03, "restricted": 0.004}
    return {name: draw.of(("N", "Y"), (1 - share, share)) for name, share in shares.items()}
