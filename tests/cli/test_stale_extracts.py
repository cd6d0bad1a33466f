"""Bytes that came before: stale copies are set aside, doubles and files of other months stop their dataset."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, MAR, SPEND, little_force, pay, publish
from tests.lib.product import Product, change_csv, read_csv, write_csv

if TYPE_CHECKING:
    from pathlib import Path

STREET = "street-crime"
APR = "2024-04"
SIGNED = ("--role", "Head of Information Management", "--reason", "Checked.")


def restrict(product: Product, month: str) -> str:
    """Restrict the first published crime of a month in its own file; return its Crime ID."""
    before = {row["Crime ID"] for row in product.csv(STREET, month)}
    change_csv(product.crimes(month), lambda rows: [row | {"restricted": "Y"} for row in rows[:40]] + rows[40:])
    product.run("--as-of", "2024-04-11", "publish", "--quiet")
    return next(iter(before - {row["Crime ID"] for row in product.csv(STREET, month)} - {""}))


def test_a_stale_copy_is_set_aside_and_the_run_says_of_which_days(product: Product) -> None:
    first = product.crimes("2024-01").read_bytes()
    gone = restrict(product, "2024-01")
    product.crimes("2024-01").write_bytes(first)
    change_csv(product.crimes("2024-02"), lambda rows: rows[::-1])
    said = product.run("--as-of", "2024-04-12", "publish", "--quiet", STREET, status=5)
    assert "2024-01.csv: this is the file of 10 April, replaced on 11 April" in said.out
    assert "pipeline approve street-crime 2024-01 --role" in said.out
    assert "pipeline reject street-crime 2024-01 --role" in said.out
    assert "pipeline forget crime/recorded-crime/2024-01.csv" in said.out
    assert "built now: 2024-02" in said.out
    assert gone not in {row["Crime ID"] for row in product.csv(STREET, "2024-01")}
    assert "input-gone: 2024-01" not in said.out
    assert product.run("--as-of", "2024-04-12", "publish", "--quiet", STREET).status == 5


def test_a_stale_copy_that_was_approved_is_let_in(product: Product) -> None:
    first = product.crimes("2024-02").read_bytes()
    change_csv(product.crimes("2024-02"), lambda rows: rows[::-1])
    product.publish()
    product.crimes("2024-02").write_bytes(first)
    assert product.run("publish", "--quiet").status == 5
    assert product.run("approve", STREET, "2024-02", *SIGNED).status == 0
    product.run("publish", "--quiet", status=0)
    held = product.state(STREET)["versions"]["crime/recorded-crime/2024-02.csv"]
    assert [each["sha256"] for each in held].count(held[-1]["sha256"]) == 2


def test_a_copy_whose_successor_was_never_released_may_come_back(product: Product) -> None:
    first, files = product.crimes("2024-02").read_bytes(), read_csv(product.crimes("2024-02"))
    write_csv(product.crimes("2024-02"), files[:9])
    assert product.run("publish", "--quiet").status == 5
    product.crimes("2024-02").write_bytes(first)
    product.run("publish", "--quiet", status=0)


def test_a_copy_whose_successor_was_taken_back_may_come_back(product: Product) -> None:
    first = product.crimes("2024-02").read_bytes()
    change_csv(product.crimes("2024-02"), lambda rows: rows[::-1])
    product.publish()
    assert product.run("forget", "crime/recorded-crime/2024-02.csv", *SIGNED).status == 0
    product.crimes("2024-02").write_bytes(first)
    product.run("publish", "--quiet", status=0)


def test_a_file_that_went_and_comes_back_with_older_bytes_is_stale(product: Product) -> None:
    first = product.crimes("2024-02").read_bytes()
    change_csv(product.crimes("2024-02"), lambda rows: rows[::-1])
    product.publish()
    product.crimes("2024-02").unlink()
    product.publish()
    product.crimes("2024-02").write_bytes(first)
    said = product.run("publish", "--quiet", status=5)
    assert "stale-extract" in said.out


def test_last_months_files_saved_as_next_months_stop_the_dataset(product: Product) -> None:
    for kind in (product.crimes, product.incidents):
        shutil.copy(kind("2024-03"), kind("2024-04"))
    rows = product.csv(STREET, "2024-03")
    said = product.run("publish", "--quiet", STREET, status=3)
    for folder in ("recorded-crime", "asb-incidents"):
        words = f"crime/{folder}/2024-03.csv and crime/{folder}/2024-04.csv hold the same bytes"
        assert f"same-extract-twice: dataset `street-crime`: {words}" in said.out
    assert "pipeline reject street-crime 2024-04" in said.out
    assert product.csv(STREET, "2024-03") == rows

    assert product.run("reject", STREET, "2024-04", *SIGNED).status == 0
    said = product.run("publish", "--quiet", STREET, status=0)
    assert said.out.count("was rejected: it counts as if it had not come") == 2
    assert "2024-04" not in product.state(STREET)["months"]


def test_a_ledger_saved_under_another_months_name_stops_too(product: Product) -> None:
    shutil.copy(product.ledger("2024-03"), product.ledger("2024-04"))
    said = product.run("publish", "--quiet", "spend-over-500", status=3)
    assert "same-extract-twice" in said.out


def test_header_only_files_may_be_equal(product: Product) -> None:
    for month in ("2024-04", "2024-05"):
        for kind in (product.crimes, product.incidents):
            kind(month).write_bytes(kind("2024-03").read_bytes().split(b"\n", 1)[0] + b"\n")
    said = product.run("publish", "--quiet", STREET)
    assert "same-extract-twice" not in said.out


@pytest.mark.parametrize(("here", "there", "stops"), [(24, 26, True), (25, 25, False), (10, 30, False)])
def test_a_file_of_fifty_rows_that_belong_elsewhere_for_the_most_part_stops(
    product: Product, here: int, there: int, *, stops: bool
) -> None:
    own, other = (read_csv(product.crimes(month))[60:] for month in ("2024-03", "2024-02"))
    write_csv(product.crimes("2024-03"), own[:here] + other[:there])
    said = product.run("publish", "--quiet", STREET)
    assert ("other-months: dataset `street-crime`" in said.out) == stops
    if stops:
        assert f"{there} of the {here + there} rows of crime/recorded-crime/2024-03.csv" in said.out


def test_an_equal_file_that_was_approved_lets_in_no_other_one(tmp_path: Path) -> None:
    force = little_force(tmp_path / "force")
    publish(force, SPEND)
    for month in (MAR, APR):
        shutil.copy(force.ledger(FEB), force.ledger(month))
    publish(force, SPEND, "2024-05-01", status=3)
    force.decide("approve", SPEND, MAR)
    said = publish(force, SPEND, "2024-05-02", status=3)
    assert said.out.count("same-extract-twice: ") == 1
    assert f"`pipeline approve {SPEND} {APR} " in said.out
    force.decide("reject", SPEND, APR)
    assert "same-extract-twice" not in publish(force, SPEND, "2024-05-03", status=5).out


def test_equal_files_of_which_none_is_out_are_decided_each_by_itself(tmp_path: Path) -> None:
    force = little_force(tmp_path / "force")
    pay(force, FEB, *[{"Period": JAN, "Payment Date": "15/01/2024"}] * 3)
    shutil.copy(force.ledger(FEB), force.ledger(JAN))
    said = publish(force, SPEND, status=3)
    for month in (JAN, FEB):
        assert (
            f"put the right file at expenditure/ledger/{month}.xlsx; or `pipeline reject {SPEND} {month} " in said.out
        )
    force.decide("approve", SPEND, JAN)
    said = publish(force, SPEND, status=3)
    assert said.out.count("same-extract-twice: ") == 1
    assert f"`pipeline approve {SPEND} {FEB} " in said.out
    force.decide("approve", SPEND, FEB)
    publish(force, SPEND)
    shutil.copy(force.ledger(FEB), force.ledger(MAR))  # a third one
    assert f"`pipeline approve {SPEND} {MAR} " in publish(force, SPEND, status=3).out
    force.ledger(MAR).unlink()
    for month, status in ((FEB, 0), (JAN, 3)):  # of files that are all out one may count by itself
        drop(force, month)
        publish(force, SPEND, status=status)


def drop(force: Product, month: str) -> None:
    """Take the decisions about a month out of the file that holds them."""
    file = force.folder / "decisions.toml"
    parts = file.read_text(encoding="utf-8").split("\n[[decision]]\n")
    kept = [part for part in parts if f'period = "{month}"' not in part]
    assert len(kept) < len(parts)
    file.write_text("\n[[decision]]\n".join(kept), encoding="utf-8")
