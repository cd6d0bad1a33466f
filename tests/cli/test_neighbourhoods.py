"""The force's neighbourhoods, made of lists: what is public follows them, and stays while they are wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.lib.little_force import publish
from tests.lib.product import built, contents, without
from tests.lib.small_tree import small_tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

NAME, AREAS = "neighbourhoods", "neighbourhood-areas"
MAP = "neighbourhoods-all.geojson"
#: Rings of the list as they must be published: rounded, without heights, turned as RFC 7946 says.
NA = [[[-1.18, 52.61], [-1.12, 52.61], [-1.12, 52.64], [-1.18, 52.64], [-1.18, 52.61]]]
NC = [
    [[-1.2, 52.6], [-1.1, 52.6], [-1.1, 52.65], [-1.2, 52.65], [-1.2, 52.6]],
    [[-1.18, 52.61], [-1.18, 52.64], [-1.12, 52.64], [-1.12, 52.61], [-1.18, 52.61]],
]
OW = [
    [[[-1.1, 52.5], [-1.0, 52.5], [-1.05, 52.55], [-1.1, 52.5]]],
    [[[-0.9, 52.5], [-0.8, 52.5], [-0.85, 52.55], [-0.9, 52.5]]],
]
WH = [[[-1.200001, 52.7], [-1.2, 52.7], [-1.1, 52.7], [-1.1, 52.8], [-1.200001, 52.7]]]


@pytest.fixture
def force(tmp_path: Path) -> Product:
    """Give a force that has published its neighbourhoods."""
    product = small_tree(tmp_path / "force", (NAME, "engagement-events"))
    for name in (NAME, AREAS):
        publish(product, name)
    return product


def drawn(product: Product) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((product.published / NAME / MAP).read_bytes())
    return found


def features(product: Product) -> dict[str, Any]:
    return {each["properties"]["neighbourhood_code"]: each["geometry"] for each in drawn(product)["features"]}


def change(product: Product, name: str, old: str, new: str) -> None:
    path = product.reference / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")


def test_the_map_has_one_feature_a_code_and_nothing_else_of_the_list(force: Product) -> None:
    found = drawn(force)
    assert found.keys() == {"type", "features"}
    assert [each["properties"] for each in found["features"]] == [
        {"neighbourhood_code": "NA", "neighbourhood_name": "Abbey"},
        {"neighbourhood_code": "NC", "neighbourhood_name": "City Centre"},
        {"neighbourhood_code": "OW", "neighbourhood_name": "Oadby, Wigston and Blaby"},
        {"neighbourhood_code": "WH", "neighbourhood_name": "Wharfside"},
    ]
    assert all(each.keys() == {"type", "properties", "geometry"} for each in found["features"])
    shapes = {code: shape["coordinates"] for code, shape in features(force).items()}
    assert shapes == {"NA": NA, "NC": NC, "OW": OW, "WH": WH}
    assert features(force)["OW"]["type"] == "MultiPolygon"


def test_its_page_and_a_ckan_offer_the_map(force: Product) -> None:
    page = (force.published / NAME / "index.html").read_text("utf-8")
    assert f'href="{MAP}" download>all dates, GeoJSON' in page
    assert "Boundaries are the force&#39;s own" in page
    assert "Neighbourhoods need not follow wards." in page
    assert "geojson" not in (force.published / AREAS / "index.html").read_text("utf-8")


def test_an_unchanged_night_builds_nothing(force: Product) -> None:
    for name in (NAME, AREAS):
        assert built(publish(force, name, "2024-04-02")) == {}


def test_a_boundary_that_moves_changes_the_map_and_no_row(force: Product) -> None:
    rows = (force.published / NAME / "neighbourhoods-all.csv").read_bytes()
    change(force, "neighbourhood-boundaries.geojson", "[-1.18, 52.64, 63]", "[-1.18, 52.645, 63]")
    publish(force, NAME, "2024-04-02")
    assert [-1.18, 52.645] in features(force)["NA"]["coordinates"][0]
    assert (force.published / NAME / "neighbourhoods-all.csv").read_bytes() == rows


def test_a_new_name_is_on_the_map_too(force: Product) -> None:
    change(force, "neighbourhoods.csv", "Wharfside", "Wharf Side")
    publish(force, NAME, "2024-04-02")
    assert {each["properties"]["neighbourhood_name"] for each in drawn(force)["features"]} >= {"Wharf Side"}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("neighbourhoods.csv", "NC,City Centre,NC05", "NC,Centre,NC05"),
        ("neighbourhoods.csv", ",Oadby and Wigston,8", ",Oadby and Wigston,7"),
        ("neighbourhoods.csv", "E05005601", "E0500560"),
        ("neighbourhoods.csv", "Empty Moor", "=Moor"),
        ("lsoas.csv", ",NA,600", ",XX,600"),
        ("lsoas.csv", "E01000006", "E01000005"),
    ],
)
def test_a_list_that_is_refused_leaves_what_is_public_as_it_was(force: Product, file: str, old: str, new: str) -> None:
    before = without(contents(force.published), ".html")
    change(force, file, old, new)
    for name in (NAME, AREAS):
        said = publish(force, name, "2024-04-02", status=3)
        assert said.text.count(f"bad-reference: reference/{file}") == 1
        assert "Moor" not in said.text
    assert without(contents(force.published), ".html") == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"neighbourhood_code": "WH"', '"neighbourhood_code": "NC"', "comes twice"),
        ('"neighbourhood_code": "WH"', '"neighbourhood_code": "XX"', "neighbourhoods.csv lacks"),
        ("[-1.18, 52.61, 60.5]]]", "[-1.18, 52.62, 60.5]]]", "not closed"),
    ],
)
def test_boundaries_that_are_refused_are_said_once_and_leave_the_map(
    force: Product, old: str, new: str, said: str
) -> None:
    before = drawn(force)
    change(force, "neighbourhood-boundaries.geojson", old, new)
    text = publish(force, NAME, "2024-04-02", status=3).text
    assert text.count("bad-reference") == 1
    assert said in text
    assert drawn(force) == before
    assert "Quill" not in text


def test_who_only_looks_codes_up_is_not_stopped_by_what_the_neighbourhoods_are_refused_for(force: Product) -> None:
    change(force, "neighbourhoods.csv", "NC,City Centre,NC05", "NC,Centre,NC05")
    publish(force, "engagement-events", "2024-04-02")


@pytest.mark.parametrize("file", ["neighbourhoods.csv", "lsoas.csv", "neighbourhood-boundaries.geojson"])
def test_a_list_that_has_gone_is_no_reason_to_publish_less(force: Product, file: str) -> None:
    before = drawn(force)
    (force.reference / file).unlink()
    publish(force, NAME, "2024-04-02", status=None)
    assert drawn(force) == before
    assert len(force.csv(NAME, "all")) == 5


def test_neighbourhoods_that_are_withdrawn_take_their_map_with_them(force: Product) -> None:
    force.decide("forget", "reference/neighbourhoods.csv")
    publish(force, NAME, "2024-04-02", status=5)
    force.decide("approve", NAME, "all")
    publish(force, NAME, "2024-04-03")
    for ending in ("csv", "parquet", "geojson"):
        assert "withdrawn by its publisher" in (force.published / NAME / f"neighbourhoods-all.{ending}").read_text(
            "utf-8"
        )
