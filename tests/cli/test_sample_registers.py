"""The sample's registers over three months: an entry goes and comes back, one changes, one is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.build.derived.catalogue_records import lists_datasets
from pipeline.datasets import declared
from tests.lib.product import Product

if TYPE_CHECKING:
    from pathlib import Path

REGISTERS = [
    name for name, each in declared().items() if each.period.register and each.feeds and not lists_datasets(each)
]
DAYS = {"2024-04": (), "2024-05": ("--later", "1"), "2024-06": ("--later", "2")}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Give the example force, which has published its registers in three months."""
    product = Product.empty(tmp_path_factory.mktemp("registers"))
    product.run("key", "new", status=0)
    for month, words in DAYS.items():
        product.run("sample", "--rows", "200", *words, status=0)
        product.run("--as-of", f"{month}-20", "publish", "--quiet", *REGISTERS, status=0)
    return product


def entries(product: Product, name: str, month: str) -> dict[tuple[str, ...], dict[str, str]]:
    """Return a row of each entry by what names it."""
    named = declared()[name].entry
    rows = product.csv(name, month)
    return {tuple(row[each] for each in named): {**row, "snapshot": ""} for row in rows}


@pytest.mark.parametrize("name", REGISTERS)
def test_each_register_of_the_sample_has_snapshots_that_differ(product: Product, name: str) -> None:
    first, second, third = (entries(product, name, month) for month in DAYS)
    (gone,), (new,) = first.keys() - second.keys(), second.keys() - first.keys()
    assert third[gone] == first[gone]
    assert second.keys() | {gone} == third.keys()
    assert new in third
    (changed,) = (each for each in first.keys() & second.keys() if first[each] != second[each])
    assert third[changed] == second[changed]
    log = (product.published / name / "change-log.csv").read_text("utf-8").splitlines()
    assert [line.partition(",")[2].partition(",")[0] for line in log[1:]] == [*reversed(DAYS)]


def test_the_inventory_of_the_sample_changes_with_its_register_and_with_the_others(product: Product) -> None:
    first, second, third = (entries(product, "inventory", month) for month in DAYS)
    (gone,), (new,) = first.keys() - second.keys(), second.keys() - first.keys()
    assert third[gone] == first[gone]
    assert second.keys() | {gone} == third.keys()
    changed = [each for each in first.keys() & second.keys() if first[each] != second[each]]
    (asset,) = (each for each in changed if not first[each]["dataset"])
    assert third[asset] == second[asset]
    assert {first[each]["dataset"] for each in changed} == {"", *REGISTERS}
    assert new in third


@pytest.mark.parametrize("words", [("--faults",), ("--clear",)])
def test_how_much_later_it_is_is_about_the_sample_alone(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = Product.empty(tmp_path).run("sample", "--later", "1", *words, status=2)
    assert "--later" in said.text
