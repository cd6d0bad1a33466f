"""A decision that was carried out holds although it is lost, and a rejected file holds back no more than itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, MAR, SPEND, STREET, call, crime, pay, payees, publish, record

if TYPE_CHECKING:
    from tests.lib.product import Product

APR = "2024-04"
FEB_CRIMES = f"crime/recorded-crime/{FEB}.csv"
SIGNED = "--role POST --reason TEXT"


def lose(force: Product) -> None:
    (force.folder / "decisions.toml").unlink()


def crimes(month: str, count: int, first: int = 100) -> list[dict[str, str]]:
    return [crime(month, number) for number in range(first, first + count)]


def is_public(force: Product, month: str, dataset: str = STREET) -> bool:
    path = force.published / dataset / f"{dataset}-{month}.csv"
    return path.exists() and "withdrawn by its publisher" not in path.read_text(encoding="utf-8")


def test_a_file_taken_back_stays_so_when_its_decision_is_lost(force: Product) -> None:
    publish(force, STREET)
    force.decide("forget", FEB_CRIMES)
    publish(force, STREET, status=5)
    force.decide("approve", STREET, FEB)
    publish(force, STREET)
    assert not is_public(force, FEB)
    lose(force)
    for _ in range(2):
        said = publish(force, STREET, status=5)
        assert f"WAITS decision-lost: {FEB}: {FEB_CRIMES} was taken back on " in said.out
        assert "and decisions.toml does not say so any more: it stays set aside" in said.out
        assert f"to approve: pipeline approve {STREET} {FEB} {SIGNED}" in said.out
        assert not is_public(force, FEB)
    force.decide("reject", STREET, FEB)
    assert "decision-lost" not in publish(force, STREET).out
    assert not is_public(force, FEB)
    force.decide("approve", STREET, FEB)
    publish(force, STREET)
    assert is_public(force, FEB)


def test_a_file_taken_back_that_is_still_public_waits_first_for_the_decision_that_is_lost(force: Product) -> None:
    publish(force, STREET)
    force.decide("forget", FEB_CRIMES)
    publish(force, STREET, status=5)
    rows = (force.folder / "decisions.toml").read_text(encoding="utf-8")
    lose(force)
    said = publish(force, STREET, status=5)
    assert "WAITS decision-lost" in said.out
    assert "WAITS withdrawn" not in said.out
    force.decide("reject", STREET, FEB)  # it says again what was said before
    assert (force.folder / "decisions.toml").read_text(encoding="utf-8") == rows
    assert "WAITS withdrawn" in publish(force, STREET, status=5).out


def test_a_rejected_file_lets_in_after_a_loss_only_by_an_approval(force: Product) -> None:
    publish(force, SPEND)
    pay(force, MAR)
    force.ledger(MAR).write_bytes(force.ledger(FEB).read_bytes())
    publish(force, SPEND, status=3)
    force.decide("reject", SPEND, MAR)
    publish(force, SPEND)
    lose(force)
    said = publish(force, SPEND, status=5)
    assert f"WAITS decision-lost: {MAR}" in said.out
    assert "same-extract-twice" not in said.out
    force.decide("approve", SPEND, MAR)
    assert "WAITS all-held-back" in publish(force, SPEND, status=5).out  # the file counts, with what is in it


def test_a_rejected_build_stays_so_when_its_decision_is_lost(force: Product) -> None:
    for month in (JAN, FEB):
        record(force, month, *crimes(month, 100))
    publish(force, STREET)
    record(force, FEB, *crimes(FEB, 10))
    publish(force, STREET, status=5)
    force.decide("reject", STREET, FEB)
    publish(force, STREET)
    lose(force)
    for _ in range(2):
        said = publish(force, STREET, status=5)
        assert f"WAITS decision-lost: {FEB}: {FEB} was rejected on " in said.out
        assert "WAITS shrank" not in said.out
        assert "built now" not in said.out
        assert len(force.csv(STREET, FEB)) == 106
    force.decide("approve", STREET, FEB)
    publish(force, STREET)  # whatever it waited for, somebody has looked at exactly that
    assert len(force.csv(STREET, FEB)) == 16


def test_an_approval_of_before_does_not_let_in_what_was_rejected_since(force: Product) -> None:
    for month in (JAN, FEB):
        record(force, month, *crimes(month, 100))
    publish(force, STREET)
    record(force, FEB, *crimes(FEB, 10))
    publish(force, STREET, status=5)
    force.decide("approve", STREET, FEB)
    approved = (force.folder / "decisions.toml").read_text(encoding="utf-8")
    force.decide("reject", STREET, FEB)
    publish(force, STREET)
    (force.folder / "decisions.toml").write_text(approved, encoding="utf-8")  # an older backup
    said = publish(force, STREET, status=5)
    assert "WAITS decision-lost" in said.out
    assert len(force.csv(STREET, FEB)) == 106


def test_what_was_decided_again_is_not_said_to_be_missing(force: Product) -> None:
    publish(force, STREET)
    force.decide("forget", FEB_CRIMES)
    publish(force, STREET, status=5)
    lose(force)
    assert "missing from decisions.toml" in publish(force, STREET, status=5).out
    force.decide("approve", STREET, FEB)
    assert "missing from decisions.toml" not in publish(force, STREET).out


def test_a_wrong_file_that_was_rejected_holds_back_no_other_month_that_it_feeds(force: Product) -> None:
    call(force, MAR)
    record(force, JAN, *crimes(JAN, 94))
    record(force, FEB, *crimes(FEB, 2), *crimes(JAN, 7, first=500))
    record(force, MAR, *crimes(MAR, 97))
    said = publish(force, STREET, status=5)
    assert f"WAITS suspect-input: {JAN}: rows of it are in {FEB_CRIMES} too, which waits with {FEB}" in said.out
    force.decide("reject", STREET, FEB)
    said = publish(force, STREET)
    assert "WAITS" not in said.out
    assert len(force.csv(STREET, JAN)) == 100
    assert not is_public(force, FEB)
    assert "nothing changed" in publish(force, STREET).out


def test_a_month_beside_a_rejected_file_is_corrected_by_its_own(force: Product) -> None:
    for month in (JAN, FEB):
        record(force, month, *crimes(month, 94))
    publish(force, STREET)
    record(force, FEB, *crimes(FEB, 2), *crimes(JAN, 7, first=500))
    publish(force, STREET, status=5)
    force.decide("reject", STREET, FEB)
    assert "WAITS" not in publish(force, STREET).out
    record(force, JAN, *crimes(JAN, 95))
    assert "WAITS" not in publish(force, STREET).out
    assert len(force.csv(STREET, JAN)) == 101
    force.decide("approve", STREET, FEB)
    publish(force, STREET)
    assert len(force.csv(STREET, JAN)) == 108


def test_late_rows_that_are_public_stay_while_what_took_their_place_is_rejected(force: Product) -> None:
    record(force, JAN, *crimes(JAN, 94))
    record(force, FEB, *crimes(FEB, 94), *crimes(JAN, 7, first=500))
    publish(force, STREET)
    assert len(force.csv(STREET, JAN)) == 107
    good = force.crimes(FEB).read_bytes()
    record(force, FEB, *crimes(FEB, 2))
    publish(force, STREET, status=5)
    force.decide("reject", STREET, FEB)
    publish(force, STREET)
    record(force, JAN, *crimes(JAN, 95))  # it cannot be built without the file that fed it
    for _ in range(2):
        publish(force, STREET)
        assert len(force.csv(STREET, JAN)) == 107
    force.crimes(FEB).write_bytes(good)
    publish(force, STREET)
    assert len(force.csv(STREET, JAN)) == 108


def test_a_rejected_file_does_not_come_in_with_a_good_one_of_its_month(force: Product) -> None:
    for month in (JAN, FEB):
        record(force, month, *crimes(month, 94))
    publish(force, STREET)
    record(force, FEB, *crimes(FEB, 2))
    publish(force, STREET, status=5)
    force.decide("reject", STREET, FEB)
    publish(force, STREET)
    record(force, FEB, *crimes(FEB, 2), crime(FEB, 700))
    publish(force, STREET, status=5)
    force.decide("reject", STREET, FEB)
    publish(force, STREET)
    call(force, FEB, good=4)
    said = publish(force, STREET, status=5)
    assert f"WAITS suspect-input: {FEB}: rows of it are in {FEB_CRIMES} too, which was rejected with {FEB}" in said.out
    assert len(force.csv(STREET, FEB)) == 100


def test_an_approved_weakening_is_not_asked_again_while_nothing_is_public(force: Product) -> None:
    force.ledger(FEB).unlink()
    pay(force, JAN, {"Supplier No": "S1", "Supplier Type": "PROT", "Supplier Name": "Robin Safehouse"})
    publish(force, SPEND)
    force.decide("forget", f"expenditure/ledger/{JAN}.xlsx")
    publish(force, SPEND, status=5)
    force.decide("approve", SPEND, JAN)
    publish(force, SPEND)
    assert not is_public(force, JAN, SPEND)
    pay(force, JAN, {"Supplier No": "S1", "Supplier Type": "ORG", "Supplier Name": "Robin Safehouse"})
    force.ledger(FEB).write_bytes(b"no workbook")
    assert "WAITS protection-weakened" in publish(force, SPEND, status=3).out
    force.decide("approve", SPEND, "--all", "--finding", "protection-weakened")
    for _ in range(3):
        assert "protection-weakened" not in publish(force, SPEND, status=3).out
    force.ledger(FEB).unlink()
    assert "protection-weakened" not in publish(force, SPEND).out
    assert payees(force, JAN) == ["Robin Safehouse"]


@pytest.mark.parametrize("kind", ["approve", "reject"])
def test_of_two_months_with_equal_bytes_the_one_that_was_named_is_decided(force: Product, kind: str) -> None:
    publish(force, SPEND)
    own = force.ledger(JAN).read_bytes()
    for many, month in enumerate((MAR, APR), 1):  # lines of another month: nothing of them is published
        pay(force, JAN, *[{}] * many)
        force.ledger(month).write_bytes(force.ledger(JAN).read_bytes())
    force.ledger(JAN).write_bytes(own)
    assert f"WAITS all-held-back: {MAR} to {APR}" in publish(force, SPEND, "2024-05-01", status=5).out
    months = force.state(SPEND)["months"]
    one, other = (
        {each["sha256"] for each in months[month]["waiting"]["built"]["files"].values()} for month in (MAR, APR)
    )
    assert one == other
    force.decide(kind, SPEND, MAR)
    for _ in range(2):
        assert f"WAITS all-held-back: {APR}: " in publish(force, SPEND, "2024-05-02", status=5).out
        assert is_public(force, MAR, SPEND) == (kind == "approve")
        assert not is_public(force, APR, SPEND)
    force.decide("reject" if kind == "approve" else "approve", SPEND, APR)
    for _ in range(2):
        publish(force, SPEND, "2024-05-03")
        assert is_public(force, MAR, SPEND) == (kind == "approve") != is_public(force, APR, SPEND)
    lose(force)
    said = publish(force, SPEND, "2024-05-04", status=5)
    assert f"WAITS decision-lost: {APR if kind == 'approve' else MAR}: " in said.out
    assert is_public(force, MAR, SPEND) == (kind == "approve") != is_public(force, APR, SPEND)
