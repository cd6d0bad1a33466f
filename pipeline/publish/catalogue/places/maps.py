"""Maps and little lines as SVG: no tile, no script; what they show stands in a table beside them too."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import shapely
from markupsafe import Markup, escape
from shapely.geometry import shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from pipeline.publish.catalogue.places.reading import Spot

#: Metres of a degree of latitude; maps of a force are small enough for a flat earth.
_DEGREE: Final = 111_320
_WIDTH, _TALLEST, _MARGIN = 640, 560, 16
#: How far lines may be moved to be shorter, in degrees: on the map of a place, on that of the force.
_NEAR, _FAR = 0.0001, 0.001
#: Lengths that a scale bar may stand for, in metres; it is at least so wide.
_LENGTHS, _LEAST_BAR = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000), 40
_STEPS: Final = 6
#: How wide a letter of a name is, and how high a line, on a drawing.
_LETTER, _LINE = 7.5, 18


class View(NamedTuple):
    """How degrees become places on a drawing."""

    west: float
    north: float
    across: float
    scale: float
    height: float

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a point is drawn."""
        x = (longitude - self.west) * self.across * self.scale + _MARGIN
        y = (self.north - latitude) * _DEGREE * self.scale + _MARGIN
        return round(x, 1), round(y, 1)


def drawn_of(shapes: Mapping[str, dict[str, Any]]) -> dict[str, BaseGeometry]:
    """Return geometries of GeoJSON by code; one that crosses itself is mended, and one of no area has no map."""
    found: dict[str, BaseGeometry] = {}
    for code, geometry in shapes.items():
        try:
            drawn = shapely.make_valid(shape(geometry))
        except (shapely.errors.ShapelyError, ValueError):
            continue
        if drawn.area > 0:
            found[code] = drawn
    return found


def place_map(
    own: BaseGeometry, others: Sequence[tuple[str, BaseGeometry]], spots: Sequence[Spot], about: MapWords
) -> Markup:
    """Return the map of a place: its boundary, its neighbours, the fixed points, discs of crimes and rings of others.

    ``others`` are the names and geometries of other places.
    """
    view = _view(own.bounds)
    west, south, east, north = own.bounds
    side = max(east - west, north - south) / 8
    box = shapely.box(west - side, south - side, east + side, north + side)
    touched = shapely.intersects([each for _, each in others], box) if others else ()
    near = [(name, each.intersection(box)) for (name, each), there in zip(others, touched, strict=True) if there]
    parts = [f'<path class="around" d="{_path(view, part, _NEAR)}"/>' for _, part in near]
    parts.append(f'<path class="own" d="{_path(view, own, _NEAR)}"/>')
    first, last = (
        bisect(about.fixed, (at,)) for bisect, at in ((bisect_left, west - side), (bisect_right, east + side))
    )
    inside = (at for at in about.fixed[first:last] if south - side <= at[1] <= north + side)
    dots = "".join(f"M{x:g} {y:g}h0" for x, y in (view.at(*at) for at in inside))
    parts.append(f'<path class="dots" d="{dots}"/>')
    for each in spots:
        x, y = view.at(each.longitude, each.latitude)
        if each.crimes:
            parts.append(f'<circle class="disc" cx="{x}" cy="{y}" r="{_radius(each.crimes):.1f}"/>')
        if each.asb:
            radius = max(_radius(each.crimes) if each.crimes else 0, _radius(each.asb)) + 2
            parts.append(f'<circle class="ring" cx="{x}" cy="{y}" r="{radius:.1f}"/>')
    for number, each in enumerate(spots[: about.numbered], start=1):
        x, y = view.at(each.longitude, each.latitude)
        parts.append(f'<text class="mark" x="{x}" y="{y + 4}">{number}</text>')
    return _drawn(view, [*parts, *_names(view, near), _bar(view)], about.label)


def _names(view: View, places: Iterable[tuple[str, BaseGeometry]]) -> Iterator[str]:
    """Yield the names of places, the largest first; one that would lie over another one is left out."""
    taken: list[tuple[float, float, float]] = []
    for name, part in sorted(places, key=lambda each: -each[1].area):
        x, y = view.at(*_inside(part))
        half = len(name) * _LETTER / 2
        free = all(abs(y - other) > _LINE or abs(x - at) > half + wide for at, other, wide in taken)
        if free and half < x < _WIDTH - half and _LINE < y < view.height - _LINE:
            taken.append((x, y, half))
            yield f'<text class="name" x="{x}" y="{y}">{escape(name)}</text>'


class MapWords(NamedTuple):
    """What a map says beside its shapes: its finding in words, fixed points in order, how many points are numbered."""

    label: str
    fixed: Sequence[tuple[float, float]] = ()
    numbered: int = 0


def force_map(
    shapes: Mapping[str, BaseGeometry], step: Mapping[str, int], link: Callable[[str], tuple[str, str]], label: str
) -> Markup:
    """Return the map of all places, shaded by the ``step`` of each; one without is hatched.

    Each is a link, which ``link`` gives with its words.
    """
    west = min(each.bounds[0] for each in shapes.values())
    south = min(each.bounds[1] for each in shapes.values())
    east = max(each.bounds[2] for each in shapes.values())
    north = max(each.bounds[3] for each in shapes.values())
    view = _view((west, south, east, north))
    areas = []
    for code, each in shapes.items():
        address, words = link(code)
        kind = f"step-{step[code]}" if code in step else "unknown"
        path = f'<path class="{kind}" d="{_path(view, each, _FAR)}"/>'
        areas.append(f'<a href="{escape(address)}"><title>{escape(words)}</title>{path}</a>')
    return _drawn(view, [*areas, _bar(view)], label, group=True)


def steps(rates: Iterable[float]) -> list[float]:
    """Return the bounds between six classes of about as many rates each, to one place."""
    ordered = sorted(rates)
    if not ordered:
        return []
    return [round(ordered[min(len(ordered) - 1, len(ordered) * each // _STEPS)], 1) for each in range(1, _STEPS)]


def step_of(rate: float, bounds: Sequence[float]) -> int:
    """Return in which class a rate is, from 0."""
    return sum(rate >= bound for bound in bounds)


def _view(bounds: tuple[float, float, float, float]) -> View:
    west, south, east, north = bounds
    across = _DEGREE * math.cos(math.radians((north + south) / 2))
    wide, tall = max((east - west) * across, 1), max((north - south) * _DEGREE, 1)
    scale = min((_WIDTH - 2 * _MARGIN) / wide, (_TALLEST - 2 * _MARGIN) / tall)
    height = round(tall * scale + 2 * _MARGIN, 1)
    middle = (_WIDTH - 2 * _MARGIN - wide * scale) / 2 / (across * scale)
    return View(west - middle, north, across, scale, height)


def _path(view: View, geometry: BaseGeometry, near: float) -> str:
    """Return a geometry as the path of a drawing."""
    simple = shapely.simplify(geometry, near)
    rings = []
    for part in shapely.get_parts(simple):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                points = dict.fromkeys(view.at(*at[:2]) for at in ring.coords)
                rings.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    return "".join(rings)


def _inside(geometry: BaseGeometry) -> tuple[float, float]:
    point = geometry.representative_point()
    return point.x, point.y


def _radius(number: int) -> float:
    """Return the radius of a disc whose area is the number."""
    return 3.2 * math.sqrt(number)


def _bar(view: View) -> str:
    """Return a scale bar."""
    metres = next((each for each in _LENGTHS if each * view.scale >= _LEAST_BAR), _LENGTHS[-1])
    long, y = metres * view.scale, view.height - 10
    words = f"{metres} m" if metres < _LENGTHS[3] else f"{metres // 1000} km"
    line = f'<path class="scale" d="M{_MARGIN} {y:.1f}h{long:.1f}"/>'
    return f'{line}<text class="length" x="{_MARGIN}" y="{y - 7:.1f}">{words}</text>'


def _drawn(view: View, parts: Sequence[str], label: str, *, group: bool = False) -> Markup:
    # links inside a picture are no links: then it is a group with a name
    about = f'role="{"group" if group else "img"}" aria-label="{escape(label)}"'
    return Markup(  # noqa: S704 - numbers, and words that are escaped
        f'<svg class="map" viewBox="0 0 {_WIDTH} {view.height}" {about}>{"".join(parts)}</svg>'
    )
