"""A quarter that is counted from monthly files: it follows every file, every correction and every protection."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lib.dataset_folders import folders
from tests.lib.little_force import FEB, JAN, MAR, crime, little_force
from tests.lib.product import write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

SUMMARY, QUARTER = "sensitive-crime-summary", "2024-Q1"
AUTHORITY = "E06000016"


def recorded(force: Product, month: str, number: int, **cells: str) -> None:
    """Write the crimes of a month, all marked as domestic abuse, the last with other ``cells``."""
    marks = dict.fromkeys(("is_hate", "is_child", "is_sexual"), "N") | {"is_domestic": "Y"}
    place = {"neighbourhood_code": "NC", "beat_code": "NC04"}
    rows = [crime(month, place_in, **marks, **place) for place_in in range(number)]
    write_csv(force.crimes(month), [*rows[:-1], rows[-1] | cells])


def go(force: Product, day: str = "2024-04-02", *, status: int = 0, command: str = "publish") -> str:
    return force.run("--as-of", day, command, "--quiet", SUMMARY, status=status).text


def domestic(force: Product, quarter: str = QUARTER) -> list[str]:
    """Return the public numbers of domestic abuse, of the authority and of all."""
    return [
        row["crimes"]
        for row in force.csv(SUMMARY, quarter)
        if row["profile"] == "Domestic abuse" and row["lad_code"] in ("ALL", AUTHORITY)
    ]


@pytest.fixture
def force(tmp_path: Path) -> Product:
    """Return a force with eight crimes in each month of a quarter."""
    force = little_force(tmp_path / "force", made=True)
    source = folders()[SUMMARY].path / "reference" / "neighbourhoods.csv"
    (force.reference / source.name).write_bytes(source.read_bytes())
    for month in (JAN, FEB, MAR):
        recorded(force, month, 8)
    return force


def test_a_quarter_is_built_when_all_its_months_are_there_and_it_is_over(force: Product) -> None:
    march = force.crimes(MAR).read_bytes()
    force.crimes(MAR).unlink()
    assert f"no file of recorded-crime of {MAR} has come" in go(force, "2024-03-30")
    force.crimes(MAR).write_bytes(march)
    assert "is not over yet" in go(force, "2024-03-31")
    assert not list(force.published.glob(f"{SUMMARY}/*.csv"))
    go(force, "2024-04-01")
    assert domestic(force) == ["25", "25"]


def test_a_missing_quarter_is_named_with_the_months_that_are_lacking(force: Product) -> None:
    for month in ("2024-04", "2024-06"):
        recorded(force, month, 8)
    go(force, "2024-06-30")
    page = (force.published / SUMMARY / "index.html").read_text("utf-8")
    assert "2024-05" not in page, "the quarter is not over"
    go(force, "2024-07-01")
    page = (force.published / SUMMARY / "index.html").read_text("utf-8")
    assert "April to June 2024 (2024-05 lacking)" in page
    recorded(force, "2024-05", 8)
    go(force, "2024-07-02")
    assert domestic(force, "2024-Q2") == ["25", "25"]
    assert "lacking" not in (force.published / SUMMARY / "index.html").read_text("utf-8")


def test_a_correction_and_a_late_row_give_the_quarter_anew(force: Product) -> None:
    go(force)
    recorded(force, FEB, 3)
    go(force, "2024-04-03")
    assert domestic(force) == ["20", "20"]
    recorded(force, "2024-04", 5, recorded_on=f"{MAR}-30 10:00")
    go(force, "2024-04-04")
    assert domestic(force) == ["20", "20"], "20 of 20"
    recorded(force, "2024-04", 5, recorded_on=f"{MAR}-30 10:00", crime_reference="24*77", is_domestic="N")
    go(force, "2024-04-05")
    assert domestic(force) == ["20", "20"]


def test_a_row_of_a_later_month_than_its_file_is_bad_also_within_the_quarter(force: Product) -> None:
    recorded(force, JAN, 8, recorded_on=f"{FEB}-10 09:12")
    assert "month-after-file" in go(force)


@pytest.mark.parametrize("gone", [False, True])
def test_a_crime_that_any_extract_restricts_is_counted_no_more(force: Product, *, gone: bool) -> None:
    """Also where the file of its month has gone: what is kept of the rows is counted again."""
    for month in (JAN, FEB, MAR):
        recorded(force, month, 6)  # 18: 20, and 17: 15
    go(force)
    assert domestic(force) == ["20", "20"]
    reference = crime(JAN, 2)["crime_reference"]
    if gone:
        force.crimes(JAN).unlink()
    outcome = folders()["crime-outcomes"].raw("crime/outcomes/2024-01.csv")[0]
    path = force.raw / "crime" / "outcomes" / "2024-05.csv"
    path.parent.mkdir(parents=True)
    write_csv(path, [outcome | {"crime_reference": reference, "outcome_on": "2024-05-02", "restricted": "Y"}])
    go(force, "2024-06-03")
    assert domestic(force) == ["15", "15"]
    accounts = force.run("accounts", SUMMARY, status=0).out
    assert "published 17 + quarantined 0 + withheld 1" in accounts
    if gone:
        assert f"input-gone: {QUARTER}" in go(force, "2024-06-04")


def test_nothing_but_cells_leaves_and_what_is_hidden_is_counted_privately(force: Product) -> None:
    recorded(force, FEB, 3, neighbourhood_code="WH", beat_code="WH02")
    go(force)
    public = b"".join(path.read_bytes() for path in force.published.rglob("*") if path.is_file())
    for word in (b"WH02", b"NC04", crime(JAN, 1)["crime_reference"].encode()):
        assert word not in public
    told = json.loads((force.private / "disclosure" / SUMMARY / f"{QUARTER}.json").read_bytes())
    assert told == {"cells": 16, "hidden": 2, "totals_tested": 1, "totals_hidden": 1}
    (kept,) = (force.private / "releases" / SUMMARY).iterdir()
    assert {path.suffix for path in kept.iterdir()} == {".csv", ".parquet"}


def test_the_same_rows_on_another_day_change_nothing(force: Product) -> None:
    go(force)
    before = {path: path.read_bytes() for path in force.published.rglob("*.csv")}
    assert "nothing to build" in go(force, "2024-04-05", command="plan")
    go(force, "2024-04-05")
    assert {path: path.read_bytes() for path in force.published.rglob("*.csv")} == before


def test_a_list_that_loses_lines_makes_the_quarter_wait(force: Product) -> None:
    for month in (JAN, FEB, MAR):
        recorded(force, month, 30)
    go(force)
    assert domestic(force) == ["90", "90"]
    path = force.reference / "neighbourhoods.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("NC,")), "utf-8")
    said = go(force, "2024-04-03", status=5)
    assert "0 rows of recorded-crime have a `lad_code`, in its last release 90" in said
    assert domestic(force) == ["90", "90"], "what is public stays"
    path.write_text("".join(lines), "utf-8")
    go(force, "2024-04-04")
    assert domestic(force) == ["90", "90"]
