"""What the public change log says of protections: that personal data was removed where the rows themselves say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from little_force import FEB, JAN, MAR, SPEND, STREET, TYPES, call, crime, pay, publish, record
from product import read_csv

if TYPE_CHECKING:
    from little_force import Cell
    from product import Product

REMOVED, CORRECTED = "personal data removed", "corrected at source"


def paid(number: str, kind: str = "ORG", **cells: Cell) -> dict[str, Cell]:
    return {"Supplier No": number, "Supplier Type": kind, "Supplier Name": f"Payee {number}"} | cells


def reasons(force: Product, dataset: str, day: str) -> dict[str, str]:
    """Return why each month changed on a day."""
    log = read_csv(force.published / dataset / "change-log.csv")
    return {line["month"]: line["reason"] for line in log if line["released_on"] == day}


def test_a_payee_whom_the_list_protects_since_is_said_to_be_removed(force: Product) -> None:
    for month in (JAN, FEB):
        pay(force, month, paid("S1"), paid("S2"))
    publish(force, SPEND)
    (force.reference / "supplier-types.csv").write_text(f"{TYPES}S1,IND\n", encoding="utf-8")
    publish(force, SPEND, "2024-04-02")
    assert reasons(force, SPEND, "2024-04-02") == {JAN: REMOVED, FEB: REMOVED}
    (force.reference / "supplier-types.csv").write_text(f"{TYPES}S1,IND\nS3,PROT\n", encoding="utf-8")
    pay(force, MAR, paid("S2", "PROT"))
    publish(force, SPEND, "2024-04-03")
    assert reasons(force, SPEND, "2024-04-03") == {JAN: REMOVED, FEB: REMOVED, MAR: "first release"}


def test_it_is_said_too_of_a_month_whose_ledger_has_gone_and_of_one_whose_ledger_says_it(force: Product) -> None:
    for month in (JAN, FEB):
        pay(force, month, paid("S1"), paid("S2"))
    publish(force, SPEND)
    force.ledger(JAN).unlink()
    pay(force, FEB, paid("S1", "STAFF"), paid("S2"), paid("S4"))
    publish(force, SPEND, "2024-04-02")
    assert reasons(force, SPEND, "2024-04-02") == {JAN: REMOVED, FEB: REMOVED}


def test_what_removes_no_name_is_a_correction(force: Product) -> None:
    pay(force, JAN, paid("S1", "IND"), paid("S2"))
    pay(force, FEB, paid("S3", ""))
    publish(force, SPEND)
    pay(force, JAN, paid("S1", "IND"), paid("S2"), paid("S5", "STAFF"))
    publish(force, SPEND, "2024-04-02")
    assert reasons(force, SPEND, "2024-04-02") == {JAN: CORRECTED}
    (force.reference / "supplier-types.csv").write_text(f"{TYPES}S3,IND\n", encoding="utf-8")
    publish(force, SPEND, "2024-04-03")
    assert reasons(force, SPEND, "2024-04-03") == {FEB: CORRECTED}  # that row was never public


def test_a_restricted_record_is_a_correction_as_any_other(force: Product) -> None:
    publish(force, STREET)
    record(force, MAR, crime(JAN, 1, restricted="Y"))
    call(force, MAR)
    publish(force, STREET, "2024-04-02")
    assert reasons(force, STREET, "2024-04-02") == {JAN: CORRECTED, MAR: "first release"}
