"""Reference data: read as text, refused whole when it is wrong, and no cell of it in a message."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import InputError, PipelineError
from pipeline.extract.reference import read_reference
from tests.lib.refused import refused

if TYPE_CHECKING:
    from pathlib import Path

POINTS = "longitude,latitude,location,lsoa_code,lsoa_name,addresses\n"
GOOD = "-1.200000,52.600000,On or near Mill Lane,E01000001,Sample 001A,8\n"
AREAS = "neighbourhood_code,neighbourhood_name,beat_code,ward_code,lad_code,lad_name,households\n"


def points(folder: Path, rows: str, header: str = POINTS) -> list[dict[str, str]]:
    (folder / "map-points.csv").write_text(header + rows, encoding="utf-8", newline="")
    found: list[dict[str, str]] = read_reference(folder, "map-points").table.to_pylist()
    return found


def refusal(folder: Path, content: bytes, name: str = "map-points") -> PipelineError:
    (folder / f"{name}.csv").write_bytes(content)
    return refused(lambda: read_reference(folder, name), "Mill Lane")


def test_points_are_text_as_they_stand_and_their_location_is_never_trimmed(tmp_path: Path) -> None:
    found = points(tmp_path, '"\u00a0-1.200000 ",52.600000,"  On or near ""The Elms"", ",E01000001 ,,0\n')
    assert found == [
        {
            "longitude": "-1.200000",
            "latitude": "52.600000",
            "location": '  On or near "The Elms", ',
            "lsoa_code": "E01000001",
            "lsoa_name": "",
            "addresses": "0",
        }
    ]


def test_columns_may_stand_in_any_order_behind_a_byte_order_mark(tmp_path: Path) -> None:
    header = "\ufeffaddresses, lsoa_name ,lsoa_code,location,latitude,longitude\r\n"
    found = points(tmp_path, "8,Sample 001A,E01000001,On or near Mill Lane,52.600000,-1.200000\r\n\r\n", header)
    assert found[0]["longitude"] == "-1.200000"
    assert len(found) == 1


@pytest.mark.parametrize("addresses", ["0", "8", "9", "100000"])
def test_a_point_may_stand_for_no_address_or_for_eight_or_more(tmp_path: Path, addresses: str) -> None:
    assert points(tmp_path, GOOD.replace(",8\n", f",{addresses}\n"))[0]["addresses"] == addresses


@pytest.mark.parametrize("addresses", ["1", "7", "", "-8", "8.0", "many", "1e9", "\u0668"])
def test_a_point_for_one_to_seven_addresses_is_refused(tmp_path: Path, addresses: str) -> None:
    error = refusal(
        tmp_path, (POINTS + GOOD + GOOD.replace("-1.2", "-1.3").replace(",8\n", f",{addresses}\n")).encode()
    )
    assert error.code == "bad-map-point"
    assert error.where == "reference/map-points.csv, row 3"


@pytest.mark.parametrize(
    "longitude",
    ["-1.2", "-1.2000000", "-1,200000", "1.2e0", "", "-181.000000", "+1.200000", "- 1.200000", "-1.20000\u0660", "NaN"],
)
def test_coordinates_are_degrees_with_exactly_six_decimals(tmp_path: Path, longitude: str) -> None:
    error = refusal(tmp_path, (POINTS + GOOD.replace("-1.200000", f'"{longitude}"')).encode())
    assert error.code == "bad-map-point"


def test_latitudes_end_at_the_poles(tmp_path: Path) -> None:
    assert refusal(tmp_path, (POINTS + GOOD.replace("52.600000", "90.000001")).encode()).code == "bad-map-point"


@pytest.mark.parametrize(
    ("first", "second"),
    [("-1.200000", "-1.200000"), ("-1.200000", "-01.200000"), ("0.000000", "-0.000000")],
)
def test_the_same_coordinates_twice_are_refused_however_they_are_written(
    tmp_path: Path, first: str, second: str
) -> None:
    rows = "".join(GOOD.replace("-1.200000", longitude) for longitude in (first, second))
    assert "twice" in refusal(tmp_path, (POINTS + rows).encode()).message


@pytest.mark.parametrize(
    "content",
    [
        (POINTS.replace(",addresses", "") + GOOD).encode(),
        (POINTS.replace("addresses", "addresses,more") + GOOD).encode(),
        (POINTS.replace("lsoa_name", "lsoa_code") + GOOD).encode(),
        (POINTS + GOOD.replace(",8\n", "\n")).encode(),
        (POINTS + GOOD.replace(",8\n", ",8,9\n")).encode(),
        (POINTS + GOOD.replace("On", '"On')).encode(),
        (POINTS + GOOD.replace("Mill Lane", "Mill Lane \xe9")).encode("latin-1"),
        (POINTS + GOOD.replace("Mill", "Mill\0")).encode("utf-16"),
        b"",
    ],
    ids=["missing", "more", "twice", "short", "long", "quote", "encoding", "utf-16", "empty"],
)
def test_a_file_that_is_not_as_it_should_be_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content).code == "bad-reference"


def test_the_code_na_is_a_neighbourhood(tmp_path: Path) -> None:
    (tmp_path / "neighbourhoods.csv").write_text(
        AREAS + "NA,North Area,NA01,E05000001,E06000001,X,10\n", encoding="utf-8"
    )
    assert read_reference(tmp_path, "neighbourhoods").table.column("neighbourhood_code").to_pylist() == ["NA"]


@pytest.mark.parametrize("name", ["map-points", "neighbourhoods"])
def test_a_needed_file_that_is_absent_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no-reference"):
        read_reference(tmp_path, name)


def test_the_list_of_supplier_types_may_be_absent(tmp_path: Path) -> None:
    found = read_reference(tmp_path, "supplier-types")
    assert found.table.num_rows == 0
    assert found.sha256 == ""


def test_a_link_that_leads_nowhere_is_not_taken_for_an_absent_list(tmp_path: Path) -> None:
    (tmp_path / "supplier-types.csv").symlink_to(tmp_path / "share" / "supplier-types.csv")
    with pytest.raises(InputError, match="no-reference"):
        read_reference(tmp_path, "supplier-types")


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(POINTS + GOOD, encoding="utf-8")
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "map-points.csv").symlink_to(outside)
    with pytest.raises(InputError, match="path-escapes"):
        read_reference(folder, "map-points")


def test_a_list_with_a_header_only_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "supplier-types.csv").write_text("supplier_number,supplier_type\n", encoding="utf-8")
    found = read_reference(tmp_path, "supplier-types")
    assert found.table.num_rows == 0
    assert found.sha256


@pytest.mark.parametrize(
    "location",
    [
        "On or near 12 Elm Road", "On or near 12a, Elm Road", "12 Elm Road", "On or near \uff11\uff12 Elm Road",
        "On or near LE1 6TH", "Elm Road le16th", "=HYPERLINK(1)", "On or near \u202eElm", "On or near Elm\nRoad",
        "#N/A",
    ],
)  # fmt: skip
def test_a_location_that_names_one_address_or_is_damaged_refuses_the_list(tmp_path: Path, location: str) -> None:
    _write_points(tmp_path, "On or near Elm Road", location)
    with pytest.raises(InputError, match=r"row 3") as caught:
        read_reference(tmp_path, "map-points")
    assert location not in str(caught.value)


@pytest.mark.parametrize(
    "location", ["On or near ", "On or near 1st Avenue", "On or near 5 Ways", "On or near Heol yr \u0176d"]
)
def test_a_location_that_is_a_street_stands_as_it_is(tmp_path: Path, location: str) -> None:
    _write_points(tmp_path, "On or near Elm Road", location)
    assert read_reference(tmp_path, "map-points").table["location"].to_pylist()[1] == location


def _write_points(root: Path, *locations: str) -> None:
    with (root / "map-points.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("longitude", "latitude", "location", "lsoa_code", "lsoa_name", "addresses"))
        for number, location in enumerate(locations):
            rows.writerow((f"-1.20000{number}", "52.600000", location, "E01000001", "Sample 001A", "9"))


@pytest.mark.parametrize("number", ["S7\u200b", "\ufeffS7", "S\t7", "S\u00a07", "2.4E+10", "000"])
def test_a_damaged_number_refuses_the_list_of_supplier_types(tmp_path: Path, number: str) -> None:
    text = f"supplier_number,supplier_type\nS1,ORG\n{number},PROT\n"
    (tmp_path / "supplier-types.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"supplier_number.*") as caught:
        read_reference(tmp_path, "supplier-types")
    assert "row 3" in str(caught.value)
    assert number not in str(caught.value).replace("supplier-types", "")
