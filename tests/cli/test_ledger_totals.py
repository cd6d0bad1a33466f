"""Where each penny of a ledger went: the parts are the ledger, they follow it, and few people are never shown alone."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, NAME, SPEND, little_force, pay, payee, publish
from tests.lib.product import built, planned

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.little_force import Cell
    from tests.lib.product import Product

TOTALS = "excluded-spend-totals"
PAY, SETTLED, SEVERANCE = "10010", "10610", "10410"


@pytest.fixture
def force(tmp_path: Path) -> Product:
    return little_force(tmp_path / "force", made=True)


def line(account: str = "41010", amount: str = "1,000.00", **cells: Cell) -> dict[str, Cell]:
    return {"Account Code": account, "Net Amount": amount, **{name.replace("_", " "): it for name, it in cells.items()}}


def people(number: int, account: str = SETTLED) -> list[dict[str, Cell]]:
    """Return payments to so many people, of a hundred pounds each."""
    return [line(account, "100.00") for _ in range(number)]


def shown(force: Product, month: str = JAN) -> dict[str, tuple[str, str, str]]:
    """Return lines, amount and where they are included by category; the parts are checked to be the ledger."""
    rows = force.csv(TOTALS, month)
    found = {row["category"]: (row["lines"], row["net_amount"], row["included_in"]) for row in rows}
    assert len(found) == len(rows) == 16
    lines, amount, _ = found["All lines"]
    parts = [row for row in rows if row["category"] != "All lines"]
    assert sum(int(row["lines"] or 0) for row in parts) == int(lines)
    assert sum(Decimal(row["net_amount"] or 0) for row in parts) == Decimal(amount)
    public = force.csv(SPEND, month)
    for category, redaction in (("Payees named", ""), ("Personal data redacted", "personal")):
        own = [Decimal(row["net_amount"]) for row in public if row["redaction"] == redaction]
        assert found[category] == (str(len(own)), f"{sum(own):.2f}", "")
    accounts = force.accounts(SPEND, month)
    assert int(lines) + accounts.get("duplicate", 0) == sum(accounts.values())
    assert force.accounts(TOTALS, month).get("published", 0) == int(lines)
    return found


def paid(force: Product) -> str:
    """Return the amount of pay that January shows."""
    (found,) = (row["net_amount"] for row in force.csv(TOTALS, JAN) if row["category"] == "Pay")
    return found


@pytest.mark.parametrize(("number", "alone"), [(0, True), (1, False), (7, False), (8, True)])
def test_payments_to_seven_people_are_shown_within_pay_and_to_eight_alone(
    force: Product, number: int, *, alone: bool
) -> None:
    pay(force, JAN, line(PAY, "5,000.00"), *people(number, SEVERANCE))
    publish(force, SPEND)
    found = shown(force)
    if alone:
        assert found["Severance, compensation and settlements"] == (str(number), f"{100 * number}.00", "")
        assert found["Pay"] == ("1", "5000.00", "")
    else:
        assert found["Severance, compensation and settlements"] == ("", "", "Pay")
        assert found["Pay"] == (str(1 + number), f"{5000 + 100 * number}.00", "")


def test_several_lines_of_one_payment_are_one_person(force: Product) -> None:
    lines = [line(SETTLED, "100.00", Transaction_No="9000", Line_No=f"1{number}") for number in range(9)]
    pay(force, JAN, line(PAY, "5,000.00"), *lines)
    publish(force, SPEND)
    assert shown(force)["Pay"] == ("10", "5900.00", "")


@pytest.mark.parametrize(("one", "other"), [("5001", "05001"), ("A1", "a1")])
def test_a_payment_whose_number_is_written_in_two_ways_is_one(force: Product, one: str, other: str) -> None:
    twice = [line(SETTLED, "1.00", Transaction_No=number, Line_No=at) for number, at in ((one, "11"), (other, "12"))]
    pay(force, JAN, line(PAY, "5,000.00"), *people(6), *twice)
    publish(force, SPEND)
    assert shown(force)["Severance, compensation and settlements"] == ("", "", "Pay")


def test_an_account_that_is_excluded_but_for_its_writing_is_shown_within_pay(force: Product) -> None:
    pay(force, JAN, line(PAY, "5,000.00"), line("010410", "900.00"))
    publish(force, SPEND, status=5)
    assert shown(force)["Other excluded accounts"] == ("", "", "Pay")
    assert shown(force)["Payee not classified"] == ("0", "0.00", "")


def test_what_is_within_pay_has_no_number_on_the_page(force: Product) -> None:
    pay(force, JAN, line(PAY, "5,000.00"), *people(3))
    pay(force, FEB, line(PAY, "5,000.00"), *people(3))
    publish(force, SPEND)
    page = (force.published / TOTALS / "index.html").read_text("utf-8")
    (row,) = (each for each in page.split("<tr") if ">Severance, compensation and settlements</th>" in each)
    assert "not shown by itself" in row
    assert "£" not in row


def test_people_who_would_be_all_of_pay_wait_for_a_decision(force: Product) -> None:
    pay(force, JAN, *people(3))
    said = publish(force, SPEND, status=5)
    assert "WAITS small-excluded: 2024-01" in said.out
    assert not (force.published / TOTALS / f"{TOTALS}-{JAN}.csv").exists()
    assert force.csv(SPEND, JAN)
    assert force.csv(TOTALS, FEB)
    assert publish(force, SPEND, status=5).out.count("small-excluded") == said.out.count("small-excluded")
    force.decide("approve", TOTALS, JAN)
    publish(force, SPEND)
    assert shown(force)["Pay"] == ("3", "300.00", "")
    publish(force, SPEND)
    assert shown(force)["Pay"] == ("3", "300.00", "")


def test_a_rejected_month_keeps_its_last_release_until_the_ledger_changes(force: Product) -> None:
    pay(force, JAN, line(PAY, "5,000.00"), *people(3))
    publish(force, SPEND)
    before = shown(force)
    pay(force, JAN, *people(3))
    publish(force, SPEND, status=5)
    assert paid(force) == before["Pay"][1]
    force.decide("reject", TOTALS, JAN)
    publish(force, SPEND)
    assert paid(force) == before["Pay"][1]
    pay(force, JAN, line(PAY, "10.00"), *people(3))
    publish(force, SPEND)
    assert shown(force)["Pay"] == ("4", "310.00", "")


def test_a_ledger_that_publishes_the_same_lines_is_counted_again_in_the_same_plan(force: Product) -> None:
    pay(force, JAN, line(amount="100.00"))
    publish(force, SPEND)
    before = force.months(SPEND)
    pay(force, JAN, line(amount="100.01"))
    plan = force.run("--as-of", "2024-04-02", "plan", "--quiet", SPEND, status=0)
    assert planned(plan)[TOTALS] == {JAN: f"{SPEND} {JAN} changed"}
    assert built(publish(force, SPEND, "2024-04-02")) == {SPEND: (JAN,), TOTALS: (JAN,)}
    assert force.months(SPEND) == before
    assert shown(force)["Other payments"] == ("1", "100.01", "")


def test_what_waits_of_the_ledger_waits_here(force: Product) -> None:
    for month in (JAN, FEB):
        pay(force, month, *(line() for _ in range(300)))
    publish(force, SPEND)
    before = force.months(TOTALS)
    pay(force, JAN, line(), line(PAY))
    publish(force, SPEND, status=5)
    assert force.months(TOTALS) == before
    force.decide("approve", SPEND, JAN)
    publish(force, SPEND)
    assert shown(force)["All lines"][0] == "3"


def test_who_is_protected_later_is_counted_as_redacted_also_when_the_ledger_is_gone(force: Product) -> None:
    pay(force, JAN, payee("S777"))
    publish(force, SPEND)
    named = shown(force)["Payees named"]
    force.ledger(JAN).unlink()
    pay(force, FEB, payee("S777", "IND"))
    publish(force, SPEND, "2024-04-02")
    assert named[0] == "2"
    assert shown(force)["Payees named"][0] == "1"
    assert shown(force)["Personal data redacted"][0] == "1"
    assert NAME not in (force.published / TOTALS / f"{TOTALS}-{JAN}.csv").read_text("utf-8")


def test_a_withdrawn_ledger_is_withdrawn_here(force: Product) -> None:
    publish(force, SPEND)
    force.decide("forget", force.ledger(JAN).relative_to(force.raw).as_posix())
    publish(force, SPEND, status=5)
    force.decide("approve", SPEND, JAN, "--finding", "withdrawn")
    publish(force, SPEND)
    log = (force.published / TOTALS / "change-log.csv").read_text("utf-8")
    assert f"{JAN},withdrawn,input-withdrawn" in log


def test_what_nobody_counted_stays_as_it_is(force: Product) -> None:
    publish(force, SPEND)
    before = force.months(TOTALS)
    state = force.private / "state" / f"{SPEND}.json"
    facts = json.loads(state.read_bytes())
    for month in facts["3"]["months"].values():
        assert month["released"].pop("totals")
    state.write_text(json.dumps(facts), "utf-8")
    force.ledger(JAN).unlink()
    said = publish(force, SPEND)
    assert force.months(TOTALS) == before
    assert f"{SPEND} {JAN}" in said.out
    assert "bring them back" in said.out


def test_accounts_of_a_list_of_the_force_are_other_excluded_accounts(force: Product) -> None:
    own = force.folder / "accounts.csv"
    own.write_text("prefix,code,reason\n100,excluded-pay,Pay\n99,excluded-secret,Other\n", "utf-8")
    settings = force.settings.read_text("utf-8")
    force.settings.write_text(settings.replace("[spend]\n", f'[spend]\nexcluded_accounts = "{own}"\n'), "utf-8")
    pay(force, JAN, line(PAY), *(line("99123", "20.00") for _ in range(8)))
    publish(force, SPEND)
    assert shown(force)["Other excluded accounts"] == ("8", "160.00", "")
    pay(force, JAN, line(PAY), *(line("99123", "20.00") for _ in range(7)))
    publish(force, SPEND, "2024-04-02")
    assert shown(force)["Other excluded accounts"] == ("", "", "Pay")
