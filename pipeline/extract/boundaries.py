"""The force's boundaries of its neighbourhoods, a GeoJSON (RFC 7946) that it keeps: refused whole when it is wrong."""

from __future__ import annotations

import json
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pyarrow as pa

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The United Kingdom's part of the world, in degrees: west, south, east, north.
_WEST, _SOUTH, _EAST, _NORTH = Decimal(-9), Decimal(49), Decimal(3), Decimal(62)
#: A sixth decimal of a degree is about a tenth of a metre.
_DECIMALS: Final = 6
_FINEST: Final = 10**_DECIMALS
#: Nothing that a file writes is cut before it is rounded.
_EXACT: Final = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX)
#: A ring comes back to its first point, so the smallest has three corners.
_FEWEST_POINTS: Final = 4


def boundaries(content: bytes, *, where: str) -> pa.Table:
    """Return the geometry of each neighbourhood as JSON, by its code, one line a feature.

    Coordinates are longitude and latitude, rounded to six decimals half away from zero; heights and other properties
    are dropped.  The first ring of a polygon runs anticlockwise, holes run clockwise.
    """
    found: dict[str, str] = {}
    for number, feature in enumerate(_features(content, where), 1):
        place = f"{where}, feature {number:,}"
        code = _code(feature, place)
        if code in found:
            raise _wrong("the neighbourhood of the feature comes twice", place)
        found[code] = _geometry(feature, place)
    names, shapes = pa.array(found, pa.string()), pa.array(found.values(), pa.string())
    return pa.table({"neighbourhood_code": names, "geometry": shapes})


def _features(content: bytes, where: str) -> Sequence[object]:
    def no_number(_text: str) -> NoReturn:
        raise ValueError

    try:
        text = content.decode("utf-8-sig")
        document = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=no_number)
    except (ValueError, RecursionError, InvalidOperation):
        raise _wrong("the file is no JSON in UTF-8", where) from None
    features = _member(document, "features")
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise _wrong("the file is no GeoJSON FeatureCollection", where)
    return features


def _member(value: object, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    return value.get(name) if isinstance(value, dict) else None


def _code(feature: object, place: str) -> str:
    properties = _member(feature, "properties") if _member(feature, "type") == "Feature" else None
    code = _member(properties, "neighbourhood_code")
    if not isinstance(code, str) or not code or not code.isprintable():
        raise _wrong("the feature has no text as its property `neighbourhood_code`", place)
    return code


def _geometry(feature: object, place: str) -> str:
    geometry = _member(feature, "geometry")
    kind, value = _member(geometry, "type"), _member(geometry, "coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise _wrong("the geometry is no Polygon and no MultiPolygon", place)
    polygons = _filled(value, place) if kind == "MultiPolygon" else [value]
    rings = [
        [_ring(ring, place, outer=not number) for number, ring in enumerate(_filled(polygon, place))]
        for polygon in polygons
    ]
    coordinates = rings if kind == "MultiPolygon" else rings[0]
    return json.dumps({"type": kind, "coordinates": coordinates}, separators=(",", ":"))


def _filled(value: object, place: str) -> list[object]:
    if not isinstance(value, list) or not value:
        raise _wrong("the geometry has no rings", place)
    return value


def _ring(value: object, place: str, *, outer: bool) -> list[list[float]]:
    points = [_point(each, place) for each in _filled(value, place)]
    if len(points) < _FEWEST_POINTS:
        raise _wrong(f"a ring has fewer than {_FEWEST_POINTS} points", place)
    if points[0] != points[-1]:
        raise _wrong("a ring is not closed: its last point is not its first", place)
    rounded = [(_rounded(x), _rounded(y)) for x, y in points]
    area = sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(rounded))  # twice it, positive if anticlockwise
    if area and (area > 0) != outer:
        rounded.reverse()  # the first point is the last one too, and stays first
    return [[x / _FINEST, y / _FINEST] for x, y in rounded]


def _point(value: object, place: str) -> tuple[Decimal, Decimal]:
    """Return a point of the box; what stands behind longitude and latitude is its height."""
    if not isinstance(value, list) or len(value) < 2 or {*map(type, value)} != {Decimal}:  # noqa: PLR2004 - two coordinates
        raise _wrong("a point is not given by numbers of degrees", place)
    x, y = value[:2]
    if not (_WEST <= x <= _EAST and _SOUTH <= y <= _NORTH):
        raise _wrong(f"a ring leaves the box {_WEST} to {_EAST} east, {_SOUTH} to {_NORTH} north", place)
    return x, y


def _rounded(written: Decimal) -> int:
    """Return the millionths of degrees that are nearest to what is written, half away from zero."""
    return int(written.scaleb(_DECIMALS, _EXACT).to_integral_value(ROUND_HALF_UP, _EXACT))


def _wrong(said: str, where: str) -> InputError:
    return InputError("bad-reference", said, where=where, fix="correct the file; what is public of it stays")
