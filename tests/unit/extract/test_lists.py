"""Lists of neighbourhoods and areas: rows that are made of them, and every reason for which they are refused whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import InputError
from pipeline.extract.lists import AreasOfNeighbourhoods, Neighbourhoods
from pipeline.extract.reader import anew
from pipeline.model.periods import ALL

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.errors import PipelineError

HEADER = "neighbourhood_code,neighbourhood_name,beat_code,ward_code,lad_code,lad_name,households\n"
PLACES = HEADER + (
    "NA,Abbey,A1,E05000001,E06000016,Leicester,100\n"
    "NA,Abbey,A1,E05000002,E07000130,Charnwood,20\n"
    "NA,Abbey,A1,E05000002,E07000130,Charnwood,20\n"
    "NB,Moor,B1,W05000002,W06000001,Anglesey,0\n"
)
LSOA_HEADER = "lsoa_code,lsoa_name,lad_code,lad_name,neighbourhood_code,households,population\n"
LSOAS = LSOA_HEADER + (
    'E01000001,"Moor, East 001A",E06000016,Leicester,NA,50,120\n'
    "E01000002,Abbey 001B,E06000016,Leicester,NA,50,130\n"
    "E01000003,Next 001A,E06000016,Leicester,,50,140\n"
)
NO_SHAPE = '{"type": "FeatureCollection", "features": []}'
SQUARE = "[[[-1.2,52.6],[-1.1,52.6],[-1.1,52.7],[-1.2,52.7],[-1.2,52.6]]]"


def shapes(*codes: str) -> str:
    features = ",".join(
        f'{{"type":"Feature","properties":{{"neighbourhood_code":"{code}"}},'
        f'"geometry":{{"type":"Polygon","coordinates":{SQUARE}}}}}'
        for code in codes
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


def lay(folder: Path, *, places: str = PLACES, lsoas: str = LSOAS, drawn: str = NO_SHAPE) -> Path:
    reference = folder / "reference"
    reference.mkdir(exist_ok=True)
    for name, text in (
        ("neighbourhoods.csv", places),
        ("lsoas.csv", lsoas),
        ("neighbourhood-boundaries.geojson", drawn),
    ):
        (reference / name).write_text(text, encoding="utf-8", newline="")
    return folder / "raw"


def rows(source: Neighbourhoods | AreasOfNeighbourhoods, root: Path, *columns: str) -> list[tuple[str | None, ...]]:
    (path,) = source.extracts(root, ALL, anew)
    declared = tuple(NEIGHBOURHOOD) if isinstance(source, Neighbourhoods) else AREA
    found = source.read(root, path, columns or declared, declared)
    assert found.sha256 == source.sha256(root, path, anew)
    return list(zip(*(column.to_pylist() for column in found.cells.values()), strict=True))


AREA = ("neighbourhood_code", "area_kind", "area_code", "area_name")
NEIGHBOURHOOD = (
    *("neighbourhood_code", "neighbourhood_name", "lad_codes", "beats", "wards", "lsoas"),
    *("households", "population", "has_boundary"),
)


def test_a_neighbourhood_counts_what_lies_in_it_once(tmp_path: Path) -> None:
    assert rows(Neighbourhoods(), lay(tmp_path, drawn=shapes("NA"))) == [
        ("NA", "Abbey", "E06000016;E07000130", "1", "2", "2", "120", "250", "true"),
        ("NB", "Moor", "W06000001", "1", "1", "0", "0", None, "false"),
    ]


def test_each_area_of_a_neighbourhood_is_there_once(tmp_path: Path) -> None:
    assert rows(AreasOfNeighbourhoods(), lay(tmp_path)) == [
        ("NA", "beat", "A1", None),
        ("NA", "ward", "E05000001", None),
        ("NA", "ward", "E05000002", None),
        ("NA", "lsoa", "E01000001", "Moor, East 001A"),
        ("NA", "lsoa", "E01000002", "Abbey 001B"),
        ("NB", "beat", "B1", None),
        ("NB", "ward", "W05000002", None),
    ]


def refusal(folder: Path, **lists: str) -> PipelineError:
    with pytest.raises(InputError) as caught:
        rows(Neighbourhoods(), lay(folder, **lists))
    said = str(caught.value)
    assert not [word for word in ("Abbey", "Moor", "HYPERLINK", "E0600001X", "somewhere") if word in said]
    return caught.value


@pytest.mark.parametrize(
    ("line", "said", "column"),
    [
        ("NA,Somewhere,A2,E05000001,E06000016,L,9", "second name", "neighbourhood_name"),
        ("NA,Abbey,A1,E05000001,E06000016,L,101", "differs from that of the same beat and ward", "households"),
        ("NC,Abbey,C1,E05000001,E0600001X,L,9", "no code of its kind of area", "lad_code"),
        ("NC,Abbey,C1,E05000001,E05000001,L,9", "no code of its kind of area", "lad_code"),
        ("NC,Abbey,C1,E5000001,E06000016,L,9", "no code of its kind of area", "ward_code"),
        ("NC,Abbey,C1,,E06000016,L,9", "no code of its kind of area", "ward_code"),
        ("NC,Abbey,C1,E05000001,E06000016,L,many", "no whole number", "households"),
        ("NC,Abbey,C1,E05000001,E06000016,L,", "no whole number", "households"),
        ("NC,Abbey,C1,E05000001,E06000016,L,9.5", "no whole number", "households"),
        ("NC,,C1,E05000001,E06000016,L,9", "is empty", "neighbourhood_name"),
        (",Abbey,C1,E05000001,E06000016,L,9", "is empty", "neighbourhood_code"),
        ("NC,Abbey,,E05000001,E06000016,L,9", "is empty", "beat_code"),
        ("NC,=HYPERLINK(1),C1,E05000001,E06000016,L,9", "formula", "neighbourhood_name"),
        ("NC,Abbey,@C1,E05000001,E06000016,L,9", "formula", "beat_code"),
    ],
)
def test_a_wrong_line_refuses_the_list_of_neighbourhoods(tmp_path: Path, line: str, said: str, column: str) -> None:
    error = refusal(tmp_path, places=f"{PLACES}{line}\n")
    assert (error.code, error.where) == ("bad-reference", "reference/neighbourhoods.csv, row 6")
    assert said in error.message
    assert f"`{column}`" in error.message


@pytest.mark.parametrize("households", [1, 7])
def test_a_neighbourhood_of_one_to_seven_households_is_refused(tmp_path: Path, households: int) -> None:
    lines = f"NC,Copse,C1,E05000001,E06000016,L,{households - 1}\nNC,Copse,C2,E05000001,E06000016,L,1\n"
    error = refusal(tmp_path, places=PLACES + lines)
    assert "has 1 to 7 households" in error.message
    assert error.where == "reference/neighbourhoods.csv, row 6"


@pytest.mark.parametrize("households", [0, 8])
def test_one_of_none_or_of_eight_households_is_not(tmp_path: Path, households: int) -> None:
    lines = f"NC,Copse,C1,E05000001,E06000016,L,{households}\nNC,Copse,C1,E05000001,E06000016,L,{households}\n"
    assert rows(Neighbourhoods(), lay(tmp_path, places=PLACES + lines), "households")[-1] == (str(households),)


@pytest.mark.parametrize(
    ("line", "said", "column"),
    [
        ("E01000009,X,E06000016,L,NX,1,1", "none that neighbourhoods.csv has", "neighbourhood_code"),
        ("E01000001,X,E06000016,L,NA,1,1", "comes twice", "lsoa_code"),
        ("E02000009,X,E06000016,L,NA,1,1", "no code of its kind of area", "lsoa_code"),
        ("E01000009,X,E60000016,L,NA,1,1", "no code of its kind of area", "lad_code"),
        ("E01000009,X,E06000016,L,NA,1,1.5", "no whole number", "population"),
        ("E01000009,X,E06000016,L,,1,", "no whole number", "population"),
        ("E01000009,X,E06000016,L,NA,one,1", "no whole number", "households"),
        ("E01000009,@SUM(1),E06000016,L,NA,1,1", "formula", "lsoa_name"),
    ],
)
def test_a_wrong_line_refuses_the_list_of_lsoas(tmp_path: Path, line: str, said: str, column: str) -> None:
    error = refusal(tmp_path, lsoas=f"{LSOAS}{line}\n")
    assert (error.code, error.where) == ("bad-reference", "reference/lsoas.csv, row 5")
    assert said in error.message
    assert f"`{column}`" in error.message


def test_a_boundary_of_no_neighbourhood_is_refused(tmp_path: Path) -> None:
    assert "a neighbourhood that neighbourhoods.csv lacks" in refusal(tmp_path, drawn=shapes("NA", "NX")).message


def test_a_force_without_a_list_of_lsoas_has_no_such_extract(tmp_path: Path) -> None:
    root = lay(tmp_path)
    (tmp_path / "reference" / "lsoas.csv").unlink()
    assert Neighbourhoods().extracts(root, ALL, anew) == {}


def test_one_without_boundaries_is_told_so(tmp_path: Path) -> None:
    root = lay(tmp_path)
    (tmp_path / "reference" / "neighbourhood-boundaries.geojson").unlink()
    with pytest.raises(InputError, match="no-reference"):
        rows(Neighbourhoods(), root)
    assert len(rows(AreasOfNeighbourhoods(), root)) == 7
