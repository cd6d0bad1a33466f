"""What a release was made from is remembered of that release: what waits beside it changes nothing of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from tests.lib.little_force import FEB, JAN, STREET, crime, little_force, publish, record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product


@pytest.fixture
def force(tmp_path: Path) -> Product:
    force = little_force(tmp_path / "force")
    for month in (JAN, FEB):
        record(force, month, *(crime(month, number) for number in range(100, 300)))
    publish(force, STREET)
    return force


def cut(force: Product) -> bytes:
    """Cut the extract, so that the month waits, and return what it was."""
    whole = force.crimes(JAN).read_bytes()
    record(force, JAN)
    return whole


def test_new_terms_reach_the_files_of_a_month_that_waited_under_them(force: Product) -> None:
    whole = cut(force)
    text = force.settings.read_text(encoding="utf-8")
    force.settings.write_text(
        text.replace("from Leicestershire Police and", "from Rutland Police and"), encoding="utf-8"
    )
    publish(force, STREET, "2024-04-02", status=5)
    force.crimes(JAN).write_bytes(whole)
    publish(force, STREET, "2024-04-03")
    facts = pq.read_schema(force.published / STREET / f"{STREET}-{JAN}.parquet").metadata
    assert b"Rutland Police" in b" ".join(facts.values())


def test_a_release_is_remembered_with_the_list_that_it_was_snapped_with(force: Product) -> None:
    points = force.reference / "map-points.csv"
    first = force.state(STREET)["months"][JAN]["released"]["points"]
    points.write_text(points.read_text(encoding="utf-8") + "-1.300000,52.700000,On or near Elder Row,E01034000,X,12\n")
    publish(force, STREET, "2024-04-02", status=5)
    force.decide("approve", STREET, "--all", "--finding", "resnap")
    cut(force)
    publish(force, STREET, "2024-04-03", status=5)  # snapped with the second list, and waits
    month = force.state(STREET)["months"][JAN]
    second = month["waiting"]["built"]["points"]
    assert second != first == month["released"]["points"]
    force.decide("approve", STREET, JAN, "--finding", "shrank")
    publish(force, STREET, "2024-04-04")
    points.write_text(points.read_text(encoding="utf-8").replace("Elder Row", "Alder Row"))
    publish(force, STREET, "2024-04-05", status=5)  # a third list is there
    assert force.state(STREET)["months"][JAN]["released"]["points"] == second
