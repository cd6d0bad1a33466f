"""The sample's files: the same every time, listed, marked, in the size asked for, and accepted by their readers."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import shapely

from pipeline.codelists import CODELISTS
from pipeline.datasets import declared
from pipeline.errors import SettingsError
from pipeline.extract.delimited.folder import Folder
from pipeline.extract.reference import read_reference
from pipeline.extract.workbook.workbook import Workbook
from pipeline.sample import SampleReport, bears_mark, make_sample
from tests.lib.product import MONTHS, Product, read_csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATASETS = tuple(declared().values())
COLUMNS = {feed.name: feed.declared for dataset in DATASETS for feed in dataset.feeds}


def made_files(data: Path) -> Iterator[Path]:
    return (path for top in ("raw", "reference") for path in sorted((data / top).rglob("*")) if path.is_file())


def test_the_same_bytes_every_time(made: tuple[Path, SampleReport], tmp_path: Path) -> None:
    data, report = made
    again = make_sample(tmp_path, DATASETS, codelists=CODELISTS)
    assert again == report
    for path, _ in report.files:
        assert (tmp_path / path).read_bytes() == (data / path).read_bytes(), path


def test_the_same_bytes_whatever_the_seed_of_hashes(tmp_path: Path) -> None:
    made = []
    for seed in ("1", "2"):
        product = Product.empty(tmp_path / seed)
        process = product.start("sample", "--rows", "200", PYTHONHASHSEED=seed)
        process.communicate(timeout=60)
        assert process.returncode == 0
        made.append([(product.private / "sample" / name).read_bytes() for name in ("manifest.json", "planted.csv")])
    assert made[0] == made[1]


def test_the_manifest_lists_every_file_with_its_digest(made: tuple[Path, SampleReport]) -> None:
    data, report = made
    manifest = json.loads((data / "private/sample/manifest.json").read_text())
    assert manifest["as_of"] == "2024-04-10"
    assert set(manifest["files"]) == {path for path, _ in report.files}
    assert set(manifest["files"]) == {path.relative_to(data).as_posix() for path in made_files(data)}
    for path, digest in manifest["files"].items():
        assert hashlib.sha256((data / path).read_bytes()).hexdigest() == digest


def test_only_the_owner_reads_what_is_planted(tmp_path: Path) -> None:
    files = [tmp_path / "private/sample" / name for name in ("planted.csv", "manifest.json")]
    for _ in range(2):
        make_sample(tmp_path, DATASETS, rows=200, codelists=CODELISTS)
        for path in files:
            assert path.stat().st_mode & 0o777 == 0o600
            path.chmod(0o644)  # a second sample closes it again


def test_every_file_bears_the_mark_and_keeps_it_when_edited(data: Path, tmp_path: Path) -> None:
    for path in made_files(data):
        assert bears_mark(path), path
    for name in ("crime/recorded-crime/2024-01.csv", "crime/asb-incidents/2024-01.csv"):
        lines = (data / "raw" / name).read_text(encoding="utf-8").splitlines()
        edited = tmp_path / "edited.csv"
        edited.write_bytes("\r\n".join(line for line in lines if "ŷ" not in line).encode("cp1252", "replace")[:9000])
        assert bears_mark(edited)


def test_map_points_would_be_accepted(data: Path) -> None:
    points = read_csv(data / "reference/map-points.csv")
    assert 1400 <= len(points) <= 1600
    assert len({(point["longitude"], point["latitude"]) for point in points}) == len(points)
    assert all(int(point["addresses"]) == 0 or int(point["addresses"]) >= 8 for point in points)
    assert all(re.fullmatch(r"-?\d+\.\d{6}", point[name]) for point in points for name in ("longitude", "latitude"))
    locations, areas = [point["location"] for point in points], {point["lsoa_name"] for point in points}
    assert "On or near " in locations
    assert "On or near Orla Pennyquick Way" in locations
    assert any("ŷ" in location for location in locations)
    assert any("," in area for area in areas)


def test_neighbourhoods_hold_the_code_that_reads_as_missing(data: Path) -> None:
    lines = read_csv(data / "reference/neighbourhoods.csv")
    assert "NA" in {line["neighbourhood_code"] for line in lines}
    assert len({line["neighbourhood_code"] for line in lines}) == 12
    beats = {(line["beat_code"], line["ward_code"]) for line in lines}
    assert len(lines) == len(beats) > len({beat for beat, _ in beats})  # one lies in two wards


def test_each_point_lies_in_the_neighbourhood_of_its_area_and_in_no_other(data: Path) -> None:
    shapes = read_reference(data / "reference", "neighbourhood-boundaries").table.to_pylist()
    drawn = {each["neighbourhood_code"]: polygons(json.loads(each["geometry"])) for each in shapes}
    assert max(len(each) for each in drawn.values()) == 2  # one is in two parts
    assert max(len(rings) for each in drawn.values() for rings in each) > 1  # some have holes
    homes = {each["lsoa_code"]: each["neighbourhood_code"] for each in read_csv(data / "reference/lsoas.csv")}
    assert "" in homes.values()
    assert {line["neighbourhood_code"] for line in read_csv(data / "reference/neighbourhoods.csv")} - {*drawn}
    for point in read_csv(data / "reference/map-points.csv"):
        place = float(point["longitude"]), float(point["latitude"])
        found = [code for code, each in drawn.items() if any(lies_in(place, rings) for rings in each)]
        assert found == [home for home in (homes[point["lsoa_code"]],) if home]


def polygons(shape: dict[str, Any]) -> list[list[list[list[float]]]]:
    return [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]


def lies_in(place: tuple[float, float], rings: list[list[list[float]]]) -> bool:
    """Return whether a place lies in a polygon, and in none of its holes."""
    outer, *holes = ([at[:2] for at in ring] for ring in rings)
    return bool(shapely.contains_xy(shapely.Polygon(outer, holes), *place))


def test_boundaries_are_valid_wind_and_lie_side_by_side(data: Path) -> None:
    features = read_reference(data / "reference", "neighbourhood-boundaries").table.to_pylist()
    drawn = [shapely.geometry.shape(json.loads(each["geometry"])) for each in features]
    assert all(each.is_valid for each in drawn)
    assert min(shapely.get_num_coordinates(drawn)) > 100
    shared = [one.intersection(other).area for at, one in enumerate(drawn) for other in drawn[:at]]
    assert max(shared) < 1e-9


def test_the_size_follows_the_rows_asked_for(tmp_path: Path) -> None:
    report = dict(make_sample(tmp_path, DATASETS, rows=300, codelists=CODELISTS).files)
    crimes = report["raw/crime/recorded-crime/2024-03.csv"]
    assert 260 <= crimes <= 300
    assert 0.2 * crimes <= report["raw/crime/asb-incidents/2024-03.csv"] <= 0.3 * crimes  # fewer than in summer


@pytest.mark.parametrize("rows", [0, 199, 3_000_000])
def test_a_size_that_cannot_be_made_is_refused(tmp_path: Path, rows: int) -> None:
    with pytest.raises(SettingsError) as caught:
        make_sample(tmp_path, DATASETS, rows=rows, codelists=CODELISTS)
    assert caught.value.code == "bad-setting"
    assert not list(tmp_path.iterdir())


def test_sound_files_are_read_without_a_complaint(data: Path) -> None:
    for month in ("2023-12", *MONTHS):
        path = f"expenditure/ledger/{month}.xlsx"
        extracted = Workbook(path, sheet="Payments", title_rows=3).read(
            data / "raw", path, COLUMNS["ledger"], COLUMNS["ledger"]
        )
        assert not extracted.problems
        assert not extracted.ragged
    for name, columns in (("recorded-crime", COLUMNS["recorded-crime"]), ("asb-incidents", COLUMNS["asb-incidents"])):
        for month in MONTHS:
            path = f"crime/{name}/{month}.csv"
            assert not Folder(path).read(data / "raw", path, columns, columns).ragged
    for name in ("map-points", "neighbourhoods", "lsoas", "neighbourhood-boundaries", "supplier-types"):
        assert read_reference(data / "reference", name).table.num_rows > 0
