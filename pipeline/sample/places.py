"""The invented county: map points, areas and neighbourhoods, on land in England and named after nothing there.

The lists that the force keeps of them are files.  Boundaries are as mapping software writes them: with heights, more
decimals than are published, and one ring that runs clockwise.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import Transformer

from pipeline.sample.columns import csv_text
from pipeline.sample.words import PERSON_STREET, WORDS, beside, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from pipeline.sample.columns import Integers

    Floats = npt.NDArray[np.float64]
    Rectangle = Sequence[float]

#: From WGS 84 to the National Grid with the Ordnance Survey's seven parameters, whatever grids are installed.
_TO_GRID = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
    "+step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 "
    "+convention=position_vector +step +inv +proj=cart +ellps=airy "
    "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)


_POINTS_IN_AREA = 16
_KM_PER_DEGREE = 111.2
#: Kilometres: by which lines wind, by which they bend at the rim, and where the rim begins.
_WINDING, _BAY, _RIM = 0.1, 2.2, 10.5
_COS_LATITUDE = 0.6122
_MIDDLE, SETTLEMENTS = (beside(__file__)[name] for name in ("middle", "settlements"))
#: A real neighbourhood code that careless readers take for a missing value.
_MISREAD_CODE = "NA"
#: Households of the neighbourhood that is everywhere else.
_ELSEWHERE = 2600


class Neighbourhood(NamedTuple):
    """A line of `neighbourhoods.csv`."""

    neighbourhood_code: str
    neighbourhood_name: str
    beat_code: str
    ward_code: str
    lad_code: str
    lad_name: str
    households: int


class Point(NamedTuple):
    """A line of `map-points.csv`."""

    longitude: str
    latitude: str
    location: str
    lsoa_code: str
    lsoa_name: str
    addresses: int


class Area(NamedTuple):
    """A lower layer super output area; ``home`` is the index of its neighbourhood, None where it lies in none."""

    lsoa_code: str
    lsoa_name: str
    lad_code: str
    lad_name: str
    home: int | None
    households: int
    population: int


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """The invented county; each point has a ``weight``, nought next door, and its neighbourhood's index as ``home``.

    ``easting`` and ``northing`` are whole metres of the National Grid.
    """

    points: tuple[Point, ...]
    easting: Integers
    northing: Integers
    weight: Floats
    home: Integers
    neighbourhoods: tuple[Neighbourhood, ...]
    areas: tuple[Area, ...]

    def point_on(self, street: str) -> int:
        """Return the index of the first point on ``street``."""
        return next(place for place, point in enumerate(self.points) if point.location == f"On or near {street}")


def invent_county(rng: np.random.Generator) -> County:
    """Return the county: about 1,500 points, six decimals, no two alike, with 0 or at least 8 addresses each."""
    places = list(_coordinates(rng))
    count = len(places)
    locations = _locations(rng, count)
    addresses = rng.integers(8, 90, count) * (rng.integers(0, 10, count) > 0)
    busy = 1.0 / (1.0 + rng.permutation(count)) ** 0.75
    busy[[name.removeprefix("On or near ") in WORDS["busy_places"] for name in locations]] += 0.05
    busy[-SETTLEMENTS[-1]["areas"] * _POINTS_IN_AREA :] = 0.0
    x, y, areas, homes = zip(*places, strict=True)
    lsoas = tuple(_areas(areas, homes, rng))
    easting, northing = Transformer.from_pipeline(_TO_GRID).transform(np.array(x) / 1e6, np.array(y) / 1e6)
    degrees = ((f"{each / 1e6:.6f}", f"{other / 1e6:.6f}") for each, other in zip(x, y, strict=True))
    rows = zip(degrees, locations, areas, addresses.tolist(), strict=True)
    return County(
        points=tuple(Point._make((*degree, name, *area, few)) for degree, name, area, few in rows),
        easting=np.rint(easting).astype(np.int64),
        northing=np.rint(northing).astype(np.int64),
        weight=busy / busy.sum(),
        home=np.array(homes, dtype=np.int64),
        neighbourhoods=tuple(_neighbourhoods(lsoas)),
        areas=lsoas,
    )


def _coordinates(rng: np.random.Generator) -> Iterator[tuple[int, int, tuple[str, str], int]]:
    """Yield unlike places in millionths of a degree, area by area, each with its area and its neighbourhood's index.

    Areas are dealt to their settlement's neighbourhoods in turn, and lie in the rooms of theirs.
    """
    seen: set[tuple[int, int]] = set()
    first = 0
    for each in SETTLEMENTS:
        rooms, width = each["rooms"], each["width"]
        for area in range(each["areas"]):
            code = f"E01{900001 + len(seen) // _POINTS_IN_AREA}"
            name = f"{each['name']} {1 + area // 5:03d}{'ABCDE'[area % 5]}"
            own = rooms[area % len(rooms)]
            west, south, east, north = own[area // len(rooms) % len(own)]
            size = np.array((east - west, north - south)) - 2 * width
            middle = np.array((west, south)) + width + rng.random(2) * size
            wanted = len(seen) + _POINTS_IN_AREA
            while len(seen) < wanted:
                x, y = in_degrees(*(middle + (rng.random(2) - 0.5) * 2 * width))
                place = round(x * 1e6), round(y * 1e6)
                if place not in seen:
                    seen.add(place)
                    yield *place, (code, name), first + area % len(rooms)
        first += len(rooms)


def in_degrees(east: float, north: float) -> tuple[float, float]:
    """Return longitude and latitude of a place, given in kilometres east and north of the county's middle.

    Straight lines become winding ones: the county has bays at its rim, and no corners.
    """
    longitude, latitude = _MIDDLE
    out = min(max(0.0, max(abs(east), abs(north)) - _RIM), _RIM) / _RIM
    inward = 1 - 0.13 * min(1.2, (east * north / 200) ** 2)
    wound = _WINDING * math.sin(north * 2.3 + east), _WINDING * math.sin(east * 2.1 + north)
    bay = _BAY * out * math.sin(north * 0.62 + 0.7), _BAY * out * math.sin(east * 0.55 + 2.1)
    east, north = east * inward + wound[0] + bay[0], north * inward + wound[1] + bay[1]
    return longitude + east / (_KM_PER_DEGREE * _COS_LATITUDE), latitude + north / _KM_PER_DEGREE


def _locations(rng: np.random.Generator, count: int) -> list[str]:
    """Return what the public reads of each point: streets, busy places, and the forms that trip readers."""
    names = rng.choice(WORDS["streets"], count).tolist()
    for position in rng.choice(count, count // 15, replace=False):
        names[position] = word("busy_places", position)
    # the empty name is real: "On or near " with nothing after it
    for position, name in enumerate((PERSON_STREET, "", *WORDS["accented_streets"])):
        names[3 + 20 * position] = name
    return [f"On or near {name}" for name in names]


def _areas(points: Sequence[tuple[str, str]], homes: Sequence[int], rng: np.random.Generator) -> Iterator[Area]:
    """Yield the areas of the points in their order, each with the index of its neighbourhood; None next door."""
    for (code, name), home in dict(zip(points, homes, strict=True)).items():
        place = next(place for place, each in enumerate(SETTLEMENTS) if name.startswith(each["name"]))
        households = int(rng.integers(550, 900))
        inside = place < len(SETTLEMENTS) - 1
        lad = (_authority(place), SETTLEMENTS[place]["name"])
        yield Area(code, name, *lad, home if inside else None, households, households * 23 // 10)


def _authority(place: int) -> str:
    return f"E0790000{place + 1}"


def _neighbourhoods(areas: Sequence[Area]) -> Iterator[Neighbourhood]:
    """Yield the neighbourhoods, eleven and one for everywhere else, one of them with a code that reads as missing."""
    dealt = ((place, part) for place, each in enumerate(SETTLEMENTS) for part in range(len(each["rooms"])))
    for number, (place, part) in enumerate(dealt):
        code = _MISREAD_CODE if number == 1 else f"X{'ABCDE'[place]}{part + 1}"
        name = f"SAMPLE {WORDS['towns'][place]} {('', 'North', 'East', 'South')[part]}".rstrip()
        households = sum(each.households for each in areas if each.home == number) or _ELSEWHERE
        area = (f"E059{number:05d}", _authority(place), SETTLEMENTS[place]["name"])
        yield Neighbourhood(code, name, f"{code}1", *area, households)


#: Households of a neighbourhood's second line.
_OF_SECOND_BEAT = 650
_DECIMALS = 8
#: Kilometres between two points of a boundary.
_STEP = 0.1


def county_lists(county: County) -> dict[str, str]:
    """Return the force's lists of its places, by the name of their file."""
    return {
        "map-points.csv": csv_text((Point._fields, *county.points)),
        "neighbourhoods.csv": csv_text((Neighbourhood._fields, *_lines(county.neighbourhoods))),
        "lsoas.csv": csv_text(_area_lines(county)),
        "neighbourhood-boundaries.geojson": _boundaries(county.neighbourhoods),
    }


def _lines(every: Sequence[Neighbourhood]) -> Iterator[Neighbourhood]:
    """Yield two lines of each: its second beat lies in another ward; the first has one beat, in two wards."""
    for number, each in enumerate(every):
        beat = each.beat_code if number == 0 else f"{each.neighbourhood_code}2"
        yield each._replace(households=each.households - _OF_SECOND_BEAT)
        yield each._replace(beat_code=beat, ward_code=f"E059{number + 50:05d}", households=_OF_SECOND_BEAT)


def _area_lines(county: County) -> Iterator[Sequence[object]]:
    """Yield the lines of the areas; those next door lie in no neighbourhood."""
    names = list(Area._fields)
    names[names.index("home")] = "neighbourhood_code"
    yield names
    codes = [each.neighbourhood_code for each in county.neighbourhoods]
    for area in county.areas:
        yield area._replace(home="" if area.home is None else codes[area.home])  # type: ignore[arg-type] # as a file says it


def _boundaries(every: Sequence[Neighbourhood]) -> str:
    """Return a feature a line, of every neighbourhood but the one that is everywhere else."""
    drawn = [(settlement, part) for settlement in SETTLEMENTS[:-1] for part in range(len(settlement["rooms"]))]
    features = []
    for number, (home, (settlement, part)) in enumerate(zip(every, drawn, strict=False)):
        # polygons, each a rectangle and those that are holes in it
        polygons = (
            [settlement["outlines"][part]]
            if "outlines" in settlement
            else [[room] for room in settlement["rooms"][part]]
        )
        parts = [
            [
                _ring(ring, clockwise=(number == 0) != bool(hole), high=number % 2 == 1)
                for hole, ring in enumerate(rings)
            ]
            for rings in polygons
        ]
        several = len(parts) > 1
        geometry = {"type": "MultiPolygon" if several else "Polygon", "coordinates": parts if several else parts[0]}
        about = {"neighbourhood_code": home.neighbourhood_code, "lad_name": settlement["name"], "drawn": "2023-11-02"}
        features.append(json.dumps({"type": "Feature", "properties": about, "geometry": geometry}))
    return '{"type": "FeatureCollection", "features": [\n' + ",\n".join(reversed(features)) + "\n]}\n"


def _ring(room: Rectangle, *, clockwise: bool, high: bool) -> list[list[float]]:
    west, south, east, north = room
    across, up = _steps(west, east), _steps(south, north)
    way = [*((x, south) for x in across[:-1]), *((east, y) for y in up[:-1])]
    way += [*((x, north) for x in across[:0:-1]), *((west, y) for y in up[::-1])]
    height = [61.5] if high else []
    points = [[round(each, _DECIMALS) for each in in_degrees(*place)] + height for place in way]
    points[-1] = points[0]
    return points[::-1] if clockwise else points


def _steps(first: float, last: float) -> list[float]:
    """Return both ends and the places between that every boundary has: neighbours share theirs."""
    between = [step * _STEP for step in range(int(first // _STEP), int(last // _STEP) + 2)]
    return [first, *(each for each in between if first < each < last), last]
