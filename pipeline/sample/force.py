"""The example force: what every extract is drawn from, so that its tables agree, and the lists that it keeps."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pipeline.sample.draw import Force, Truth
from pipeline.sample.expenditure import CONTRACTORS
from pipeline.sample.places import county_lists, invent_county
from pipeline.sample.words import WORDS, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.codelists import CodeLists
    from pipeline.sample.draw import Lore
    from pipeline.sample.places import County

_SEED = 20240410
#: The last month of every sample.
LAST_MONTH = "2024-03"
#: A row's own place is this many metres off its map point, at most, each way.
_OFF = 40
_PLACES = 20_000
_FIRST_BIRTH, _BIRTH_DAYS = dt.date(1935, 1, 1), 26_000
_PARTS = ("name", "forenames", "surname", "email", "birth-date", "address", "phone", "sex", "trait")
#: Parts in a thousand of the places that nobody knows, and of those known to the street.
_UNKNOWN, _STREET = 25, 180


def generator(*of: str) -> np.random.Generator:
    """Return a generator of its own for each thing that is drawn, so that one's size changes no other."""
    digest = hashlib.sha256(" ".join((str(_SEED), *of)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


@cache
def lore() -> Mapping[str, Lore]:
    """Return what modules here know beyond declarations, by the family that each is named after."""
    package = importlib.import_module("pipeline.sample")
    modules = {each.name: f"pipeline.sample.{each.name}" for each in pkgutil.iter_modules(package.__path__)}
    found = {name: getattr(importlib.import_module(module), "LORE", None) for name, module in modules.items()}
    return {name: known for name, known in found.items() if known}


def invent_force(codelists: CodeLists, *, first_month: str) -> Force:
    """Return the force with what the families know of it."""
    county, people = invent_county(generator("county")), _people(generator("people"))
    truths = {
        "place": _places(county, generator("places")),
        "person": people,
        "force": Truth({"slug": ("example",)}),
        "body": Truth({"code": ("FORCE", "OPCC")}, (4, 1)),
        "department": Truth({"name": WORDS["departments"]}),
        "company": Truth({"name": WORDS["companies"][:CONTRACTORS]}),
    }
    lists = county_lists(county)
    for each in lore().values():
        truths |= each.truths(codelists)
        lists |= {f"{name}.csv": text for name, text in each.lists().items()}
    return Force(
        truths=truths,
        narratives=_narratives(people, generator("narratives")),
        codelists=codelists,
        first_month=first_month,
        county=county,
        lists=lists,
    )


def _places(county: County, rng: np.random.Generator) -> Truth:
    """Return places near map points, as systems know them: to the metre, to the street, or not at all."""
    point = rng.choice(len(county.weight), _PLACES, p=county.weight)
    off = rng.integers(-_OFF, _OFF, (2, _PLACES))
    sure = np.where(rng.integers(0, 1000, _PLACES) < _STREET, "street", "exact").astype("U7")
    sure[rng.integers(0, 1000, _PLACES) < _UNKNOWN] = "unknown"
    sure[0] = "exact"
    known = sure != "unknown"
    areas = [county.neighbourhoods[home] for home in county.home[point]]
    return Truth(
        {
            "easting": np.where(known, (county.easting[point] + off[0]).astype(str), "").tolist(),
            "northing": np.where(known, (county.northing[point] + off[1]).astype(str), "").tolist(),
            "location_confidence": sure.tolist(),
            "beat_code": [area.beat_code for area in areas],
            "neighbourhood_code": [area.neighbourhood_code for area in areas],
            "ward_code": [area.ward_code for area in areas],
            "street": [county.points[each].location.removeprefix("On or near ") for each in point],
            "town": rng.choice(WORDS["towns"], _PLACES).tolist(),
            "postcode": rng.choice(WORDS["postcodes"], _PLACES).tolist(),
            "house_number": [str(number) for number in rng.integers(1, 150, _PLACES)],
            "premises_name": rng.choice(WORDS["premises"], _PLACES).tolist(),
        }
    )


def _people(rng: np.random.Generator) -> Truth:
    """Return people with their particulars; one row in five is about nobody."""

    def pick(pool: Sequence[str]) -> str:
        return pool[int(rng.integers(0, len(pool)))]

    everybody = []
    for _ in range(900):
        forenames, surname = pick(WORDS["forenames"]), pick(WORDS["surnames"])
        mailbox = f"{forenames}.{surname}@{pick(WORDS['domains'])}".lower()
        born = (_FIRST_BIRTH + dt.timedelta(days=int(rng.integers(0, _BIRTH_DAYS)))).isoformat()
        address = f"{rng.integers(1, 180)} {pick(WORDS['streets'])}, {pick(WORDS['towns'])}, {pick(WORDS['postcodes'])}"
        rest = (pick(WORDS["phones"]), pick(("F", "M", "U")), pick(WORDS["ethnicities"]))
        everybody.append((f"{forenames} {surname}", forenames, surname, mailbox, born, address, *rest))
    nobody = [("",) * len(_PARTS)] * 225
    return Truth(dict(zip(_PARTS, zip(*everybody, *nobody, strict=True), strict=True)))


def _narratives(people: Truth, rng: np.random.Generator) -> list[str]:
    """Return narratives that name people."""
    texts = []
    for number in range(700):
        one = {part: values[number] for part, values in people.columns.items()}
        first, middle, last = (str(rng.choice(WORDS[kind])) for kind in ("openings", "middles", "endings"))
        texts.append(f"{first}; {middle.format(plate=word('plates', number), **one)}. {last}")
    return texts
