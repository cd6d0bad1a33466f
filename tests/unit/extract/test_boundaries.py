"""Boundaries as a force keeps them: what is read of a GeoJSON, and every reason for which it is refused whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.extract.boundaries import boundaries

WHERE = "reference/neighbourhood-boundaries.geojson"
SQUARE = [[-1.2, 52.6], [-1.1, 52.6], [-1.1, 52.7], [-1.2, 52.7], [-1.2, 52.6]]
HOLE = [[-1.18, 52.62], [-1.18, 52.68], [-1.12, 52.68], [-1.12, 52.62], [-1.18, 52.62]]


def feature(coordinates: object, *, kind: str = "Polygon", code: object = "NA") -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"neighbourhood_code": code, "note": "Quill"}, "geometry": geometry}


def collection(*features: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def read(text: str) -> dict[str, Any]:
    table = boundaries(text.encode(), where=WHERE)
    codes, shapes = (table.column(name).to_pylist() for name in ("neighbourhood_code", "geometry"))
    return {code: json.loads(shape) for code, shape in zip(codes, shapes, strict=True)}


def rings(*coordinates: object) -> Any:  # noqa: ANN401 - as deep as the geometry
    return read(collection(feature(list(coordinates))))["NA"]["coordinates"]


def test_rings_run_as_the_standard_says_and_begin_where_they_began() -> None:
    turned = SQUARE[::-1]
    assert rings(SQUARE, HOLE) == rings(turned, HOLE[::-1]) == [SQUARE, HOLE]
    assert rings([SQUARE[2], *SQUARE[1::-1], *SQUARE[3:1:-1]])[0] == [*SQUARE[2:], *SQUARE[1:3]]


def test_each_part_of_a_neighbourhood_is_turned_by_itself() -> None:
    parts = [[SQUARE[::-1]], [HOLE, SQUARE]]
    found = read(collection(feature(parts, kind="MultiPolygon")))["NA"]
    assert found == {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE[::-1], SQUARE[::-1]]]}


def ring_at(text: str) -> list[str]:
    """Return the first longitude of a ring whose text this is, as it stands in what is read."""
    ring = f"[[{text},52.6],[-1.1,52.6],[-1.1,52.7],[{text},52.6]]"
    shape = f'{{"type":"Polygon","coordinates":[{ring}]}}'
    text = f'{{"type":"Feature","properties":{{"neighbourhood_code":"NA"}},"geometry":{shape}}}'
    found = boundaries(f'{{"type":"FeatureCollection","features":[{text}]}}'.encode(), where=WHERE)
    document = json.loads(found.column("geometry")[0].as_py(), parse_float=str)
    return [str(point[0]) for point in document["coordinates"][0]][::3]


@pytest.mark.parametrize(
    ("written", "rounded"),
    [
        ("-1.2345675", "-1.234568"),
        ("-1.2345665", "-1.234567"),
        ("-1.23456749999999999999999", "-1.234567"),
        ("1.0000005", "1.000001"),
        ("-0.0000004", "0.0"),
        ("-0.0000005", "-1e-06"),
        ("-12e-1", "-1.2"),
        ("-2", "-2.0"),
    ],
)
def test_degrees_are_rounded_as_they_are_written_half_away_from_nought(written: str, rounded: str) -> None:
    assert ring_at(written) == [rounded, rounded]


def test_heights_and_everything_else_of_the_file_are_dropped() -> None:
    high = [[*point, 71.5] for point in SQUARE]
    assert rings(high) == [SQUARE]


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read("\ufeff" + collection(feature([SQUARE])))["NA"]["coordinates"] == [SQUARE]


OPEN = [*SQUARE[:-1], [-1.2, 52.6000001]]
NORTH = [[-1.2, 61.9], [-1.1, 61.9], [-1.1, 62.0000001], [-1.2, 61.9]]


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ([feature([SQUARE]), feature([SQUARE])], "comes twice"),
        ([feature([-1.2, 52.6], kind="Point")], "no Polygon and no MultiPolygon"),
        ([feature([SQUARE], kind="LineString")], "no Polygon and no MultiPolygon"),
        ([feature([SQUARE], kind="polygon")], "no Polygon and no MultiPolygon"),
        ([{**feature([]), "geometry": None}], "no Polygon and no MultiPolygon"),
        ([{**feature([]), "geometry": {"type": "GeometryCollection", "geometries": []}}], "no Polygon"),
        ([feature([SQUARE[:2] + SQUARE[:1]])], "fewer than 4 points"),
        ([feature([OPEN])], "not closed"),
        ([feature([SQUARE, OPEN])], "not closed"),
        ([feature([NORTH])], "leaves the box"),
        ([feature([[[451000, 302000]] * 4])], "leaves the box"),
        ([feature([[[52.6, -1.2]] * 4])], "leaves the box"),
        ([feature([])], "no rings"),
        ([feature([[]])], "no rings"),
        ([feature([[["-1.2", "52.6"]] * 4])], "numbers of degrees"),
        ([feature([[[True, 52.6]] * 4])], "numbers of degrees"),
        ([feature([[[-1.2]] * 4])], "numbers of degrees"),
        ([feature(SQUARE)], "numbers of degrees"),
        ([feature([SQUARE], code=7)], "neighbourhood_code"),
        ([feature([SQUARE], code=None)], "neighbourhood_code"),
        ([feature([SQUARE], code="")], "neighbourhood_code"),
        ([{"type": "Feature", "geometry": None}], "neighbourhood_code"),
        (["Quill"], "neighbourhood_code"),
    ],
)
def test_a_wrong_feature_refuses_the_file(features: list[object], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read(collection(*features))
    assert caught.value.where == f"{WHERE}, feature {len(features)}"
    assert "Quill" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"type": "Feature"}',
        b'{"type": "FeatureCollection"}',
        b'{"type": "FeatureCollection", "features": {}}',
        b'{"features": []}',
        b"\xff\xfe{",
        b'{"type": "FeatureCollection", "features": [NaN]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_collection_of_features_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="bad-reference"):
        boundaries(content, where=WHERE)
