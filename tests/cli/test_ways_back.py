"""Every decision has a way back, the run names it, and no decision takes in more than what was looked at."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pipeline.storage.store import Store
from tests.lib.little_force import (
    FEB,
    JAN,
    MAR,
    STREET,
    call,
    crime,
    little_force,
    publish,
    record,
)
from tests.lib.product import Product, change_csv, contents, cut, read_csv
from tests.lib.published_in import published_in
from tests.lib.small_tree import small_tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Rows

SIGNED = "--role POST --reason TEXT"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def late(rows: Rows) -> Rows:
    """Give three more crimes a day in January."""
    return [
        *rows,
        *(row | {"recorded_on": "2024-01-09 09:00", "crime_reference": f"24*9{n}"} for n, row in enumerate(rows[:3])),
    ]


def test_a_rejected_month_is_said_and_let_in_after_all(product: Product) -> None:
    files = product.months()
    change_csv(product.crimes("2024-02"), cut)
    product.publish(status=5)
    product.decide("reject", STREET, "2024-02")
    for _ in range(2):
        said = product.run("publish", "--quiet", status=0)
        assert "2024-02 was rejected: it stays as it was published" in said.out
        assert f"to let it in after all: pipeline approve {STREET} 2024-02 {SIGNED}" in said.out
    product.decide("approve", STREET, "2024-02")
    assert product.publish() == {STREET: ("2024-02",)}
    assert len(product.csv(STREET, "2024-02")) < 250
    assert len({*product.months().items()} - {*files.items()}) == 2
    assert "was rejected" not in product.run("publish", "--quiet").text


def test_a_month_that_a_rejected_file_feeds_is_let_in_with_it(product: Product) -> None:
    change_csv(product.crimes("2024-03"), late)
    product.publish()
    files = product.months()
    change_csv(product.crimes("2024-03"), cut)  # the late rows are gone as well
    product.publish(status=5)
    product.decide("reject", STREET, "2024-03")
    product.publish()
    assert product.months() == files
    product.decide("approve", STREET, "2024-03")
    assert product.publish() == {STREET: ("2024-01", "2024-03")}
    assert len({*product.months().items()} - {*files.items()}) == 4


def test_a_rejected_file_does_not_come_in_with_another_month_later(tmp_path: Path) -> None:
    force = little_force(tmp_path / "force")
    for month in (JAN, FEB, MAR):
        record(force, month, *(crime(month, number) for number in range(100, 200)))
    call(force, MAR)
    publish(force, STREET)
    record(force, MAR, crime(JAN, 900))  # cut, with a late row
    publish(force, STREET, "2024-04-02", status=5)
    force.decide("reject", STREET, MAR)
    publish(force, STREET, "2024-04-03")
    rows = force.csv(STREET, JAN)
    record(force, FEB, *(crime(FEB, number) for number in range(100, 201)))
    publish(force, STREET, "2024-04-04")  # what the rejected file does not feed
    assert len(force.csv(STREET, FEB)) == len(rows) + 1
    record(force, JAN, *(crime(JAN, number) for number in range(100, 201)))
    for day in (5, 6):
        assert "WAITS" not in publish(force, STREET, f"2024-04-0{day}").out
        assert len(force.csv(STREET, JAN)) == len(rows) + 1  # its own row alone
    record(force, MAR, *(crime(MAR, number) for number in range(100, 200)), crime(JAN, 900))  # the right file
    publish(force, STREET, "2024-04-07")
    assert len(force.csv(STREET, JAN)) == len(rows) + 2


def test_an_approval_lets_in_no_older_file_that_was_rejected(product: Product) -> None:
    change_csv(product.crimes("2024-02"), cut)
    bad = product.crimes("2024-02").read_bytes()
    product.publish(status=5)
    product.decide("reject", STREET, "2024-02")
    product.publish()
    change_csv(product.crimes("2024-02"), lambda rows: cut(rows, 50))
    product.publish(status=5)
    product.decide("approve", STREET, "2024-02")
    product.publish()
    files = product.months()
    product.crimes("2024-02").write_bytes(bad)
    said = product.run("publish", "--quiet", status=5)
    assert "WAITS stale-extract: 2024-02: crime/recorded-crime/2024-02.csv: this is the file of 10 April" in said.out
    assert product.months() == files


def test_a_rejected_weakening_is_said_and_let_in_after_all(tmp_path: Path) -> None:
    product = small_tree(tmp_path)
    as_of = ("--as-of", "2024-03-01")
    assert product.run(*as_of, "publish", "--quiet", STREET).status == 0
    rows = len(product.csv(STREET, "2024-01"))
    change_csv(product.crimes("2024-01"), lambda found: [found[0] | {"restricted": "Y"}, *found[1:]])
    assert product.run(*as_of, "publish", "--quiet", STREET).status == 0
    change_csv(
        product.crimes("2024-01"), lambda found: [found[0] | {"restricted": "N", "premises_name": "x"}, *found[1:]]
    )
    assert "WAITS protection-weakened: 2024-01" in product.run(*as_of, "publish", "--quiet", STREET).out
    product.decide("reject", STREET, "2024-01")
    said = product.run(*as_of, "publish", "--quiet", STREET, status=0)
    assert "protection-weakened was rejected: 2024-01" in said.out
    assert f"to let it in after all: pipeline approve {STREET} 2024-01 {SIGNED}" in said.out
    assert len(product.csv(STREET, "2024-01")) < rows
    product.decide("approve", STREET, "2024-01")
    assert product.run(*as_of, "publish", "--quiet", STREET).status == 0
    assert len(product.csv(STREET, "2024-01")) == rows


def test_a_command_for_a_range_takes_in_nothing_that_waits_for_another_reason(product: Product) -> None:
    for month in ("2024-01", "2024-03"):
        change_csv(product.crimes(month), cut)
    change_csv(
        product.crimes("2024-02"),
        lambda rows: [*rows, *(rows[0] | {"crime_reference": f"24*8{n}"} for n in range(90))],
    )
    said = product.run("publish", "--quiet", status=5)
    assert f"pipeline approve {STREET} 2024-01..2024-03 --finding shrank {SIGNED}" in said.out
    assert f"pipeline approve {STREET} 2024-02 {SIGNED}" in said.out


def test_a_file_that_was_published_by_mistake_is_taken_back_and_put_back(product: Product) -> None:
    path, rows = "crime/recorded-crime/2024-03.csv", product.csv(STREET, "2024-03")
    product.crimes("2024-03").rename(product.folder / "elsewhere.csv")
    product.publish()
    product.decide("forget", path)
    said = product.run("publish", "--quiet", STREET, status=5)
    assert f"WAITS withdrawn: 2024-03: {path} was taken back" in said.out
    assert product.csv(STREET, "2024-03") == rows
    product.decide("approve", STREET, "2024-03")
    said = product.run("plan", "--quiet", STREET)
    assert f"rows 2024-03: {len(rows)} now, 0 then: 0 added, {len(rows)} removed, 0 changed" in said.out
    assert "removed: 2024-03" in said.out
    assert product.run("publish", "--quiet", STREET).status == 0
    left = sorted((product.published / STREET).glob("*2024-03*"))
    assert [each.suffix for each in left] == [".csv", ".parquet"]
    assert all("This file was withdrawn" in each.read_text(encoding="utf-8") for each in left)
    assert "2024-03,withdrawn,corrected at source,0,50+" in (product.published / STREET / "change-log.csv").read_text()
    said = product.run("publish", "--quiet", STREET)
    assert "nothing changed" in said.out
    reference = next(row["Crime ID"] for row in rows if row["Crime ID"])
    held = published_in(Store(product.private), STREET, "Crime ID", reference)
    assert not any(each.public for each in held if each.month == "2024-03")
    assert any(each.month == "2024-03" for each in held)

    (product.folder / "elsewhere.csv").rename(product.crimes("2024-03"))
    said = product.run("publish", "--quiet", STREET)
    assert f"{path} was taken back: it counts as if it had not come" in said.out
    product.decide("approve", STREET, "2024-03")
    assert product.publish() == {STREET: ("2024-01", "2024-03")}  # a late row of it is of January
    assert product.csv(STREET, "2024-03") == rows


def test_what_is_taken_back_is_said_once_with_what_tells_it_apart(force: Product) -> None:
    path, ends = f"crime/recorded-crime/{JAN}.csv", []
    publish(force, STREET, "2024-04-01")
    record(force, JAN, good=4)
    publish(force, STREET, "2024-04-02")
    ends.append(f"received on 2024-04-02, published on 2024-04-02 (sha256 {sha256(force.crimes(JAN))[:8]}...)")
    for text in ("cut", "cut again"):
        force.crimes(JAN).write_text(text, encoding="utf-8")
        publish(force, STREET, "2024-04-03", status=3)
        ends.append(f"received on 2024-04-03, never published (sha256 {sha256(force.crimes(JAN))[:8]}...)")
    said = force.decide("forget", path)
    lines = [line for line in said.out.splitlines() if line.startswith("to be taken back")]
    assert lines == [f"to be taken back: {STREET} {path}: {end}" for end in ends]


def test_a_file_taken_back_is_put_right_by_the_one_before_it(product: Product) -> None:
    good, rows = product.crimes("2024-02").read_bytes(), product.csv(STREET, "2024-02")
    change_csv(product.crimes("2024-02"), lambda found: [*found[:3], *found[8:]])
    product.publish()
    assert product.csv(STREET, "2024-02") != rows
    product.decide("forget", str(product.crimes("2024-02")))
    assert "WAITS withdrawn: 2024-02" in product.run("publish", "--quiet", STREET).out
    product.crimes("2024-02").write_bytes(good)
    product.run("publish", "--quiet", STREET, status=0)
    assert product.csv(STREET, "2024-02") == rows


def test_a_month_of_a_file_taken_back_is_protected_while_it_waits(tmp_path: Path) -> None:
    product = small_tree(tmp_path)
    publish = ("--as-of", "2024-03-01", "publish", "--quiet", STREET)
    assert product.run(*publish).status == 0
    rows, first = product.csv(STREET, "2024-01"), read_csv(product.crimes("2024-01"))[0]
    product.decide("forget", "crime/recorded-crime/2024-01.csv")
    change_csv(product.crimes("2024-02"), lambda found: [*found, first | {"restricted": "Y"}])
    assert "WAITS withdrawn: 2024-01" in product.run(*publish).out
    assert len(product.csv(STREET, "2024-01")) < len(rows)


def test_a_decision_that_matches_nothing_is_said_by_every_run(product: Product) -> None:
    product.approve(STREET, "2024-02", "ab" * 32)
    product.approve("street-crim", "2024-02", "cd" * 32)
    for command in ("plan", "publish", "publish"):
        said = product.run(command, "--quiet")
        assert (
            f"a decision matches nothing that ever waited: approve {STREET} 2024-02 (sha256 {'ab' * 6}...)" in said.out
        )
        assert "a decision is about a dataset that does not exist: approve street-crim 2024-02" in said.out
        assert said.out.count("a decision ") == 2  # what settled the sample's empty month, and what was typed


def test_decisions_that_have_gone_from_their_file_are_said(product: Product) -> None:
    change_csv(product.crimes("2024-02"), cut)
    product.publish(status=5)
    product.decide("reject", STREET, "2024-02")
    assert "missing from" not in product.run("publish", "--quiet").out
    (product.folder / "decisions.toml").unlink()
    said = product.run("publish", "--quiet")
    assert "1 decision that was made here, missing from decisions.toml: restore it" in said.out
    assert said.status == 5, said.text


def test_the_file_before_a_rejected_one_may_come_back(product: Product) -> None:
    good, files = product.crimes("2024-02").read_bytes(), product.months()
    change_csv(product.crimes("2024-02"), cut)
    product.publish(status=5)
    product.decide("reject", STREET, "2024-02")
    product.publish()
    product.crimes("2024-02").write_bytes(good)
    said = product.run("publish", "--quiet", status=0)
    assert "stale-extract" not in said.out
    assert "was rejected" not in said.out
    assert product.months() == files


def test_the_only_month_of_a_dataset_is_withdrawn_and_comes_back(tmp_path: Path) -> None:
    product = small_tree(tmp_path)
    for path in (product.crimes("2024-02"), product.incidents("2024-02")):
        path.unlink()
    publish = ("--as-of", "2024-03-01", "publish", "--quiet", STREET)
    assert product.run(*publish).status == 0
    rows = product.csv(STREET, "2024-01")
    product.decide("forget", "crime/recorded-crime/2024-01.csv")
    said = product.run(*publish, status=5)
    assert "pipeline approve street-crime 2024-01 --role POST --reason TEXT" in said.out
    assert product.csv(STREET, "2024-01") == rows
    product.decide("approve", STREET, "2024-01")
    assert product.run(*publish).status == 0
    folder = product.published / STREET
    for kind in ("csv", "parquet"):
        notice = (folder / f"street-crime-2024-01.{kind}").read_text(encoding="utf-8")
        assert notice.count("\n") == 1
        assert "This file was withdrawn by its publisher" in notice
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<li>January 2024, withdrawn on 1 March 2024</li>" in page
    assert not [resource for resource in package(folder)["resources"] if "2024-01" in resource["path"]]
    before = contents(product.published)
    assert product.run(*publish).status == 0
    assert contents(product.published) == before
    change_csv(product.crimes("2024-01"), lambda rows: rows[::-1])  # the right file
    assert product.run(*publish).status == 0
    assert product.csv(STREET, "2024-01") == rows
    assert "withdrawn on" not in (folder / "index.html").read_text(encoding="utf-8")


def package(folder: Path) -> dict[str, Any]:
    """Return a dataset's data package."""
    facts: dict[str, Any] = json.loads((folder / "datapackage.json").read_bytes())
    return facts


def test_runs_cannot_count_from_a_day_that_has_not_come(product: Product) -> None:
    said = product.run("approve", "--day", "2099-01-01", "--role", "Head of Data", "--reason", "x", status=2)
    assert "day-ahead" in said.err


def test_what_concerns_several_months_is_not_let_in_by_naming_one(tmp_path: Path) -> None:
    product = small_tree(tmp_path)
    for month in ("2024-01", "2024-02"):
        change_csv(
            product.crimes(month), lambda found: [found[0] | {"restricted": "Y", "crime_reference": "24*1"}, *found]
        )
        change_csv(
            product.crimes(month), lambda found: [*found, found[1] | {"restricted": "N", "crime_reference": "24*1"}]
        )
    publish = ("--as-of", "2024-03-01", "publish", "--quiet", STREET)
    assert product.run(*publish).status == 0
    for month in ("2024-01", "2024-02"):
        change_csv(product.crimes(month), lambda found: [row | {"restricted": "N"} for row in found])
    said = product.run(*publish)
    assert "WAITS protection-weakened: 2024-01 to 2024-02" in said.out
    files = product.months()
    words = ("--role", "Head of Data", "--reason", "Checked.")
    said = product.run("approve", STREET, "2024-01", *words, status=2)
    assert "protection-weakened is decided for all its months at once: 2024-01 to 2024-02" in said.err
    assert f"pipeline approve {STREET} 2024-01..2024-02 --finding protection-weakened" in said.err
    product.run(*publish)
    assert product.months() == files
    product.decide("approve", STREET, "2024-01..2024-02")
    assert product.run(*publish).status == 0
    assert product.months() != files
