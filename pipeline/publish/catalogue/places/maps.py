"""Maps and little lines as SVG: no tile, no script; what they show stands in a table beside them too."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely
from markupsafe import Markup, escape
from shapely.geometry import shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Box = tuple[float, float, float, float]


#: Metres of a degree of latitude; maps of a force are small enough for a flat earth.
_DEGREE: Final = 111_320
_WIDTH, _TALLEST, _MARGIN = 640, 560, 16
#: How far lines may be moved to be shorter, in degrees: on the map of a place, on that of the force.
_NEAR, _FAR = 0.0001, 0.001
#: Lengths that a scale bar may stand for, in metres; it is at least so wide.
_LENGTHS, _LEAST_BAR = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000), 40
_STEPS: Final = 6
#: The height of the line under the map of the force.
_UNDER: Final = 28
#: The corner where the scale bar stands: how wide, how high.
_CORNER: Final = (130, 36)

#: How wide a letter of a name is at most on average, and how high a line, on a drawing.
LETTER, LINE = 8.5, 18
#: So many positions across and down are tried.
_TRIED: Final = 9
#: A line is drawn on its foot, so far below its middle.
_FOOT: Final = 5


class Spot(NamedTuple):
    """A point of the map on which something was recorded in the newest month."""

    longitude: float
    latitude: float
    location: str
    area: str
    crimes: int
    asb: int


class View(NamedTuple):
    """How degrees become places on a drawing."""

    west: float
    north: float
    across: float
    scale: float
    height: float

    @property
    def frame(self) -> Box:
        """What is on the drawing: west, south, east, north."""
        degree = (self.across * self.scale, _DEGREE * self.scale)
        west, north = self.west - _MARGIN / degree[0], self.north + _MARGIN / degree[1]
        return west, north - self.height / degree[1], west + _WIDTH / degree[0], north

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
    own: BaseGeometry,
    others: Sequence[Other],
    spots: Sequence[Spot],
    label: str,
    *,
    fixed: Sequence[tuple[float, float]] = (),
    numbered: int = 0,
) -> tuple[Markup, list[tuple[Other, str]]]:
    """Return the map of a place: its boundary, its neighbours, the fixed points, discs of crimes, rings of others.

    Beside it stand the places around, each with the letter that stands for its name.  ``label`` is the finding in
    words, ``fixed`` are points in order, and ``numbered`` says how many of the ``spots`` bear a number.
    """
    view = _view(own.bounds)
    west, south, east, north = view.frame
    box = shapely.box(west, south, east, north)
    touched = shapely.intersects([other.shape for other in others], box) if others else ()
    seen = [(each, shapely.intersection(each.shape, box)) for each, there in zip(others, touched, strict=True) if there]
    near = [(each, _on(view, part, _NEAR)) for each, part in seen if part.area > 0]
    parts = [f'<path class="around" d="{_path(part)}"/>' for _, part in near]
    parts.append(f'<path class="own" d="{_path(_on(view, own, _NEAR))}"/>')
    first, last = bisect_left(fixed, (west,)), bisect_right(fixed, (east,))
    inside = (at for at in fixed[first:last] if south <= at[1] <= north)
    dots = "".join(f"M{x:g} {y:g}h0" for x, y in (view.at(*at) for at in inside))
    parts.append(f'<path class="dots" d="{dots}"/>')
    circles = [*_circles(view, spots)]
    parts += [f'<circle class="{kind}" cx="{x}" cy="{y}" r="{radius:.1f}"/>' for kind, x, y, radius in circles]
    for number, spot in enumerate(spots[:numbered], start=1):
        x, y = view.at(spot.longitude, spot.latitude)
        parts.append(f'<text class="mark" x="{x}" y="{y + 4}">{number}</text>')
    taken = [(x - radius, y - radius, x + radius, y + radius) for _, x, y, radius in circles]
    taken.append((0, view.height - _CORNER[1], _CORNER[0], view.height))
    labels = labels_of([(each.name, part) for each, part in near], taken)
    parts += [f'<text class="name" x="{at.x}" y="{at.y}">{escape(at.text)}</text>' for at in labels if at]
    letters = [at.text if at and at.text != each.name else "" for (each, _), at in zip(near, labels, strict=True)]
    around = [(each, letter) for (each, _), letter in zip(near, letters, strict=True)]
    return _drawn(view, [*parts, _bar(view)], label), around


def _circles(view: View, spots: Sequence[Spot]) -> Iterator[tuple[str, float, float, float]]:
    """Yield discs of crimes and rings of anti-social behaviour: kind, middle, radius."""
    for each in spots:
        x, y = view.at(each.longitude, each.latitude)
        if each.crimes:
            yield "disc", x, y, _radius(each.crimes)
        if each.asb:
            yield "ring", x, y, max(_radius(each.crimes) if each.crimes else 0, _radius(each.asb)) + 2


def _on(view: View, shape: BaseGeometry, near: float) -> BaseGeometry:
    """Return a shape as it lies on a drawing, its lines moved by up to ``near`` degrees to be shorter."""
    return shapely.transform(shapely.simplify(shape, near), lambda points: np.array([view.at(*at) for at in points]))


class Other(NamedTuple):
    """Another place on the map of one."""

    name: str
    code: str
    shape: BaseGeometry


def force_map(
    shapes: Mapping[str, BaseGeometry], step: Mapping[str, int], link: Callable[[str], tuple[str, str]], label: str
) -> Markup:
    """Return the map of all places, shaded by the ``step`` of each; one without is hatched.

    Each is a link, which ``link`` gives with its words: those stand under the map while it is pointed at, or has focus.
    """
    view = _view(shapely.total_bounds([*shapes.values()]).tolist())
    line = view.height + _UNDER - 8
    areas = []
    for code, each in shapes.items():
        address, words = link(code)
        kind = f"step-{step[code]}" if code in step else "unknown"
        path = f'<path class="{kind}" d="{_path(_on(view, each, _FAR))}"/>'
        called = f'<text class="called" x="{_MARGIN}" y="{line:.1f}" aria-hidden="true">{escape(words)}</text>'
        areas.append(f'<a href="{escape(address)}"><title>{escape(words)}</title>{path}{called}</a>')
    return _drawn(view, [*areas, _bar(view)], label, group=True, under=_UNDER)


def steps(rates: Iterable[float]) -> list[float]:
    """Return the bounds between six classes of about as many rates each, to one place."""
    ordered = sorted(rates)
    if not ordered:
        return []
    return [round(ordered[min(len(ordered) - 1, len(ordered) * each // _STEPS)], 1) for each in range(1, _STEPS)]


def step_of(rate: float, bounds: Sequence[float]) -> int:
    """Return in which class a rate is, from 0."""
    return sum(rate >= bound for bound in bounds)


def _view(bounds: Iterable[float]) -> View:
    west, south, east, north = bounds
    across = _DEGREE * math.cos(math.radians((north + south) / 2))
    wide, tall = max((east - west) * across, 1), max((north - south) * _DEGREE, 1)
    scale = min((_WIDTH - 2 * _MARGIN) / wide, (_TALLEST - 2 * _MARGIN) / tall)
    height = round(tall * scale + 2 * _MARGIN, 1)
    middle = (_WIDTH - 2 * _MARGIN - wide * scale) / 2 / (across * scale)
    return View(west - middle, north, across, scale, height)


def _path(drawn: BaseGeometry) -> str:
    """Return a shape that lies on a drawing as a path."""
    rings = []
    for part in shapely.get_parts(drawn):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                points = dict.fromkeys(ring.coords)
                rings.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    return "".join(rings)


def _radius(number: int) -> float:
    """Return the radius of a disc whose area is the number."""
    return 3.2 * math.sqrt(number)


def _bar(view: View) -> str:
    """Return a scale bar."""
    metres = next((length for length in _LENGTHS if length * view.scale >= _LEAST_BAR), _LENGTHS[-1])
    long, y = metres * view.scale, view.height - 10
    words = f"{metres} m" if metres < _LENGTHS[3] else f"{metres // 1000} km"
    line = f'<path class="scale" d="M{_MARGIN} {y:.1f}h{long:.1f}"/>'
    return f'{line}<text class="length" x="{_MARGIN}" y="{y - 7:.1f}">{words}</text>'


def _drawn(view: View, parts: Sequence[str], label: str, *, group: bool = False, under: int = 0) -> Markup:
    # links inside a picture are no links: then it is a group with a name
    about = f'role="{"group" if group else "img"}" aria-label="{escape(label)}"'
    return Markup(  # noqa: S704 - numbers, and words that are escaped
        f'<svg class="map" viewBox="0 0 {_WIDTH} {view.height + under:g}" {about}>{"".join(parts)}</svg>'
    )


# --- names of places: each lies wholly in its place and over nothing else; where none fits, a letter does


class Label(NamedTuple):
    """What is written of a place: its name or a letter, the middle of its foot."""

    text: str
    x: float
    y: float

    @property
    def box(self) -> Box:
        """The room that it takes: west, north, east, south."""
        half, middle = len(self.text) * LETTER / 2, self.y - _FOOT
        return (self.x - half, middle - LINE / 2, self.x + half, middle + LINE / 2)


def labels_of(places: Sequence[tuple[str, BaseGeometry]], taken: Sequence[Box]) -> list[Label | None]:
    """Return what is written of each place, given its name and its shape on the drawing; None where no letter fits.

    Large places come first; ``taken`` is where nothing may be written.  Letters follow the order of the places.
    """
    found: list[Label | None] = [None] * len(places)
    used = [*taken]
    for place in sorted(range(len(places)), key=lambda place: (-places[place][1].area, place)):
        found[place] = _written(*places[place], used)
    letters = iter(ascii_uppercase)
    letter = next(letters)
    for place, (_, drawn) in enumerate(places):
        if found[place] is None and (label := _written(letter, drawn, used)):
            found[place] = label
            letter = next(letters, "")
            if not letter:
                break
    return found


def _written(text: str, shape: BaseGeometry, used: list[Box]) -> Label | None:
    """Return a text where it lies inside a shape, in its largest part with room; what it takes is ``used`` then."""
    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    label = next(filter(None, (_inside(text, part, used) for part in parts)), None)
    used += [label.box] if label else []
    return label


def _inside(text: str, shape: BaseGeometry, used: Sequence[Box]) -> Label | None:
    """Return a text where it lies inside a shape and over nothing, as near as can be to its middle."""
    west, north, east, south = shape.bounds
    half = len(text) * LETTER / 2
    if east - west < 2 * half or south - north < LINE:
        return None
    across = np.linspace(west + half, east - half, _TRIED)
    down = np.linspace(north + LINE / 2, south - LINE / 2, _TRIED)
    x, y = (grid.ravel() for grid in np.meshgrid(across, down))
    boxes = np.column_stack((x - half, y - LINE / 2, x + half, y + LINE / 2))
    free = ~_over(boxes, np.array(used).reshape(-1, 4))
    shapely.prepare(shape)
    free[free] = shapely.covers(shape, shapely.box(*boxes[free].T))
    if not free.any():
        return None
    middle = shape.centroid
    far = np.where(free, (x - middle.x) ** 2 + (y - middle.y) ** 2, np.inf)
    best = int(far.argmin())
    return Label(text, round(float(x[best]), 1), round(float(y[best]) + _FOOT, 1))


def _over(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which boxes lie over one of the others."""
    one, other = boxes[:, None, :], others[None, :, :]
    apart = (
        (one[..., 2] <= other[..., 0])
        | (other[..., 2] <= one[..., 0])
        | (one[..., 3] <= other[..., 1])
        | (other[..., 3] <= one[..., 1])
    )
    return np.asarray((~apart).any(axis=1), np.bool_)
