"""A private memory that is damaged: what can be read again is, what cannot stops its dataset, with a way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, MAR, SPEND, STREET, TYPES, little_force, pay, payees, publish, record
from tests.lib.product import Product, contents

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.little_force import Cell

OTHER = "REDACTED OTHER"
HARMS = ("cut", "empty", "wrong bytes", "gone")
EVE, ROBIN = "Eve Payne Ltd", "Robin Safehouse"


def harm(path: Path, how: str) -> None:
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": path.read_bytes()[:-30], "empty": b"", "wrong bytes": b"x" * 300}[how])


def register(force: Product, source: str, part: str = "registers") -> Path:
    """Return the file of what a ledger says of payees, or of the payees' floor."""
    facts = force.state(SPEND)[part]["payee"]
    return force.private / "state" / SPEND / f"{facts if part == 'floors' else facts[source]}.arrow"


def ledger(month: str) -> str:
    return f"expenditure/ledger/{month}.xlsx"


def robin(kind: str) -> dict[str, Cell]:
    return {"Supplier No": "S1", "Supplier Name": ROBIN, "Supplier Type": kind}


def eve(kind: str) -> dict[str, Cell]:
    return {"Supplier No": "S2", "Supplier Name": EVE, "Supplier Type": kind}


@pytest.fixture
def force(tmp_path: Path) -> Product:
    """Return a force with two months of payments that are public: one payee is protected by the second ledger."""
    force = little_force(tmp_path / "force")
    pay(force, JAN, robin("ORG"), eve("ORG"))
    pay(force, FEB, robin("PROT"), eve("ORG"))
    publish(force, SPEND)
    assert payees(force, JAN) == [EVE, OTHER]
    return force


@pytest.mark.parametrize("how", HARMS)
def test_a_register_whose_source_is_there_is_read_again_and_that_is_said(force: Product, how: str) -> None:
    files, lost = contents(force.published), register(force, ledger(FEB))
    bytes_before, state = lost.read_bytes(), force.state(SPEND)
    harm(lost, how)
    said = force.run("--as-of", "2024-04-02", "plan", "--quiet", SPEND)
    assert (said.status, "nothing would change" in said.out) == (0, True), said.text
    assert not lost.exists() or lost.read_bytes() != bytes_before  # a plan writes nothing
    said = publish(force, SPEND, "2024-04-02")
    assert f"{ledger(FEB)}: what it protects was lost from our memory, and is read again" in said.out
    assert "nothing changed" not in said.out
    assert lost.read_bytes() == bytes_before
    assert (contents(force.published), force.state(SPEND)) == (files, state)
    assert "read again" not in publish(force, SPEND, "2024-04-03").text


def test_what_a_file_that_was_taken_back_protects_is_read_again_too(force: Product) -> None:
    force.decide("forget", ledger(FEB))
    publish(force, SPEND, "2024-04-02", status=5)
    harm(register(force, ledger(FEB)), "cut")
    assert "read again" in publish(force, SPEND, "2024-04-03", status=5).text
    assert payees(force, JAN) == [EVE, OTHER]


def _lose(force: Product, how: str, what: str) -> Path:
    """Harm what only a backup, or the extract, could bring back."""
    if what == "state":
        path = force.private / "state" / f"{SPEND}.json"
    elif what == "floor":
        path = register(force, "", "floors")
    else:
        path = register(force, ledger(FEB))
        force.ledger(FEB).rename(force.folder / "elsewhere.xlsx")
    harm(path, how)
    return path


@pytest.mark.parametrize("what", ["register", "floor", "state"])
@pytest.mark.parametrize("how", HARMS)
def test_what_cannot_be_read_again_stops_its_dataset_alone_and_recover_is_the_way_back(
    force: Product, how: str, what: str
) -> None:
    publish(force, STREET)
    before = force.csv(SPEND, JAN)
    _lose(force, how, what)
    record(force, JAN, good=4)
    if (how, what) != ("gone", "state"):
        for words in ("plan", "publish", "publish"):
            said = force.run("--as-of", "2024-04-02", words, "--quiet")
            assert said.status == 8, said.text
            assert "bad-state" in said.text
            assert "`pipeline recover`" in said.text
        assert len(force.csv(STREET, JAN)) == 7  # the other dataset goes on
    assert force.csv(SPEND, JAN) == before
    said = force.run("--as-of", "2024-04-03", "recover")
    assert said.status == 0, said.text
    assert f"recovered: {SPEND}: 2 months" in said.out
    for day in ("2024-04-03", "2024-04-04"):
        said = force.run("--as-of", day, "publish", "--quiet", SPEND)
        assert said.status in (0, 5), said.text
        assert ROBIN not in payees(force, JAN) + payees(force, FEB)
        assert payees(force, JAN)


def test_while_it_is_stopped_the_other_ledgers_protect_what_is_public(force: Product) -> None:
    _lose(force, "cut", "register")
    pay(force, MAR, eve("PROT"))
    said = publish(force, SPEND, "2024-04-02", status=8)
    assert "bad-state" in said.out
    assert payees(force, JAN) == payees(force, FEB) == [OTHER, OTHER]
    assert payees(force, MAR) == []
    assert len(force.csv(SPEND, FEB)) == 3
    (force.folder / "elsewhere.xlsx").rename(force.ledger(FEB))  # the extract is back
    assert "read again" in publish(force, SPEND, "2024-04-03").text
    assert payees(force, JAN) == payees(force, FEB) == [OTHER, OTHER]
    assert payees(force, MAR) == [OTHER]


def test_what_was_kept_back_for_want_of_a_register_comes_back_with_it(force: Product) -> None:
    pay(force, JAN, robin("ORG") | {"Supplier No": "S5"})
    (force.reference / "supplier-types.csv").write_text(f"{TYPES}S5,ORG\n", encoding="utf-8")
    publish(force, SPEND, "2024-04-02", status=5)
    for _ in ("the payee, whose name is protected", "its transaction, which was redacted"):
        force.decide("approve", SPEND, "--all")
        publish(force, SPEND, "2024-04-03", status=None)
    assert payees(force, JAN) == [ROBIN]
    harm(register(force, ledger(JAN)), "cut")
    force.ledger(JAN).rename(force.folder / "elsewhere.xlsx")
    publish(force, SPEND, "2024-04-04", status=8)
    assert payees(force, JAN) == []
    (force.folder / "elsewhere.xlsx").rename(force.ledger(JAN))
    publish(force, SPEND, "2024-04-05")
    assert payees(force, JAN) == [ROBIN]


def test_another_file_in_the_place_of_the_one_that_was_read_is_not_taken_for_it(force: Product) -> None:
    harm(register(force, ledger(FEB)), "cut")
    pay(force, FEB, eve("ORG"))
    publish(force, SPEND, "2024-04-02", status=8)
    assert payees(force, JAN) == [EVE, OTHER]


def test_the_state_of_the_sample_is_recovered_too(tmp_path: Path) -> None:
    product = Product.with_published_sample(tmp_path)
    (product.private / "state" / f"{SPEND}.json").write_text("{", encoding="utf-8")
    assert product.run("publish", "--quiet").status == 8
    said = product.run("recover")
    assert said.status == 0, said.text
    assert product.run("publish", "--quiet").status in (0, 5)
    assert json.loads((product.private / "state" / f"{SPEND}.json").read_bytes())
