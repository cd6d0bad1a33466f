"""Names of places on a drawing: each lies wholly in its place and over nothing else; where none fits, a letter does."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Box = tuple[float, float, float, float]

#: How wide a letter of a name is at most on average, and how high a line, on a drawing.
LETTER, LINE = 8.5, 18
#: So many positions across and down are tried.
_TRIED: Final = 9
#: A line is drawn on its foot, so far below its middle.
_FOOT: Final = 5


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
    largest_first = sorted(range(len(places)), key=lambda each: (-places[each][1].area, each))
    for each in largest_first:
        found[each] = _written(*places[each], used)
    letters = iter(ascii_uppercase)
    letter = next(letters)
    for each, (_, shape) in enumerate(places):
        if found[each] is None and (label := _written(letter, shape, used)):
            found[each] = label
            letter = next(letters, "")
            if not letter:
                break
    return found


def _written(text: str, shape: BaseGeometry, used: list[Box]) -> Label | None:
    """Return a text where it lies inside a shape, in its largest part with room; what it takes is ``used`` then."""
    parts = sorted(shapely.get_parts(shape), key=lambda each: -each.area)
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
    x, y = (each.ravel() for each in np.meshgrid(across, down))
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
