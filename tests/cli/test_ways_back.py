"""Every decision has a way back, the run names it, and no decision takes in more than what was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from product import Product, change_csv, contents
from small_tree import small_tree

if TYPE_CHECKING:
    from pathlib import Path

    from product import Rows

STREET = "street-crime"
SIGNED = "--role POST --reason TEXT"


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return Product.with_published_sample(tmp_path)


def data_of(product: Product) -> dict[str, str]:
    return {name: text for name, text in contents(product.published).items() if f"/{STREET}-2" in name}


def cut(rows: Rows, count: int = 60) -> Rows:
    return [row for number, row in enumerate(rows) if number < count or row["restricted"] != "N"]


def late(rows: Rows) -> Rows:
    """Give three more crimes a day in January."""
    return [
        *rows,
        *(row | {"recorded_on": "2024-01-09 09:00", "crime_reference": f"24*9{n}"} for n, row in enumerate(rows[:3])),
    ]


def test_a_rejected_month_is_said_and_let_in_after_all(product: Product) -> None:
    files = data_of(product)
    change_csv(product.crimes("2024-02"), cut)
    product.publish(status=5)
    product.decide("reject", STREET, "2024-02")
    for _ in range(2):
        said = product.run("publish", "--quiet")
        assert said.status == 0, said.text
        assert "2024-02 was rejected: it stays as it was published" in said.out
        assert f"to let it in after all: pipeline approve {STREET} 2024-02 {SIGNED}" in said.out
    product.decide("approve", STREET, "2024-02")
    assert product.publish() == {STREET: ("2024-02",)}
    assert len(product.csv(STREET, "2024-02")) < 250
    assert len({*data_of(product).items()} - {*files.items()}) == 2
    assert "was rejected" not in product.run("publish", "--quiet").text


def test_a_month_that_a_rejected_file_feeds_is_let_in_with_it(product: Product) -> None:
    change_csv(product.crimes("2024-03"), late)
    product.publish()
    files = data_of(product)
    change_csv(product.crimes("2024-03"), cut)  # the late rows are gone as well
    product.publish(status=5)
    product.decide("reject", STREET, "2024-03")
    product.publish()
    assert data_of(product) == files
    product.decide("approve", STREET, "2024-03")
    assert product.publish() == {STREET: ("2024-01", "2024-03")}
    assert len({*data_of(product).items()} - {*files.items()}) == 4


def test_an_approval_lets_in_no_older_file_that_was_rejected(product: Product) -> None:
    change_csv(product.crimes("2024-02"), cut)
    bad = product.crimes("2024-02").read_bytes()
    product.publish(status=5)
    product.decide("reject", STREET, "2024-02")
    product.publish()
    change_csv(product.crimes("2024-02"), lambda rows: cut(rows, 50))
    product.publish(status=5)
    product.decide("approve", STREET, "2024-02")
    product.publish()
    files = data_of(product)
    product.crimes("2024-02").write_bytes(bad)
    said = product.run("publish", "--quiet")
    assert f"{STREET}" in said.text
    assert data_of(product) == files


def test_a_rejected_weakening_is_said_and_let_in_after_all(tmp_path: Path) -> None:
    product = small_tree(tmp_path)
    as_of = ("--as-of", "2024-03-01")
    assert product.run(*as_of, "publish", "--quiet", STREET).status == 0
    rows = len(product.csv(STREET, "2024-01"))
    change_csv(product.crimes("2024-01"), lambda found: [found[0] | {"restricted": "Y"}, *found[1:]])
    assert product.run(*as_of, "publish", "--quiet", STREET).status == 0
    change_csv(
        product.crimes("2024-01"), lambda found: [found[0] | {"restricted": "N", "premises_name": "x"}, *found[1:]]
    )
    assert "WAITS protection-weakened: 2024-01" in product.run(*as_of, "publish", "--quiet", STREET).out
    product.decide("reject", STREET, "2024-01")
    said = product.run(*as_of, "publish", "--quiet", STREET)
    assert said.status == 0
    assert "protection-weakened was rejected: 2024-01" in said.out
    assert f"to let it in after all: pipeline approve {STREET} 2024-01 {SIGNED}" in said.out
    assert len(product.csv(STREET, "2024-01")) < rows
    product.decide("approve", STREET, "2024-01")
    assert product.run(*as_of, "publish", "--quiet", STREET).status == 0
    assert len(product.csv(STREET, "2024-01")) == rows


def test_a_command_for_a_range_takes_in_nothing_that_waits_for_another_reason(product: Product) -> None:
    for month in ("2024-01", "2024-03"):
        change_csv(product.crimes(month), cut)
    change_csv(
        product.crimes("2024-02"),
        lambda rows: [*rows, *(rows[0] | {"crime_reference": f"24*8{n}"} for n in range(90))],
    )
    said = product.run("publish", "--quiet")
    assert said.status == 5
    assert f"pipeline approve {STREET} 2024-01..2024-03 --finding shrank {SIGNED}" in said.out
    assert f"pipeline approve {STREET} 2024-02 {SIGNED}" in said.out
