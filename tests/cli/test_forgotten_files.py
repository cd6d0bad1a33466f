"""Nothing that was let go comes back by itself, and what a file protected is asked about when it has gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import (
    FEB,
    JAN,
    MAR,
    SPEND,
    STREET,
    call,
    crime,
    incident,
    pay,
    payees,
    publish,
    record,
)

if TYPE_CHECKING:
    from tests.lib.product import Product


def test_nothing_that_was_let_go_comes_back_by_an_approval_of_all(force: Product) -> None:
    pay(force, JAN, {"Supplier No": "S1", "Supplier Type": "PROT", "Supplier Name": "Elm House"})
    publish(force, SPEND)
    pay(force, JAN, {"Supplier No": "S1", "Supplier Type": "ORG", "Supplier Name": "Elm House"})
    publish(force, SPEND, status=5)
    force.decide("reject", SPEND, "--all")
    publish(force, SPEND)
    for words in (("--all",), ("2024-01..2024-12",)):
        said = force.run("approve", SPEND, *words, "--role", "Head of IM", "--reason", "Again.")
        assert (said.status, "nothing-waits" in said.err) == (3, True), words
    publish(force, SPEND)
    assert payees(force, JAN) == ["REDACTED OTHER"]
    force.decide("approve", SPEND, JAN)
    publish(force, SPEND)
    assert payees(force, JAN) == ["Elm House"]


def test_what_a_forgotten_file_restricted_is_asked_about_also_when_no_other_comes(force: Product) -> None:
    record(force, MAR, crime(JAN, 1, restricted="Y"))
    call(force, MAR)
    publish(force, STREET)
    before = len(force.csv(STREET, JAN))
    force.decide("forget", f"crime/recorded-crime/{MAR}.csv")
    force.crimes(MAR).unlink()
    publish(force, STREET, status=5)
    assert len(force.csv(STREET, JAN)) == before
    force.decide("approve", STREET, JAN, "--finding", "protection-weakened")
    publish(force, STREET, status=5)
    assert len(force.csv(STREET, JAN)) == before + 1


def test_what_a_file_restricted_counts_while_a_wrong_one_in_its_place_is_rejected(force: Product) -> None:
    record(force, JAN, good=200)
    record(force, FEB, crime(JAN, 1, restricted="Y"), good=200)
    publish(force, STREET)
    january, right = force.csv(STREET, JAN), force.crimes(FEB).read_bytes()
    record(force, FEB, good=60)
    publish(force, STREET, status=5)
    force.decide("reject", STREET, FEB)
    for _ in range(2):
        said = publish(force, STREET)
        assert "protection-weakened" not in said.text
        assert force.csv(STREET, JAN) == january
    force.crimes(FEB).write_bytes(right)
    publish(force, STREET)
    assert force.csv(STREET, JAN) == january
    record(force, FEB, good=61)  # this one is right: then it is asked what it no longer restricts
    publish(force, STREET, status=5)
    force.decide("approve", STREET, FEB)
    assert "WAITS protection-weakened" in publish(force, STREET, status=5).text
    assert force.csv(STREET, JAN) == january


def test_a_month_whose_own_files_are_there_is_built_again_without_a_forgotten_one(force: Product) -> None:
    night = incident(JAN, 99, received_at="2024-01-31 23:50")
    call(force, MAR, good=3)
    record(force, MAR)
    publish(force, STREET)
    before = len(force.csv(STREET, JAN))
    call(force, MAR, night, good=4)
    publish(force, STREET)
    assert len(force.csv(STREET, JAN)) == before + 1
    force.decide("forget", f"crime/asb-incidents/{MAR}.csv")
    said = publish(force, STREET, status=5)
    assert f"withdrawn: {MAR}" in said.text
    assert len(force.csv(STREET, JAN)) == before


@pytest.mark.parametrize("kind", ["", "ORG"], ids=["knows nothing of the payee", "names the payee"])
def test_whom_only_a_forgotten_ledger_protected_stays_protected_until_somebody_decides(
    force: Product, kind: str
) -> None:
    robin = {"Supplier No": "S1", "Supplier Name": "Robin Safehouse"}
    pay(force, JAN, robin | {"Supplier Type": "ORG"})
    pay(force, FEB, robin | {"Supplier Type": "PROT"})
    publish(force, SPEND)
    assert payees(force, JAN) == payees(force, FEB) == ["REDACTED OTHER"]
    force.decide("forget", f"expenditure/ledger/{FEB}.xlsx")
    for day in (2, 3):
        assert "WAITS withdrawn" in publish(force, SPEND, f"2024-04-0{day}", status=5).text
        assert payees(force, JAN) == payees(force, FEB) == ["REDACTED OTHER"]
    force.decide("approve", SPEND, FEB, "--finding", "withdrawn")
    for day in (4, 5):
        publish(force, SPEND, f"2024-04-0{day}")
        assert payees(force, JAN) == ["REDACTED OTHER"]
    pay(force, FEB, *([robin | {"Supplier Type": kind}] if kind else []))
    for day in (6, 7):
        assert "WAITS protection-weakened" in publish(force, SPEND, f"2024-04-0{day}", status=5).text
        assert {*payees(force, JAN), *payees(force, FEB)} == {"REDACTED OTHER"}
    force.decide("approve", SPEND, "--all", "--finding", "protection-weakened")
    publish(force, SPEND, "2024-04-08")
    assert payees(force, JAN) == ["Robin Safehouse"]
