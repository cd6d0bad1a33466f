"""What a release keeps back of a transaction stays so when the ledger no longer says why, until somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, SPEND, TYPES, pay, payees, publish

if TYPE_CHECKING:
    from tests.lib.little_force import Cell
    from tests.lib.product import Product

OTHER, PERSONAL = "REDACTED OTHER", "REDACTED PERSONAL DATA"
CENTRE = "Wren Exampleson House"


def line(number: str, kind: str, name: str, transaction: str, at: str = "1", **cells: Cell) -> dict[str, Cell]:
    named = {"Supplier No": number, "Supplier Type": kind, "Supplier Name": name}
    more = {column.replace("_", " "): cell for column, cell in cells.items()}
    return {**named, "Transaction No": transaction, "Line No": at, **more}


FIRM = line("S88", "ORG", "Quill Ltd", "t1", "2")
CALLED = line("S90", "ORG", "Plain Firm Ltd", "T9", Cost_Centre_Name=CENTRE)


def departments(force: Product) -> set[str]:
    return {row["department"] for row in force.csv(SPEND, JAN) if row["supplier_name"] == "Plain Firm Ltd"}


@pytest.mark.parametrize(
    ("before", "after", "kept", "told"),
    [
        ([line("S77", "PROT", "Robin Safehouse", "T1"), FIRM], [FIRM], [OTHER], ["Quill Ltd"]),
        (
            [line("S77", "PROT", "Robin Safehouse", "T1")],
            [line("S78", "ORG", "Robin & Co", "T1")],
            [OTHER],
            ["Robin & Co"],
        ),
        (
            [line("S77", "IND", "Wren Exampleson", "T1")],
            [line("S78", "ORG", "Wren Homes Ltd", "T1")],
            [PERSONAL],
            ["Wren Homes Ltd"],
        ),
        (
            [line("S77", "IND", "Wren Exampleson", "T1"), FIRM],
            [line("S77", "IND", "Wren Exampleson", "T1"), FIRM, line("S91", "ORG", "New Firm Ltd", "T1", "3")],
            [PERSONAL, PERSONAL, "Quill Ltd"],
            ["New Firm Ltd", PERSONAL, "Quill Ltd"],
        ),
        (
            [line("S77", "IND", "Wren Exampleson", "T1"), FIRM],
            [line("S78", "ORG", "W Exampleson", "T1")],
            [PERSONAL],
            ["W Exampleson"],
        ),
        (
            [line("S77", "IND", "Wren Exampleson", "T1"), line("S77", "IND", "Wren Exampleson", "T1", "2")],
            [line("S77", "IND", "Wren Exampleson", "T1"), line("S78", "ORG", "W Exampleson", "T1", "2")],
            [PERSONAL, PERSONAL],
            [PERSONAL, "W Exampleson"],
        ),
        (
            [line("S77", "IND", "Wren Exampleson", "T1"), FIRM],
            [line("S77", "IND", "Wren Exampleson", "T1"), FIRM, line("S91", "ORG", "New Firm Ltd", "T2")],
            [PERSONAL, "New Firm Ltd", "Quill Ltd"],
            None,
        ),
    ],
    ids=[
        "a line has gone",
        "another number",
        "a person's other number",
        "a new line beside a person's",
        "another number while a firm leaves",
        "another number of one of two lines",
        "another transaction",
    ],
)
def test_a_transaction_stays_redacted_until_somebody_decides(
    force: Product,
    before: list[dict[str, Cell]],
    after: list[dict[str, Cell]],
    kept: list[str],
    told: list[str] | None,
) -> None:
    pay(force, JAN, *before)
    publish(force, SPEND)
    pay(force, JAN, *after)
    for day in ("2024-04-02", "2024-04-03"):
        said = publish(force, SPEND, day, status=5 if told else 0)
        assert payees(force, JAN) == sorted(kept)
        assert ("WAITS protection-weakened: 2024-01" in said.out) == bool(told)
    if told is None:
        return
    assert "ledger/2024-01.xlsx" in said.out
    pay(force, JAN, *after, line("S92", "ORG", "Later Ltd", "T5"))
    publish(force, SPEND, "2024-04-04", status=5)
    assert payees(force, JAN) == sorted([*kept, "Later Ltd"])
    force.decide("approve", SPEND, JAN)
    publish(force, SPEND, "2024-04-05")
    assert payees(force, JAN) == sorted([*told, "Later Ltd"])
    publish(force, SPEND, "2024-04-06")


def test_a_rejected_weakening_leaves_the_transaction_redacted(force: Product) -> None:
    pay(force, JAN, line("S77", "PROT", "Robin Safehouse", "T1"), FIRM)
    publish(force, SPEND)
    pay(force, JAN, FIRM)
    publish(force, SPEND, "2024-04-02", status=5)
    force.decide("reject", SPEND, JAN)
    publish(force, SPEND, "2024-04-03")
    assert payees(force, JAN) == [OTHER]


def test_a_text_stays_blank_when_the_line_of_the_person_has_gone(force: Product) -> None:
    pay(force, JAN, line("S77", "IND", "Wren Exampleson", "T1"), CALLED)
    publish(force, SPEND)
    assert departments(force) == {""}
    pay(force, JAN, CALLED)
    publish(force, SPEND, "2024-04-02", status=5)
    assert departments(force) == {""}
    force.decide("approve", SPEND, "--all")
    publish(force, SPEND, "2024-04-03")
    assert departments(force) == {CENTRE}


def test_a_list_that_redacted_a_month_without_its_ledger_is_remembered_too(force: Product) -> None:
    pay(force, JAN, line("S77", "ORG", "Robin Safehouse", "T1"), FIRM)
    pay(force, FEB)
    publish(force, SPEND)
    force.ledger(JAN).unlink()
    (force.reference / "supplier-types.csv").write_text(f"{TYPES}S77,PROT\n", encoding="utf-8")
    publish(force, SPEND, "2024-04-02")
    assert payees(force, JAN) == [OTHER, OTHER]
    pay(force, JAN, FIRM)
    publish(force, SPEND, "2024-04-03", status=5)
    assert payees(force, JAN) == [OTHER]


def test_the_same_transaction_of_another_month_is_not_concerned(force: Product) -> None:
    pay(force, JAN, line("S77", "PROT", "Robin Safehouse", "T1"), FIRM)
    pay(force, FEB, FIRM)
    publish(force, SPEND)
    assert payees(force, FEB) == ["Quill Ltd"]


def test_a_payee_in_doubt_is_no_reason_to_tell_its_transaction_again(force: Product) -> None:
    pay(force, JAN, line("S77", "PROT", "Robin Safehouse", "T1"), FIRM, line("S77", "Prot", "Robin Safehouse", "T11"))
    publish(force, SPEND)
    assert payees(force, JAN) == [OTHER]
    pay(force, JAN, line("S77", "ORG", "Robin Safehouse", "T11"), FIRM)
    publish(force, SPEND, "2024-04-02", status=5)
    assert OTHER in payees(force, JAN)
    assert "Quill Ltd" not in payees(force, JAN)


ROBIN = line("S77", "PROT", "Robin Safehouse", "T1")
ABSENT: dict[str, list[dict[str, Cell]]] = {
    "its lines have gone": [],
    "a bad date": [{**FIRM, "Payment Date": "31/02/2024"}],
    "a line conflict": [FIRM, {**FIRM, "Net Amount": "999.00"}],
    "below the threshold": [{**FIRM, "Net Amount": "1.00"}],
    "an unknown payee": [{**FIRM, "Supplier No": "S99", "Supplier Type": ""}],
    "an excluded account": [{**FIRM, "Account Code": "10410"}],
}


@pytest.mark.parametrize("absent", ABSENT.values(), ids=ABSENT)
def test_a_transaction_that_left_a_release_for_a_while_is_not_told_again(
    force: Product, absent: list[dict[str, Cell]]
) -> None:
    pay(force, JAN, ROBIN, FIRM)
    publish(force, SPEND)
    pay(force, JAN, *absent)
    publish(force, SPEND, "2024-04-02")
    assert "Quill Ltd" not in payees(force, JAN)
    pay(force, JAN, FIRM, line("S93", "ORG", "Later Ltd", "T5"))
    publish(force, SPEND, "2024-04-03", status=5)
    assert payees(force, JAN) == ["Later Ltd", OTHER]


def test_a_transaction_that_was_withdrawn_is_not_told_again(force: Product) -> None:
    pay(force, JAN, ROBIN, FIRM)
    publish(force, SPEND)
    force.decide("forget", f"expenditure/ledger/{JAN}.xlsx")
    publish(force, SPEND, "2024-04-02", status=5)
    force.decide("approve", SPEND, JAN)
    publish(force, SPEND, "2024-04-03")
    pay(force, JAN, FIRM)
    publish(force, SPEND, "2024-04-04", status=5)
    assert payees(force, JAN) == [OTHER]
    publish(force, SPEND, "2024-04-05", status=5)
    force.decide("approve", SPEND, JAN)
    publish(force, SPEND, "2024-04-06")
    assert payees(force, JAN) == ["Quill Ltd"]


def test_an_approval_lets_out_what_was_looked_at_and_once(force: Product) -> None:
    pay(force, JAN, ROBIN, FIRM)
    publish(force, SPEND)
    pay(force, JAN, FIRM)
    publish(force, SPEND, status=5)
    force.decide("approve", SPEND, JAN)
    pay(force, JAN, FIRM, line("S94", "ORG", "Robin & Co", "T1", "3", Cost_Centre_Name="Covert Operations"))
    publish(force, SPEND, status=5)
    assert payees(force, JAN) == [OTHER, OTHER]
    force.decide("approve", SPEND, JAN)
    publish(force, SPEND)
    assert payees(force, JAN) == ["Quill Ltd", "Robin & Co"]
    pay(force, JAN, ROBIN, FIRM, line("S94", "ORG", "Robin & Co", "T1", "3", Cost_Centre_Name="Covert Operations"))
    publish(force, SPEND)
    pay(force, JAN, line("S94", "ORG", "Robin & Co", "T1", "3", Cost_Centre_Name="Covert Operations"), FIRM)
    publish(force, SPEND, status=5)
    assert payees(force, JAN) == [OTHER, OTHER]


def test_what_the_ledger_keeps_back_of_one_line_frees_no_other(force: Product) -> None:
    wren = line("S78", "IND", "Wren Exampleson", "T2")
    robin = line("S79", "IND", "Robin Safehouse", "T2", "2")
    centres = [
        line("S90", "ORG", "Plain Firm Ltd", "T9", str(at + 1), Cost_Centre_Name=f"{name} House")
        for at, name in enumerate(("Wren Exampleson", "Robin Safehouse"))
    ]
    pay(force, JAN, wren, robin, *centres)
    publish(force, SPEND)
    assert departments(force) == {""}
    pay(force, JAN, line("S80", "ORG", "W Exampleson Ltd", "T2"), robin, *centres)
    publish(force, SPEND, "2024-04-02", status=5)
    assert departments(force) == {""}
    assert "W Exampleson Ltd" not in payees(force, JAN)


def test_who_was_redacted_beside_a_protected_payee_is_asked_about_by_itself(force: Product) -> None:
    pay(force, JAN, ROBIN, line("S70", "IND", "Wren Exampleson", "T1", "2"))
    publish(force, SPEND)
    assert payees(force, JAN) == [OTHER, OTHER]
    pay(force, JAN, ROBIN | {"Supplier Type": "ORG"}, line("S71", "ORG", "W Exampleson", "T1", "2"))
    publish(force, SPEND, "2024-04-02", status=5)
    force.decide("approve", SPEND, "--all")
    publish(force, SPEND, "2024-04-03", status=5)
    assert "W Exampleson" not in payees(force, JAN)
