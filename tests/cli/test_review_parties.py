"""The review of parties of registers at a terminal: they are known by name, and what is answered names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.model.row_rule import Question
from pipeline.storage.supplier_review import PARTIES, review_file, save_review
from tests.lib.at_terminal import Terminal
from tests.lib.dataset_folders import FOLDERS, DatasetFolder, force
from tests.lib.product import read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

CONTRACTS = DatasetFolder(FOLDERS / "expenditure" / "contracts")
WAITS, MONTH = "Nobody Knows Yet Ltd", "2024-03"
KEYS = "[q] stop"


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """Give a force that has published its contracts; one supplier is on no list."""
    product = force(tmp_path / "force")
    CONTRACTS.lay_out(product)
    publish(product)
    return product


def publish(product: Product) -> str:
    return product.run("--as-of", CONTRACTS.as_of, "publish", "--quiet", "contracts", status=0).text


def named(product: Product) -> list[str]:
    return [row["supplier_name"] for row in product.csv("contracts", MONTH)]


def listed(product: Product) -> list[str]:
    return [row["name"] for row in read_csv(product.reference / "named-parties.csv")]


def test_a_party_that_was_answered_about_is_named_by_the_next_run(product: Product) -> None:
    assert "`pipeline review parties` asks" in publish(product)
    assert WAITS not in named(product)
    before = (product.reference / "named-parties.csv").read_bytes()
    with Terminal(product, "review", "parties") as terminal:
        shown = terminal.until(KEYS)
        assert f"1 of 1: {WAITS}\n  lines 1, in the register of {MONTH}\n" in shown
        terminal.press("o")
        assert terminal.status() == 0
        assert "parties left to classify: 0" in terminal.text
    assert (product.reference / "named-parties.csv").read_bytes() == before + f"{WAITS},ORG,\n".encode()
    assert "no party is left to classify" in product.run("review", "parties", status=0).out
    assert "parties to classify" not in publish(product)
    assert WAITS in named(product)
    assert read_csv(review_file(product.private, PARTIES)) == []


def test_without_a_terminal_no_name_is_shown(product: Product) -> None:
    said = product.run("review", "parties", status=2).text
    assert "named-parties.csv by hand: the party's name, a comma" in said
    assert WAITS not in said


def test_names_that_a_list_tells_apart_are_asked_about_apart(product: Product) -> None:
    """The list is looked up by names, case and blanks aside; what only keys would take for one is two."""
    names = ("Acme Ltd", "ACME  LTD", "Acme Ltd.", "=HYPERLINK(1)")
    questions = [Question(name, (name,), 0, 1, 0, "") for name in names]
    save_review(product.private, "contracts", {MONTH: questions}, of=PARTIES)
    with Terminal(product, "review", "parties") as terminal:
        assert "1 of 2" in terminal.until(KEYS)
        terminal.press("o")
        assert "2 of 2" in terminal.until(KEYS)
        terminal.press("t")
        assert terminal.status() == 0
    assert {name for name in listed(product) if name.lower().startswith(("acme  ltd", "acme ltd"))} == {
        "ACME LTD",
        "Acme Ltd.",
    }
    assert not [name for name in listed(product) if name.startswith("=")]
