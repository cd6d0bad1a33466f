"""The invented tables are those of one force: what one says of a crime or a contract, another does not deny."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from pipeline.codelists import CODELISTS
from pipeline.datasets import declared
from pipeline.sample import make_sample
from pipeline.sample.faults import LEDGER
from pipeline.sample.writing import read_workbook
from tests.lib.product import Rows, read_csv

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = tuple(f"{number // 12}-{number % 12 + 1:02}" for number in range(2022 * 12 + 2, 2024 * 12 + 3))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the extracts of 25 months."""
    data = tmp_path_factory.mktemp("agreement")
    make_sample(data, declared().values(), rows=300, months=25, codelists=CODELISTS)
    return data / "raw"


def ordinary(rows: Rows) -> Rows:
    """Return crimes, or outcomes of them, that are neither odd nor planted."""
    numbered = re.compile(r"SAMPLE\*[0-9]{2}\*0[0-9]{6}")
    return [row for row in rows if numbered.fullmatch(row["crime_reference"])]


def test_an_outcome_is_the_last_one_of_its_crime_where_that_was_and_a_crime_without_one_has_none(raw: Path) -> None:
    for month in MONTHS:
        crimes = ordinary(read_csv(raw / "crime" / "recorded-crime" / f"{month}.csv"))
        outcomes = ordinary(read_csv(raw / "crime" / "outcomes" / f"{month}.csv"))
        last = {row["crime_reference"]: row["outcome_code"] for row in crimes}
        listed = {row["crime_reference"]: row["outcome_code"] for row in outcomes}
        assert len(listed) == len(outcomes) > 100
        assert {reference: code for reference, code in last.items() if code} == listed
        places = {row["crime_reference"]: (row["easting"], row["northing"]) for row in crimes}
        assert all(places[row["crime_reference"]] == (row["easting"], row["northing"]) for row in outcomes)


def test_payments_name_contracts_of_the_register_and_their_suppliers(raw: Path) -> None:
    register = read_csv(raw / "expenditure" / "contracts.csv")
    supplier = {row["Contract Ref"]: row["Supplier Name"] for row in register}
    lines = [
        line for month in MONTHS for line in read_workbook(raw / "expenditure" / "ledger" / f"{month}.xlsx", LEDGER)
    ]
    paid = [(str(line["Contract Ref"]), line["Supplier Name"]) for line in lines]
    named = [(contract, payee) for contract, payee in paid if contract.startswith("EX-C")]
    assert len(named) > 100
    assert {contract for contract, _ in named} <= supplier.keys()
    assert all(supplier[contract] == payee for contract, payee in named)


def test_months_have_seasons_and_none_is_empty(raw: Path) -> None:
    rows = {month: len(read_csv(raw / "crime" / "asb-incidents" / f"{month}.csv")) for month in MONTHS}
    assert min(rows.values()) > 20
    assert rows["2023-07"] > 1.2 * rows["2023-01"]
    assert len(set(rows.values())) > 12


def test_people_who_are_searched_are_plausible(raw: Path) -> None:
    searches = [row for month in MONTHS for row in read_csv(raw / "crime" / "stop-and-search" / f"{month}.csv")]
    ages = Counter(int(row["subject_age"]) // 10 for row in searches if row["subject_age"].isdigit())
    assert ages[0] < 0.1 * ages.total()
    assert ages[1] + ages[2] > 0.4 * ages.total()
    nothing_more = sum(row["outcome_code"] == "SO01" for row in searches)
    assert 0.5 * len(searches) < nothing_more < 0.9 * len(searches)
