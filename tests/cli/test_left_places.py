"""A crime that was public once keeps the list of map points of its first release, wherever it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.storage.atomic import make_private
from tests.lib.little_force import FEB, JAN, MAR, STREET, call, crime, little_force, publish, record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

_NUMBER = 9
_OTHER = (
    "longitude,latitude,location,lsoa_code,lsoa_name,addresses\n"
    "-1.129601,52.636301,On or near Alder Row,E01033999,Leicester 041F,12\n"
    "-1.120000,52.640000,On or near Elder Row,E01034000,Leicester 041G,12\n"
)


def place(force: Product, month: str, crime_id: str) -> str:
    return next((row["Location"] for row in force.csv(STREET, month) if row["Crime ID"] == crime_id), "")


def crimes(force: Product, month: str) -> set[str]:
    return {row["Crime ID"] for row in force.csv(STREET, month)} - {""}


@pytest.fixture
def force(tmp_path: Path) -> Product:
    made = little_force(tmp_path / "force")
    record(made, JAN, crime(JAN, _NUMBER))
    publish(made, STREET)
    return made


def gone(force: Product) -> str:
    """Have the crime leave the release of its month; return its public number."""
    before = crimes(force, JAN)
    record(force, JAN)
    publish(force, STREET, "2024-04-02")
    (found,) = before - crimes(force, JAN)
    return found


def comes(force: Product, month: str, *others: dict[str, str]) -> None:
    """Put the crime into the records of a month, by another list of map points."""
    (force.reference / "map-points.csv").write_text(_OTHER, encoding="utf-8")
    record(force, month, crime(JAN, _NUMBER, recorded_on=f"{month}-10 09:00"), *others)
    call(force, month)


def test_a_crime_that_left_one_month_keeps_its_place_in_another(force: Product) -> None:
    found, first = gone(force), "On or near Foxglove Lane"
    comes(force, MAR)
    publish(force, STREET, "2024-04-03", status=5)
    assert place(force, MAR, found) == first
    assert {place(force, MAR, each) for each in crimes(force, MAR) - {found}} == {"On or near Alder Row"}
    comes(force, MAR, crime(MAR, 20))
    publish(force, STREET, "2024-04-04", status=5)
    assert place(force, MAR, found) == first


def test_a_crime_that_moves_keeps_its_place_once_its_first_month_holds_it_no_longer(force: Product) -> None:
    before = crimes(force, JAN)
    record(force, JAN)
    comes(force, MAR)
    publish(force, STREET, "2024-04-02", status=5)
    (found,) = before - crimes(force, JAN)
    first = place(force, MAR, found)
    force.decide("approve", STREET, "--all", "--finding", "resnap")
    comes(force, MAR, crime(MAR, 20))
    publish(force, STREET, "2024-04-03")
    assert place(force, FEB, min(crimes(force, FEB))) == "On or near Alder Row"
    assert place(force, MAR, found) == first == "On or near Foxglove Lane"


def test_a_line_that_a_killed_run_left_half_written_keeps_no_month_from_being_built(force: Product) -> None:
    index = force.private / "index" / f"{STREET}.jsonl"
    make_private(index.parent)
    index.write_text('{"month": "2024-01", "refer\n', encoding="utf-8")
    found = gone(force)
    comes(force, MAR)
    publish(force, STREET, "2024-04-03", status=5)
    assert place(force, MAR, found) == "On or near Foxglove Lane"
