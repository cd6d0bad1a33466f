"""The invented county: map points, areas and neighbourhoods, on land in England and named after nothing there."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import Transformer

from pipeline.sample.mark import AREA_MARK
from pipeline.sample.words import ACCENTED_STREETS, BUSY_PLACES, PERSON_STREET, STREETS, TOWNS

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

#: From WGS 84 to the National Grid with the Ordnance Survey's seven parameters, whatever grids are installed.
_TO_GRID = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
    "+step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 "
    "+convention=position_vector +step +inv +proj=cart +ellps=airy "
    "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)


class _Settlement(NamedTuple):
    """A cluster of areas: centre in degrees, spread of its areas and of each area's points in kilometres."""

    name: str
    longitude: float
    latitude: float
    areas: int
    spread: float
    width: float


_SETTLEMENTS = (
    _Settlement(AREA_MARK, -0.950000, 52.250000, 40, 3.0, 0.35),
    _Settlement("Sample Vale", -0.820000, 52.330000, 22, 2.0, 0.35),
    _Settlement("Sample Heath", -1.100000, 52.190000, 14, 1.5, 0.35),
    # a real name of an area can hold a comma
    _Settlement("Sample, Marl and Wold", -0.960000, 52.260000, 17, 13.0, 1.5),
    # points of the county next door: crimes there are outside the force and stay published
    _Settlement("Sample Neighbour", -0.310000, 52.480000, 2, 1.5, 0.35),
)
_POINTS_IN_AREA = 16
_KM_PER_DEGREE = 111.2
_COS_LATITUDE = 0.6122
#: The first settlement's areas make this many neighbourhoods, and so on; the last settlement has none of its own.
_NEIGHBOURHOODS = (4, 3, 2, 2)
#: A real neighbourhood code that careless readers take for a missing value.
_MISREAD_CODE = "NA"


class Neighbourhood(NamedTuple):
    """A line of `neighbourhoods.csv`."""

    neighbourhood_code: str
    neighbourhood_name: str
    beat_code: str
    ward_code: str
    lad_code: str
    lad_name: str
    households: int


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """The invented county, point by point; ``weight`` sums to 1 and is nought next door.

    ``easting`` and ``northing`` are whole metres of the National Grid; ``home`` is the index of the point's
    neighbourhood.
    """

    longitude: Floats
    latitude: Floats
    easting: Integers
    northing: Integers
    location: tuple[str, ...]
    area: tuple[tuple[str, str], ...]
    addresses: Integers
    weight: Floats
    home: Integers
    neighbourhoods: tuple[Neighbourhood, ...]

    def point_on(self, street: str) -> int:
        """Return the index of the first point on ``street``."""
        return self.location.index(f"On or near {street}")


def invent_county(rng: np.random.Generator) -> County:
    """Return the county: about 1,500 points, six decimals, no two alike, with 0 or at least 8 addresses each."""
    longitude, latitude = _coordinates(rng)
    count = len(longitude)
    easting, northing = Transformer.from_pipeline(_TO_GRID).transform(longitude, latitude)
    busy = 1.0 / (1.0 + rng.permutation(count)) ** 0.75
    location = _locations(rng, count)
    busy[[name.removeprefix("On or near ") in BUSY_PLACES for name in location]] += 0.05
    busy[-_SETTLEMENTS[-1].areas * _POINTS_IN_AREA :] = 0.0
    return County(
        longitude=longitude,
        latitude=latitude,
        easting=np.rint(easting).astype(np.int64),
        northing=np.rint(northing).astype(np.int64),
        location=location,
        area=_areas(),
        addresses=rng.integers(8, 90, count) * (rng.integers(0, 10, count) > 0),
        weight=busy / busy.sum(),
        home=_homes(),
        neighbourhoods=_neighbourhoods(rng),
    )


def _coordinates(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return unlike pairs of degrees with six decimals, area by area."""
    seen: dict[tuple[int, int], None] = {}
    for place in _SETTLEMENTS:
        for _ in range(place.areas):
            east, north = (rng.random(2) - 0.5) * 2 * place.spread
            wanted = len(seen) + _POINTS_IN_AREA
            while len(seen) < wanted:
                dx, dy = (rng.random(2) - 0.5) * 2 * place.width
                x = place.longitude + (east + dx) / (_KM_PER_DEGREE * _COS_LATITUDE)
                y = place.latitude + (north + dy) / _KM_PER_DEGREE
                seen[round(x * 1e6), round(y * 1e6)] = None
    pairs = np.array(list(seen), dtype=np.int64)
    return pairs[:, 0] / 1e6, pairs[:, 1] / 1e6


def _locations(rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """Return what the public reads of each point: streets, busy places, and the forms that trip readers."""
    names = [STREETS[n] for n in rng.integers(0, len(STREETS), count)]
    for position in rng.choice(count, count // 15, replace=False):
        names[position] = BUSY_PLACES[position % len(BUSY_PLACES)]
    # the empty name is real: "On or near " with nothing after it
    for position, name in enumerate((PERSON_STREET, "", *ACCENTED_STREETS)):
        names[3 + 20 * position] = name
    return tuple(f"On or near {name}" for name in names)


def _areas() -> tuple[tuple[str, str], ...]:
    """Return the code and name of each point's area."""
    found, number = [], 0
    for place in _SETTLEMENTS:
        for area in range(place.areas):
            number += 1
            name = f"{place.name} {1 + area // 5:03d}{'ABCDE'[area % 5]}"
            found.extend([(f"E01{900000 + number}", name)] * _POINTS_IN_AREA)
    return tuple(found)


def _homes() -> Integers:
    """Return the index of each point's neighbourhood; areas are dealt to their settlement's in turn."""
    homes: list[int] = []
    first = 0
    for place, share in zip(_SETTLEMENTS, (*_NEIGHBOURHOODS, 1), strict=True):
        for area in range(place.areas):
            homes.extend([first + area % share] * _POINTS_IN_AREA)
        first += share
    return np.array(homes, dtype=np.int64)


def _neighbourhoods(rng: np.random.Generator) -> tuple[Neighbourhood, ...]:
    """Return the neighbourhoods, twelve with the one for everywhere else, one with a code that reads as missing."""
    lines: list[Neighbourhood] = []
    for place, (settlement, share) in enumerate(zip(_SETTLEMENTS, (*_NEIGHBOURHOODS, 1), strict=True)):
        for part in range(share):
            number = len(lines)
            code = _MISREAD_CODE if number == 1 else f"X{'ABCDE'[place]}{part + 1}"
            town = TOWNS[place] if not part else f"{TOWNS[place]} {('', 'North', 'East', 'South')[part]}"
            lad = (f"E0790000{place + 1}", settlement.name)
            ward = f"E059{number:05d}"
            lines.append(Neighbourhood(code, f"SAMPLE {town}", f"{code}1", ward, *lad, int(rng.integers(2000, 9000))))
    return tuple(lines)


def point_lines(county: County) -> str:
    """Return `map-points.csv`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("longitude", "latitude", "location", "lsoa_code", "lsoa_name", "addresses"))
    degrees = zip(county.longitude.tolist(), county.latitude.tolist(), strict=True)
    rest = zip(county.location, county.area, county.addresses.tolist(), strict=True)
    for (x, y), (location, area, addresses) in zip(degrees, rest, strict=True):
        writer.writerow((f"{x:.6f}", f"{y:.6f}", location, *area, addresses))
    return text.getvalue()


def neighbourhood_lines(county: County) -> str:
    """Return `neighbourhoods.csv`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Neighbourhood._fields)
    writer.writerows(county.neighbourhoods)
    return text.getvalue()
