"""A private copy that was damaged is copied again from the public one; without either, the month can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, PLAIN, SPEND, TYPES, little_force, pay, payees, publish
from tests.lib.product import read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

_FILES = tuple(f"{SPEND}-{JAN}.{kind}" for kind in ("csv", "parquet"))
_LEDGER = "expenditure/ledger/2024-01.xlsx"


def payee(number: str, name: str) -> dict[str, str]:
    return {"Supplier No": number, "Supplier Type": "ORG", "Supplier Name": name, "Transaction No": f"T{number}"}


@pytest.fixture
def force(tmp_path: Path) -> Product:
    """A force whose payee stands in two months, of which the extract of the first has gone."""
    made = little_force(tmp_path / "force")
    for month in (JAN, FEB):
        pay(made, month, payee("88", "Quill Ltd"))
    publish(made, SPEND)
    made.ledger(JAN).unlink()
    publish(made, SPEND, "2024-04-02")
    return made


def kept(force: Product, name: str) -> Path:
    folder: str = force.state(SPEND)["months"][JAN]["released"]["folder"]
    return force.private / "releases" / SPEND / folder / name


def protect(force: Product) -> None:
    (force.reference / "supplier-types.csv").write_text(TYPES + "88,PROT\n", encoding="utf-8")


def damage(path: Path) -> None:
    path.write_bytes(b"{")


@pytest.mark.parametrize("name", _FILES)
@pytest.mark.parametrize("lost", [True, False])
def test_a_damaged_private_copy_is_copied_again_and_then_protected(force: Product, name: str, *, lost: bool) -> None:
    whole = kept(force, name).read_bytes()
    kept(force, name).unlink() if lost else damage(kept(force, name))
    said = publish(force, SPEND, "2024-04-03")
    assert kept(force, name).read_bytes() == whole
    assert f"{name}: the private copy was damaged, and is copied again from the public one" in said.text
    protect(force)
    kept(force, name).unlink() if lost else damage(kept(force, name))
    publish(force, SPEND, "2024-04-04")
    assert payees(force, JAN) == payees(force, FEB) == ["REDACTED OTHER"]


def test_a_public_copy_that_is_another_file_is_never_copied(force: Product) -> None:
    for name in _FILES:
        damage(kept(force, name))
        damage(force.published / SPEND / name)
    said = publish(force, SPEND, "2024-04-03", status=8)
    assert kept(force, _FILES[0]).read_bytes() == b"{"
    assert "copied again" not in said.text


def test_a_plan_copies_nothing(force: Product) -> None:
    damage(kept(force, _FILES[0]))
    force.run("--as-of", "2024-04-03", "plan", SPEND)
    assert kept(force, _FILES[0]).read_bytes() == b"{"


@pytest.mark.parametrize("known", [True, False])
def test_without_either_copy_other_months_go_on_and_the_month_can_be_withdrawn(force: Product, *, known: bool) -> None:
    for name in _FILES:
        damage(kept(force, name))
        damage(force.published / SPEND / name)
    if known:
        protect(force)
    pay(force, FEB, payee("88", "Quill Ltd"), payee("91", "New Ltd"))
    said = publish(force, SPEND, "2024-04-03", status=8)
    assert payees(force, FEB) == ["New Ltd", "REDACTED OTHER" if known else "Quill Ltd"]
    assert "pipeline forget" in said.text
    force.decide("forget", _LEDGER)
    assert "to approve: pipeline approve spend-over-500 2024-01" in publish(force, SPEND, "2024-04-04", status=8).text
    force.decide("approve", SPEND, JAN)
    publish(force, SPEND, "2024-04-05")
    notice = force.published / SPEND / f"{SPEND}-{JAN}.csv"
    assert "withdrawn" in notice.read_text(encoding="utf-8")
    assert JAN not in force.state(SPEND)["months"]
    publish(force, SPEND, "2024-04-06")


def test_an_extract_that_is_back_builds_a_month_that_was_lost_again(force: Product) -> None:
    for name in _FILES:
        kept(force, name).unlink()
        (force.published / SPEND / name).unlink()
    protect(force)
    publish(force, SPEND, "2024-04-03", status=8)
    pay(force, JAN, payee("88", "Quill Ltd"))
    publish(force, SPEND, "2024-04-04")
    assert payees(force, JAN) == payees(force, FEB) == ["REDACTED OTHER"]
    assert PLAIN in [row["supplier_name"] for row in read_csv(force.published / SPEND / f"{SPEND}-{JAN}.csv")]


def let_out(force: Product) -> None:
    """Have a payee named who was redacted beside a protected one that is in the ledger no longer."""
    firm = payee("88", "Quill Ltd") | {"Line No": "2"}
    pay(force, JAN, payee("88", "Robin Safehouse") | {"Supplier No": "77", "Supplier Type": "PROT"}, firm)
    publish(force, SPEND, "2024-04-03")
    pay(force, JAN, firm)
    publish(force, SPEND, "2024-04-04", status=5)
    force.decide("approve", SPEND, JAN)


def newest_change(force: Product) -> str:
    return (force.published / SPEND / "change-log.csv").read_text(encoding="utf-8").splitlines()[1]


def test_a_release_is_never_built_in_the_place_of_the_public_one(force: Product) -> None:
    let_out(force)
    before = kept(force, _FILES[0])
    publish(force, SPEND, "2024-04-05")
    assert payees(force, JAN) == ["Quill Ltd"]
    assert kept(force, _FILES[0]).parent != before.parent
    assert newest_change(force) == "2024-04-05,2024-01,revised,corrected at source,1-7,1-7"


def test_the_change_log_says_of_a_damaged_month_what_it_says_of_any_other(force: Product) -> None:
    let_out(force)
    for path in (kept(force, _FILES[0]), force.published / SPEND / _FILES[0]):
        damage(path)
    publish(force, SPEND, "2024-04-05")
    assert payees(force, JAN) == ["Quill Ltd"]
    assert newest_change(force).startswith("2024-04-05,2024-01,revised,corrected at source,")
