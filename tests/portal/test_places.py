"""The pages of places say what anybody counts from the public files, for each place, and lead where they should."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import duckdb
import numpy as np

from pipeline.publish.catalogue.figures import percent
from pipeline.publish.catalogue.making import linked, names_of
from pipeline.publish.catalogue.places.maps import Other, force_map, place_map, step_of, steps
from pipeline.publish.catalogue.places.reading import Atlas
from tests.lib.product import Product, read_csv, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_FIGURE = re.compile(r'<span data-figure="([^"]*)">([^<]*)</span>')
_NUMBER = re.compile(r"(?<![\w>.-])[0-9][0-9,.]*(?![\w-])")
_MONTH = re.compile(r"[A-Z][a-z]+ (?:19|20)[0-9]{2}")
TWO = ("2024-03", "2023-03")
ASB = "Anti-social behaviour"


def pages(history: Product) -> list[Path]:
    return sorted((history.published / "places").rglob("*.html"))


def counted(history: Product) -> dict[str, dict[str, str]]:
    """Return the figures of every page by their names."""
    found = {
        page.relative_to(history.published).as_posix(): {
            html.unescape(name): text for name, text in _FIGURE.findall(page.read_text("utf-8"))
        }
        for page in (*pages(history), history.published / "index.html")
    }
    near = {name.removeprefix("places/"): text for name, text in found.pop("index.html").items() if "places/" in name}
    assert {name.partition("/")[0] for name in near} == {"place-crimes", "place-asb", "place-rate"}
    return {**found, "index.html": near}


def test_every_number_of_every_page_is_what_its_query_counts(history: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = json.loads((history.published / "places" / "figures.json").read_bytes())
    monkeypatch.chdir(history.published / "places")
    every = {name: text for page in counted(history).values() for name, text in page.items()}
    kinds = {name.partition("/")[0] for name in every}
    assert kinds >= {each for each in queries if "percent" not in each}, "each query is used"
    assert kinds <= queries.keys()
    # one of each kind in a place, and some hundreds of the others
    chosen = sorted(every)[:: max(1, len(every) // 400)]
    chosen += [next(name for name in sorted(every) if name.startswith(f"{kind}/")) for kind in kinds]
    with duckdb.connect() as connection:
        for name in chosen:
            kind, *parameters = name.split("/")
            asked = re.findall(r"\$([0-9])", queries[kind])
            given = {number: unquote(text) for number, text in enumerate(parameters, start=1) if str(number) in asked}
            found = connection.execute(queries[kind], {str(number): text for number, text in given.items()}).fetchall()
            assert Decimal(str(found[0][0])) == Decimal(every[name].replace(",", "")), name


def test_a_change_in_per_cent_is_counted_as_it_is_shown(history: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = json.loads((history.published / "places" / "figures.json").read_bytes())
    monkeypatch.chdir(history.published / "places")
    cells = {month: read_csv(history.published / "crime-summary" / f"crime-summary-{month}.csv") for month in TWO}
    areas = read_csv(history.published / "neighbourhood-areas" / "neighbourhood-areas-all.csv")
    area = next(
        now["lsoa_code"]
        for now, then in zip(*cells.values(), strict=True)
        if now["crime_type"] == ASB and now["lsoa_code"] and min(int(now["crimes"]), int(then["crimes"]))
    )
    place = next(row["neighbourhood_code"] for row in areas if row["area_code"] == area)
    own = {row["area_code"] for row in areas if (row["neighbourhood_code"], row["area_kind"]) == (place, "lsoa")}
    for scope, code, within in (("area", area, {area}), ("place", place, own)):
        now, then = (
            sum(int(row["crimes"]) for row in cells[month] if row["lsoa_code"] in within and row["crime_type"] == ASB)
            for month in TWO
        )
        given = {"1": code, "2": TWO[0], "3": ASB, "4": TWO[1]}
        found = duckdb.execute(queries[f"{scope}-type-percent"], given).fetchall()[0][0]
        assert Decimal(str(found)) == percent(now, then)


def test_numbers_of_a_place_are_counted_from_the_rows_of_crimes_by_hand(history: Product) -> None:
    areas = read_csv(history.published / "neighbourhood-areas" / "neighbourhood-areas-all.csv")
    rows = read_csv(history.published / "street-crime" / "street-crime-2024-03.csv")
    for page, figures in counted(history).items():
        code = page.removeprefix("places/").removesuffix(".html")
        own = {row["area_code"] for row in areas if (row["neighbourhood_code"], row["area_kind"]) == (code, "lsoa")}
        here = [row for row in rows if row["LSOA code"] in own]
        if own:
            assert figures[f"place-crimes/{code}/2024-03"] == f"{sum(row['Crime type'] != ASB for row in here):,}"
            assert figures[f"place-asb/{code}/2024-03"] == f"{sum(row['Crime type'] == ASB for row in here):,}"


def test_no_number_in_a_lead_or_a_table_is_without_its_query(history: Product) -> None:
    for page in pages(history):
        text = page.read_text("utf-8")
        parts = re.findall(r'<div class="lead">.*?</div>\n|<tbody>.*?</tbody>', text, flags=re.DOTALL)
        bare = _FIGURE.sub("", "".join(parts))
        bare = re.sub(r"<h1>.*?</h1>|<tr><td>[0-9]+</td>|<th scope=\"row\">.*?</th>", "", bare, flags=re.DOTALL)
        words = _MONTH.sub("", re.sub(r"<[^>]*>", " ", bare)).replace("1,000 people", "")
        assert [each for each in _NUMBER.findall(words) if not each.startswith("0")] == [], page.name


def test_every_link_of_a_place_leads_to_a_file(history: Product) -> None:
    for page in [*pages(history), *(history.published / "sheets").glob("*.html")]:
        for link in re.findall(r'(?:href|src)="([^"]*)"', page.read_text("utf-8")):
            address = urlsplit(html.unescape(link))
            if address.scheme or not address.path:
                continue
            assert (page.parent / unquote(address.path)).is_file(), (page.name, link)


def test_the_counts_of_a_page_are_there_as_data(history: Product) -> None:
    path = history.published / "places" / "NA.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert path.read_bytes().count(b"\r\n") == len(rows) + 1
    crimes = sum(int(row["crimes"]) for row in rows if row["month"] == "2024-03" and row["crime_type"] != ASB)
    assert counted(history)["places/NA.html"]["place-crimes/NA/2024-03"] == f"{crimes:,}"
    boundary = json.loads((history.published / "places" / "NA.geojson").read_bytes())
    assert [each["properties"]["neighbourhood_code"] for each in boundary["features"]] == ["NA"]


def test_a_place_without_a_boundary_or_without_areas_has_a_whole_page(history: Product) -> None:
    page = (history.published / "places" / "XE1.html").read_text("utf-8")
    assert 'class="map"' not in page
    assert "What was recorded" in page
    assert not (history.published / "places" / "XE1.geojson").exists()


def test_pages_are_small_and_every_page_says_that_it_is_a_sample(history: Product) -> None:
    for page in [*pages(history), *(history.published / "sheets").glob("*.html")]:
        text = page.read_text("utf-8")
        assert len(text.encode()) < 100_000, page.name
        assert "SAMPLE DATA: " in text.partition("</title>")[0]
        assert "SAMPLE DATA." in text


def inodes(product: Product) -> dict[str, int]:
    files = (path for path in product.published.rglob("*") if path.is_file())
    return {path.relative_to(product.published).as_posix(): path.stat().st_ino for path in files}


def test_only_pages_that_change_are_written_and_one_that_somebody_edited_is_put_back(
    history: Product, tmp_path: Path
) -> None:
    shutil.copytree(history.folder, tmp_path / "copy")
    product = Product(tmp_path / "copy")
    product.run("publish", "--quiet", status=None)
    before = inodes(product)
    product.run("publish", "--quiet", status=None)
    assert inodes(product) == before, "nothing changed"

    rows = read_csv(product.crimes("2024-03"))
    public = {row["Crime type"] for row in product.csv("street-crime", "2024-03")}
    place = max(
        place
        for place, row in enumerate(rows)
        if row["crime_type"] in public and row["location_confidence"] == "street"
    )
    write_csv(product.crimes("2024-03"), [*rows[:place], *rows[place + 1 :]])
    product.run("publish", "--quiet", status=None)
    after = inodes(product)
    new = {path for path in after if after[path] != before.get(path)}
    assert "places/index.html" in new
    assert 1 <= len([path for path in new if path.startswith("places/lsoa/")]) <= 2
    assert "contracts/index.html" not in new
    assert len([path for path in after if path.startswith("places/lsoa/")]) > 80

    page = product.published / "places" / "NA.html"
    whole = page.read_bytes()
    page.write_bytes(whole.replace(b"crimes", b"Crimes"))
    assert "catalogue" in product.run("plan", "--quiet").text
    product.run("publish", "--quiet", status=None)
    assert page.read_bytes() == whole
    page.unlink()
    product.run("publish", "--quiet", status=None)
    assert page.read_bytes() == whole


def test_names_of_files_are_told_apart_everywhere() -> None:
    found = names_of(["NC", "nc", "a/b", "Ŵ", "index", "LSOA", "..", "A&B"])
    assert found["NC"] == "NC"
    assert found["nc"] == "%6E%63"
    assert found["a/b"] == "a%2Fb"
    assert found["Ŵ"] == "%C5%B4"
    assert found["index"] == "%69%6E%64%65%78"
    assert found["LSOA"] == "%4C%53%4F%41"
    assert found[".."] == "%2E%2E"
    assert len({name.casefold() for name in found.values()}) == len(found)
    assert linked(found["a/b"]) == "a%252Fb"


def test_a_name_is_never_longer_than_a_system_takes() -> None:
    found = names_of(["x" * 300, "x" * 299 + "y", "Ŵ" * 200])
    assert max(map(len, found.values())) <= 120
    assert len(set(found.values())) == 3


def test_a_boundary_that_crosses_itself_is_drawn_and_one_without_an_area_is_not() -> None:
    bow = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
    point = [[[0, 0], [0, 0], [0, 0], [0, 0]]]
    shapes = {code: {"type": "Polygon", "coordinates": rings} for code, rings in (("bow", bow), ("point", point))}
    nothing = np.zeros((1, 0, 0), np.int64)
    atlas = Atlas(places=[], months=["2024-03"], out=[True], types=[], areas={}, counts=nothing, shapes=shapes)
    drawn = atlas.drawn
    assert [*drawn] == ["bow"]
    assert "<svg" in place_map(drawn["bow"], [Other("Other", "other", drawn["bow"])], [], "A map")[0]
    assert "<svg" in force_map(drawn, {"bow": 2}, lambda code: ("x.html", code), "A map")


def test_classes_hold_about_as_many_rates_each() -> None:
    bounds = steps([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert bounds == [2.0, 3.0, 4.0, 5.0, 6.0]
    assert [step_of(each, bounds) for each in (1.9, 2.0, 6.5)] == [0, 1, 5]
    assert steps([]) == []
