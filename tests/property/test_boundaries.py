"""Boundaries of random polygons: what is published is what was drawn, rounded and turned, against plain arithmetic."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.boundaries import boundaries

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Millionths of a millionth of a degree: more decimals than are published, and halves of the last one that is.
_FINE = 10**9
_LONGITUDES = st.integers(-8 * _FINE, 2 * _FINE)
_LATITUDES = st.integers(50 * _FINE, 61 * _FINE)
POINTS = st.tuples(_LONGITUDES | _LONGITUDES.map(lambda each: each // 1000 * 1000 + 500), _LATITUDES)
RINGS = st.lists(POINTS, min_size=3, max_size=8).map(lambda points: [*points, points[0]])
POLYGONS = st.lists(RINGS, min_size=1, max_size=3)


def written(number: int) -> str:
    """Return a number of degrees as decimal text."""
    whole, rest = divmod(abs(number), _FINE)
    return f"{'-' * (number < 0)}{whole}.{rest:09d}"


def collection(parts: Sequence[Sequence[Sequence[tuple[int, int]]]], *, several: bool) -> bytes:
    texts = [f"[{','.join(map(ring_text, part))}]" for part in parts]
    kind, coordinates = ("MultiPolygon", f"[{','.join(texts)}]") if several else ("Polygon", texts[0])
    geometry = f'{{"type":"{kind}","coordinates":{coordinates}}}'
    feature = f'{{"type":"Feature","properties":{{"neighbourhood_code":"NA"}},"geometry":{geometry}}}'
    return f'{{"type":"FeatureCollection","features":[{feature}]}}'.encode()


def ring_text(ring: Sequence[tuple[int, int]]) -> str:
    return "[" + ",".join(f"[{written(x)},{written(y)},7.5]" for x, y in ring) + "]"


def read(content: bytes) -> Any:  # noqa: ANN401 - as deep as the geometry
    table = boundaries(content, where="boundaries")
    return json.loads(table.column("geometry")[0].as_py(), parse_float=Fraction)["coordinates"]


def rounded(number: int) -> Fraction:
    """Return millionths, half away from zero, of the exact fraction."""
    size = floor(Fraction(abs(number), 1000) + Fraction(1, 2))
    return Fraction(size if number > 0 else -size, 10**6)


def area(ring: Sequence[Sequence[Fraction]]) -> Fraction:
    return sum((a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)), Fraction(0))


def check(part: Sequence[Sequence[tuple[int, int]]], found: Sequence[Sequence[Sequence[Fraction]]]) -> None:
    assert len(found) == len(part)
    for number, (ring, made) in enumerate(zip(part, found, strict=True)):
        plain = [[rounded(x), rounded(y)] for x, y in ring]
        assert made in (plain, plain[::-1])
        assert made[0] == made[-1] == plain[0]
        assert area(made) >= 0 if number == 0 else area(made) <= 0
        assert made == plain or area(plain) != 0


@settings(deadline=None)
@given(POLYGONS)
def test_a_polygon_is_rounded_and_its_rings_run_as_the_standard_says(part: list[list[tuple[int, int]]]) -> None:
    content = collection([part], several=False)
    check(part, read(content))
    assert boundaries(content, where="").equals(boundaries(content, where=""))


@settings(deadline=None)
@given(st.lists(POLYGONS, min_size=1, max_size=3))
def test_so_is_each_part_of_several(parts: list[list[list[tuple[int, int]]]]) -> None:
    found = read(collection(parts, several=True))
    for part, made in zip(parts, found, strict=True):
        check(part, made)
