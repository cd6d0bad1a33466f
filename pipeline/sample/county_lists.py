"""The lists of places that the example force keeps, as files: points, neighbourhoods, areas and boundaries.

Boundaries are as mapping software writes them: with heights, more decimals than are published, and one ring that runs
clockwise.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.sample.columns import csv_text
from pipeline.sample.places import SETTLEMENTS, Area, Neighbourhood, Point, in_degrees

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.sample.places import County

    Rectangle = Sequence[float]

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
        "lsoas.csv": csv_text(_areas(county)),
        "neighbourhood-boundaries.geojson": _boundaries(county.neighbourhoods),
    }


def _lines(every: Sequence[Neighbourhood]) -> Iterator[Neighbourhood]:
    """Yield two lines of each: its second beat lies in another ward; the first has one beat, in two wards."""
    for number, each in enumerate(every):
        beat = each.beat_code if number == 0 else f"{each.neighbourhood_code}2"
        yield each._replace(households=each.households - _OF_SECOND_BEAT)
        yield each._replace(beat_code=beat, ward_code=f"E059{number + 50:05d}", households=_OF_SECOND_BEAT)


def _areas(county: County) -> Iterator[Sequence[object]]:
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
