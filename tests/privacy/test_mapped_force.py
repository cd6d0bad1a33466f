"""A force that publishes its own exports by a mapping alone: to the penny, and nobody who is planted in them."""

from __future__ import annotations

import tomllib
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.lib.mapped_force import (
    AS_OF,
    CODED,
    DATASETS,
    EXAMPLE,
    MEETINGS,
    MONTHS,
    PLANTED,
    approve_codes,
    ledger,
    mapped_force,
)
from tests.privacy.test_planted import REVIEW, Searched, everything_below

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product, Said


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Product, list[Said]]:
    """Return the force after its codes were approved and its exports published, and all that was said."""
    product = mapped_force(tmp_path_factory.mktemp("mapped"))
    said = [publish(product, status=5)]
    approve_codes(product)
    said += [product.run("--as-of", AS_OF, "plan", "--quiet", "--details", status=0), publish(product, status=0)]
    said += [product.run("quarantine", name, status=0) for name in DATASETS]
    return product, said


def publish(product: Product, *, status: int) -> Said:
    return product.run("--as-of", AS_OF, "publish", "--details", status=status)


def test_nothing_is_built_before_the_codes_that_open_a_protection_are_approved(
    published: tuple[Product, list[Said]],
) -> None:
    first = published[1][0].out
    assert first.count("WAITS mapping-opens") == len(CODED)
    assert "2 codes of `Supplier Type`" in first
    assert first.count("built now") == len(DATASETS) - len(CODED)


def test_every_amount_is_published_to_the_penny(published: tuple[Product, list[Said]]) -> None:
    for month in MONTHS.values():
        rows = published[0].csv("spend-over-500", f"2024-{month}")
        amounts = Counter(Decimal(row["net_amount"]) for row in rows)
        assert amounts == Counter(each.published for each in ledger(month) if each.published is not None)
        assert {row["payment_date"][:7] for row in rows} == {f"2024-{month}"}


def test_people_are_redacted_and_who_is_in_doubt_waits(published: tuple[Product, list[Said]]) -> None:
    rows = published[0].csv("spend-over-500", "2024-01")
    by_amount = {row["net_amount"]: row for row in rows}
    assert by_amount["800.10"]["supplier_name"] == by_amount["900.00"]["supplier_name"] == "REDACTED PERSONAL DATA"
    assert by_amount["1000.50"]["supplier_name"] == "REDACTED OTHER"
    assert by_amount["1000.50"]["department"] == ""
    assert by_amount["700.00"]["supplier_name"] == "Robin Hood Joinery"
    assert "650.00" not in by_amount
    assert published[0].accounts("spend-over-500", "2024-01")["payee-needs-review"] == 1


def test_records_of_other_names_codes_and_dates_are_published(published: tuple[Product, list[Said]]) -> None:
    rows = published[0].csv("street-crime", "2024-02")
    types = Counter(row["Crime type"] for row in rows)
    assert types == {"Anti-social behaviour": 11, "Burglary": 10, "Vehicle crime": 9, "Drugs": 11}
    assert Counter(row["Location"] for row in rows) == {"On or near Castle Street": 40, "No Location": 1}
    assert published[0].accounts("street-crime", "2024-02")["restricted"] == 3  # one of them by its outcome
    meetings = published[0].csv("engagement-events", "2024-03")
    assert [row["event_date"] for row in meetings].count("") == 1  # of a sensitive audience
    assert {row["kind"] for row in meetings} == {"Beat meeting", "Surgery"}
    assert published[0].accounts("engagement-events", "2024-03")["private-venue"] == 1


def test_searches_without_a_header_and_outcomes_of_all_time_are_published(
    published: tuple[Product, list[Said]],
) -> None:
    searches = published[0].csv("stop-and-search", "2024-02")
    assert len(searches) == 29
    assert [row["Date"] for row in searches].count("") == 1  # of a child
    assert [row["Latitude"] for row in searches].count("") == 2  # of the child, and beyond outer clothing
    assert Counter(row["Type"] for row in searches) == {"Person search": 15, "Vehicle search": 14}
    outcomes = published[0].csv("crime-outcomes", "2024-02")
    assert len(outcomes) == 28  # one is sealed
    assert {row["Location"] for row in outcomes} == {"No location"}
    crimes = {row["Crime ID"] for row in published[0].csv("street-crime", "2024-02")}
    assert len(crimes & {row["Crime ID"] for row in outcomes}) == 28


def test_the_plan_says_what_protects_nobody_what_is_absent_and_which_keys_are_made(
    published: tuple[Product, list[Said]],
) -> None:
    told = published[1][1].out
    assert "`location_confidence`, which protects, is `street` in every row" in told
    assert "`restricted`, which protects: 1 of their codes decide it, as was approved" in told
    assert "`Contract Ref` is absent (contracts are kept in another system)" in told
    assert "`Transaction No` is made of 2 of their columns" in told
    assert "`Line No` is made of file, sheet and row number" in told
    assert "finance/AP Jan 24 over 500.csv: rows left out as footers: 40, 41" in told


def test_the_page_says_what_no_system_holds(published: tuple[Product, list[Said]]) -> None:
    page = (published[0].published / "spend-over-500" / "index.html").read_text(encoding="utf-8")
    assert "Not held by the systems: company_number (the ledger holds no company numbers)." in page
    assert "The same in every row by setting: body." in page
    assert "The finance system does not record why value for money was expected." in page


def test_nobody_who_is_planted_comes_out_anywhere(published: tuple[Product, list[Said]]) -> None:
    product, said = published
    told = [("what was said", each.text) for each in said]
    told += everything_below(product.published)
    told += everything_below(product.private, apart=(REVIEW.removeprefix("private/"),))
    everything = [(place, Searched(text)) for place, text in told]
    assert [(who, place) for who, name in PLANTED.items() for place, text in everything if text.holds(name)] == []


def test_the_planted_stand_in_the_exports(published: tuple[Product, list[Said]]) -> None:
    raw = b"".join(
        path.read_bytes() for path in published[0].raw.rglob("*") if path.is_file() and path.suffix != ".xlsx"
    )
    with duckdb.connect(published[0].folder / MEETINGS, read_only=True) as system:
        raw += str(system.sql("SELECT chair, name FROM meeting JOIN place ON id = place_id").fetchall()).encode()
    there = [who for who, name in PLANTED.items() if name.encode() in raw]
    assert {*PLANTED} - {*there} == {"a caller", "a log", "a text of a log"}  # these are packed in the workbook


def test_the_next_night_finds_nothing_to_do(published: tuple[Product, list[Said]]) -> None:
    said = published[0].run("--as-of", AS_OF, "publish", status=0)
    assert "nothing changed: nothing was written" in said.out
    assert "reading" not in said.err.replace("reading database", "")


def test_the_example_shows_every_key_of_a_mapping() -> None:
    blocks = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["extracts"].values()
    shown = {key for block in blocks for key in block}
    assert shown >= {"files", "encoding", "delimiter", "dates", "money", "stop_at", "month", "query", "columns"}
    assert shown >= {"constants", "codes", "keys", "absent", "withheld"}


def test_a_renamed_column_stops_its_dataset_by_name(tmp_path: Path) -> None:
    product = mapped_force(tmp_path / "force", ("Jan",))
    path = product.raw / "rms" / "Crimes 202401.csv"
    path.write_text(path.read_text("utf-8").replace("OIC", "Officer in charge"), encoding="utf-8")
    said = publish(product, status=3)
    assert "unknown-column: rms/Crimes 202401.csv, row 1: the mapping does not mention" in said.text
    assert "[extracts.recorded-crime.withheld]" in said.text
    assert PLANTED["an officer"] not in said.text
