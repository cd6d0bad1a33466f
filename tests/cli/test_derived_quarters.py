"""A quarter that is made from the releases of its months: what it lacks is said, and a text in it is scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, MAR, STREET, call, crime, little_force, publish, record
from tests.lib.one_more import PLACES, with_places

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

PLACE = "Foxglove Lane"


@pytest.fixture
def force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Product:
    """Give a force with the months of a quarter, nothing of them published yet."""
    with_places(monkeypatch, tmp_path / "schemas")
    product = little_force(tmp_path / "force", made=True)
    record(product, MAR)
    call(product, MAR)
    return product


def months(product: Product, *names: str) -> None:
    for month in names:
        record(product, month)
        call(product, month)


def page(product: Product) -> str:
    return (product.published / PLACES.name / "index.html").read_text("utf-8")


def test_a_quarter_that_lacks_months_is_named_with_them_in_the_plan_and_on_its_page(force: Product) -> None:
    months(force, "2024-04")
    publish(force, STREET, "2024-04-01")
    assert {row["place"] for row in force.csv(PLACES.name, "2024-Q1")} == {PLACE}
    assert "lacking" not in page(force)
    publish(force, STREET, "2024-07-01")
    assert "April to June 2024 (2024-05, 2024-06 lacking)" in page(force)
    lacks = f"not made: 2024-Q2: {STREET} 2024-05 to 2024-06 is not published"
    assert lacks in force.run("--as-of", "2024-07-01", "plan", "--quiet", status=0).text
    months(force, "2024-05", "2024-06")
    publish(force, STREET, "2024-07-02")
    assert "lacking" not in page(force)
    assert force.csv(PLACES.name, "2024-Q2")


def test_a_quarter_of_which_nothing_came_lacks_every_month(force: Product) -> None:
    months(force, "2024-07", "2024-08", "2024-09")
    publish(force, STREET, "2024-10-01")
    assert "April to June 2024 (2024-04, 2024-05, 2024-06 lacking)" in page(force)


def test_a_month_that_is_lacking_itself_is_said_once(force: Product) -> None:
    months(force, "2024-05")
    publish(force, STREET, "2024-07-01")
    summary = (force.published / "crime-summary" / "index.html").read_text("utf-8")
    assert "<li>April 2024</li>" in summary


def test_a_quarter_goes_with_its_month_and_stays_gone_while_that_is(force: Product) -> None:
    publish(force, STREET, "2024-04-01")
    for path in (force.crimes(FEB), force.incidents(FEB)):
        force.decide("forget", path.relative_to(force.raw).as_posix())
    publish(force, STREET, "2024-04-02", status=5)
    assert force.csv(PLACES.name, "2024-Q1")
    force.decide("approve", STREET, FEB, "--finding", "withdrawn")
    publish(force, STREET, "2024-04-03")
    assert "input-withdrawn" in page(force)
    publish(force, STREET, "2024-04-04")
    assert "withdrawn" in (force.published / PLACES.name / f"{PLACES.name}-2024-Q1.csv").read_text("utf-8")
    record(force, FEB, good=2)
    call(force, FEB, good=2)
    publish(force, STREET, "2024-04-05")
    assert force.csv(PLACES.name, "2024-Q1")


def test_a_text_that_a_recipe_makes_and_that_identifies_somebody_does_not_leave(force: Product) -> None:
    record(force, JAN, crime(JAN, 9, victim_surname=PLACE.upper()))
    said = publish(force, STREET, status=None)
    assert "identity-published" in said.text
    assert "`victim_surname`, which identifies somebody, would be published in `place`" in said.text
    assert PLACE.lower() not in said.text.lower()
    assert not (force.published / PLACES.name).exists()
    assert not list((force.private / "releases" / PLACES.name).glob("*/*"))
    assert force.csv(STREET, JAN), "the place of a crime is public there, with the words before it"
    record(force, JAN)
    publish(force, STREET, "2024-04-02")
    assert force.csv(PLACES.name, "2024-Q1")
