"""Whoever has to decide about a protection is told which rows to look at: file and row numbers, never a cell."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.build.dataset import run_dataset
from pipeline.build.run_context import Workplace
from pipeline.datasets import declared
from pipeline.model.source import Secret
from pipeline.model.wording import rows_in_words
from pipeline.run.select import options
from pipeline.settings.key import Key
from pipeline.settings.settings import Settings
from tests.lib.at_terminal import Terminal
from tests.lib.little_force import FEB, JAN, MAR, SPEND, STREET, TYPES, call, crime, pay, payee, publish, record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product


def shown(force: Product, path: Path) -> str:
    """Return a path as a run says it."""
    return str(path.relative_to(force.folder))


def test_a_restriction_that_is_taken_back_names_the_rows_in_every_extract(force: Product) -> None:
    mine = crime(JAN, 900)
    record(force, JAN, mine | {"restricted": "Y"})
    record(force, FEB, crime(JAN, 901), mine, mine | {"crime_reference": mine["crime_reference"].lower()})
    publish(force, STREET)
    record(force, JAN, mine)
    for day in ("2024-04-02", "2024-04-03"):  # the second run reads no extract again, and says the same
        said = publish(force, STREET, day, status=5)
        assert f"to look at: {shown(force, force.crimes(JAN))}, 1 row: 5\n" in said.out
        assert f"to look at: {shown(force, force.crimes(FEB))}, 2 rows: 6 to 7\n" in said.out
        assert "24*" not in said.text


def test_rows_that_cannot_be_looked_for_cost_no_protection(force: Product) -> None:
    mine, other = crime(JAN, 900), crime(MAR, 901)
    record(force, JAN, mine | {"restricted": "Y"})
    record(force, FEB, crime(FEB, 902, crime_reference=mine["crime_reference"]))
    record(force, MAR, other)
    call(force, MAR)
    work = Workplace(
        settings=Settings.load(force.settings, {}, data=force.data, datasets=options()),
        key=Key(Secret(b"example!" * 4)),
        as_of=dt.date(2024, 4, 1),
        sample=False,
        writes=True,
        say=lambda _: None,
    )
    first = run_dataset(work, declared()[STREET])
    assert first.error is None
    record(force, JAN, mine, other | {"restricted": "Y"})
    away = force.folder / "2024-02.csv"

    def goes_away(said: str) -> None:
        if said.endswith("recorded-crime/2024-02.csv"):  # only looked at for the rows of the question
            force.crimes(FEB).rename(away)

    second = run_dataset(replace(work, as_of=dt.date(2024, 4, 2), say=goes_away), declared()[STREET])
    assert second.error is None
    assert away.exists()
    released = [each.state.months[MAR].released for each in (first, second)]
    assert [each.rows for each in released if each] == [7, 6]
    away.rename(force.crimes(FEB))
    third = run_dataset(replace(work, as_of=dt.date(2024, 4, 3)), declared()[STREET])
    assert [finding.rows for finding in third.state.findings] == [
        {f"crime/recorded-crime/{JAN}.csv": "1 row: 5", f"crime/recorded-crime/{FEB}.csv": "1 row: 5"}
    ]


def test_a_payee_who_would_be_named_is_shown_by_the_rows_of_its_number_and_its_name(force: Product) -> None:
    path = force.reference / "supplier-types.csv"
    path.write_text(f"{TYPES}S1,PROT\n", encoding="utf-8")
    lines = [payee("S1", "ORG", "Robin Safehouse"), payee("S2", "ORG", "Plain Firm Ltd")]
    pay(force, JAN, *lines, payee("s1", "ORG", "Robin Safehouse"))
    publish(force, SPEND)
    path.write_text(f"{TYPES}S2,ORG\n", encoding="utf-8")
    said = publish(force, SPEND, "2024-04-02", status=5)
    assert f"to look at: {shown(force, force.ledger(JAN))}, 2 rows: 6, 8\n" in said.out
    assert "Safehouse" not in said.text


def test_a_name_beside_a_protected_one_is_shown_by_its_rows(force: Product) -> None:
    pay(force, JAN, payee("S1", "PROT", "Robin Safehouse"), payee("S2", "ORG", "Robin Safehouse"))
    pay(force, FEB, payee("S2", "ORG", "Robin Safehouse"), payee("S2", "ORG", "Another Name Ltd"))
    publish(force, SPEND)
    listed = force.reference / "supplier-types.csv"
    listed.write_text(f"{TYPES}S2,ORG\n", encoding="utf-8")
    said = publish(force, SPEND, "2024-04-02", status=5)
    assert f"to look at: {shown(force, force.ledger(JAN))}, 1 row: 7\n" in said.out
    assert f"to look at: {shown(force, force.ledger(FEB))}, 1 row: 6\n" in said.out
    assert f"to look at: {shown(force, listed)}\n" in said.out
    assert "one of the types" not in said.out
    assert "WAITS name-also-protected: 2024-01 to 2024-02: A payee is to be named" in said.out


def test_accounts_in_doubt_are_each_shown_by_their_rows(force: Product) -> None:
    first, second = {"Account Code": "010000"}, {"Account Code": "10 001"}
    pay(force, JAN, first, second, first)
    said = publish(force, SPEND, status=5)
    assert f"to look at: {shown(force, force.ledger(JAN))}, 2 rows: 6, 8\n" in said.out
    assert f"to look at: {shown(force, force.ledger(JAN))}, 1 row: 7\n" in said.out


def test_an_excluded_account_that_is_no_longer_listed_is_shown_by_its_rows(force: Product) -> None:
    listed = force.reference / "our-accounts.csv"
    head = "prefix,code,reason\n990,excluded-tax,Tax\n"
    listed.write_text(f"{head}100,excluded-pay,Pay\n", encoding="utf-8")
    text = force.settings.read_text(encoding="utf-8")
    usual = '# excluded_accounts = "our-excluded-accounts.csv"'
    assert usual in text
    force.settings.write_text(text.replace(usual, 'excluded_accounts = "data/reference/our-accounts.csv"'), "utf-8")
    pay(force, JAN, *({"Account Code": f"100{number:02}"} for number in range(3)), {"Account Code": "20000"})
    publish(force, SPEND)
    listed.write_text(head, encoding="utf-8")
    said = publish(force, SPEND, "2024-04-02", status=5)
    assert f"to look at: {shown(force, force.ledger(JAN))}, 3 rows: 6 to 8\n" in said.out


def test_of_many_rows_the_first_ranges_are_named_and_all_are_counted() -> None:
    assert rows_in_words(range(2, 1_003)) == "1,001 rows: 2 to 1,002"
    assert rows_in_words([3, 9, 8]) == "3 rows: 3, 8 to 9"
    assert rows_in_words(range(2, 100, 2)) == "49 rows: 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24 ..."


def test_a_terminal_sees_the_first_questions_and_details_name_all(force: Product) -> None:
    pay(force, JAN, *({"Account Code": f"0{10000 + number}"} for number in range(5)))
    words = ("--as-of", "2024-04-01", "publish", "--quiet", SPEND)
    with Terminal(force, *words, columns=60) as terminal:
        assert terminal.status() == 5
        assert terminal.text.count("to look at:") == 3
        assert "and 2 more: --details names them" in terminal.text
    with Terminal(force, *words, "--details", columns=60) as terminal:
        assert terminal.status() == 5
        assert [f"1 row: {row}" in " ".join(terminal.text.split()) for row in range(6, 11)] == [True] * 5
