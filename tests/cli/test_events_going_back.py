"""An event that was protected in a release stays protected until somebody decides, however its record is edited."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.lib.product import Product, add_events

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = "engagement-events"
HOME = {"event_id": "SAMPLE-20240190001", "venue_kind": "private-home"}
YOUNG = {"event_id": "SAMPLE-20240190002", "audience": "young-people", "starts_at": "2024-01-17 18:00:00"}


@pytest.fixture
def product(tmp_path: Path) -> Product:
    made = Product.with_published_sample(tmp_path)
    add_events(made.raw / "engagement" / "engagement.sqlite", HOME, YOUNG)
    made.publish()
    return made


def edit(product: Product, event: str, column: str, code: str) -> None:
    with closing(sqlite3.connect(product.raw / "engagement" / "engagement.sqlite")) as database, database:
        database.execute(f"UPDATE event SET {column} = ? WHERE event_id = ?", (code, event))  # noqa: S608 - a column's name


def waits_then_is_let_out(product: Product) -> list[dict[str, str]]:
    """Return the rows of January after an approval; before it, nothing that is public changes."""
    before = product.csv(EVENTS, "2024-01")
    for _ in range(2):
        said = product.run("publish", "--quiet", status=5)
        assert "WAITS protection-weakened: 2024-01: 1 of the protected events" in said.out
        assert "to look at: database:" in said.out
        assert product.csv(EVENTS, "2024-01") == before
    product.decide("approve", EVENTS, "2024-01")
    product.publish()
    assert product.publish() == {}
    return [row for row in product.csv(EVENTS, "2024-01") if row not in before]


def test_a_venue_that_is_called_public_later(product: Product) -> None:
    edit(product, HOME["event_id"], "venue_kind", "community-centre")
    (row,) = waits_then_is_let_out(product)
    assert row["venue_kind"] == "Community centre"


def test_an_audience_that_is_called_everybody_later(product: Product) -> None:
    edit(product, YOUNG["event_id"], "audience", "public")
    # the audience itself is no protection: only day and ward wait
    product.run("publish", "--quiet", status=5)
    (row,) = waits_then_is_let_out(product)
    assert row["event_date"] == "2024-01-17"


def test_an_event_that_needs_protection_now_gets_it_at_once(product: Product) -> None:
    rows = len(product.csv(EVENTS, "2024-01"))
    edit(product, YOUNG["event_id"], "venue_kind", "refuge")
    product.publish()
    assert len(product.csv(EVENTS, "2024-01")) == rows - 1


def test_an_event_that_is_deleted_is_no_weakening(product: Product) -> None:
    with closing(sqlite3.connect(product.raw / "engagement" / "engagement.sqlite")) as database, database:
        database.execute("DELETE FROM event WHERE event_id = ?", (HOME["event_id"],))
    product.publish()
    assert product.publish() == {}
