"""Whoever is redacted is named in no text of any line, in whatever month or file the text stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, MAR, NAME, SPEND, little_force, pay, payee, publish

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.little_force import Cell
    from tests.lib.product import Product


@pytest.fixture
def force(tmp_path: Path) -> Product:
    return little_force(tmp_path / "force")


def beta(text: str = NAME) -> dict[str, Cell]:
    """Return a line of a company whose cost centre has some name."""
    return payee("S5", "ORG", "Beta Ltd", Cost_Centre_Name=text)


def unit(force: Product) -> str:
    """Return the department that January shows of that line."""
    (found,) = (row["department"] for row in force.csv(SPEND, JAN) if row["supplier_name"] == "Beta Ltd")
    return found


@pytest.mark.parametrize(
    ("number", "kind", "elsewhere"),
    [
        *(("S900", "ORG", "PROT"), ("S900", "ORG", "IND"), ("S777", "WAT", "PROT"), ("S777", "", "PROT")),
        *(("S777", "prot", ""), ("S777", "ind", "")),
    ],
)
def test_also_of_somebody_whose_own_line_is_withheld(force: Product, number: str, kind: str, elsewhere: str) -> None:
    pay(force, JAN, beta(), payee(number, kind))
    if elsewhere:
        pay(force, FEB, payee("S777", elsewhere))
    publish(force, SPEND)
    assert unit(force) == ""


@pytest.mark.parametrize("built", ["built", "gone", "month", "stopped"])
def test_it_stays_so_when_the_line_leaves_the_ledger(force: Product, built: str) -> None:
    pay(force, MAR)
    pay(force, JAN, beta(), payee("S777"))
    publish(force, SPEND)
    assert unit(force) == NAME
    pay(force, FEB, payee("S777", "PROT"))
    march = force.ledger(MAR).read_bytes()
    if built == "gone":
        force.ledger(JAN).unlink()
    elif built == "stopped":
        force.ledger(MAR).write_bytes(b"junk")
    only = ("--month", FEB) if built == "month" else ()
    force.run("--as-of", "2024-04-02", "publish", "--quiet", SPEND, *only)
    assert unit(force) == ""
    force.ledger(MAR).write_bytes(march)
    pay(force, JAN, beta())
    publish(force, SPEND, "2024-04-03")
    assert unit(force) == ""


@pytest.mark.parametrize("gone", [True, False])
@pytest.mark.parametrize("cells", [{"Net_Amount": "1.00"}, {"Account_Code": "10010"}], ids=["small", "excluded"])
def test_also_where_no_line_of_theirs_is_public(force: Product, cells: dict[str, str], *, gone: bool) -> None:
    pay(force, JAN, beta(), payee("S777", **cells))
    publish(force, SPEND)
    if gone:
        force.ledger(JAN).unlink()
    pay(force, FEB, payee("S777", "PROT"))
    publish(force, SPEND, "2024-04-02")
    assert unit(force) == ""


@pytest.mark.parametrize(
    "text", [NAME, "Safehouse, Robin", "Office of Mr Robin Safehouse north wing", "ROBIN  safehouse"]
)
def test_one_decision_lets_name_and_texts_out_again(force: Product, text: str) -> None:
    pay(force, JAN, beta(text))
    publish(force, SPEND)
    pay(force, FEB, payee("S777", "PROT"))
    publish(force, SPEND, "2024-04-02")
    assert unit(force) == ""
    pay(force, FEB, payee("S777"))
    said = publish(force, SPEND, "2024-04-03", status=5)
    assert "WAITS protection-weakened: 2024-01 to 2024-02: 1 of the suppliers" in " ".join(said.out.split())
    assert unit(force) == ""
    force.decide("approve", SPEND, "--all")
    publish(force, SPEND, "2024-04-04")
    assert " ".join(unit(force).split()) == " ".join(text.split())


@pytest.mark.parametrize("text", ["Estates", "Robin Hood House", "Safehouse"])
def test_a_text_that_holds_part_of_a_name_stays(force: Product, text: str) -> None:
    pay(force, JAN, beta(text), payee("S777", "PROT"))
    publish(force, SPEND)
    assert unit(force) == text
