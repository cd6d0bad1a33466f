"""What waits beside the month that is to blame, what is rejected, and how it is all said."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from pipeline.model.findings import Decision
from pipeline.report.waiting import ranges
from pipeline.settings.decisions import write_decisions
from tests.lib.dataset_folders import folders, write_workbook
from tests.lib.little_force import JAN, SPEND, STREET, TYPES, little_force, pay, publish
from tests.lib.product import Product, add_events, change_csv, cut, write_csv
from tests.lib.small_tree import AS_OF, small_tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Rows


def with_late_rows(rows: Rows) -> Rows:
    """Give the first good crimes of March a day in January."""
    late = [row | {"recorded_on": "2024-01-09 09:00", "crime_reference": f"24*9{n}"} for n, row in enumerate(rows[:3])]
    return [*rows, *late]


def test_every_month_that_a_suspect_file_feeds_waits_with_it(product: Product) -> None:
    change_csv(product.crimes("2024-03"), with_late_rows)
    assert product.publish() == {"street-crime": ("2024-01", "2024-03")}
    files = product.months()
    change_csv(product.crimes("2024-03"), lambda rows: rows[:60])  # cut: the late rows are gone as well
    said = product.run("publish", "--quiet", status=5)
    path = "crime/recorded-crime/2024-03.csv"
    assert re.search(r"WAITS shrank: 2024-03: ", said.out)
    assert f"WAITS suspect-input: 2024-01: rows of it are in {path} too, which waits with 2024-03" in said.out
    assert product.months() == files
    again = product.run("publish", "--quiet", status=5)
    assert "WAITS suspect-input: 2024-01" in again.out
    shown = re.search(r"2024-03-\w+/\S+ \(sha256 ([0-9a-f]{64})", said.out)
    assert shown
    product.approve("street-crime", "2024-03", shown[1])
    product.run("publish", "--quiet", status=0)  # what the file feeds is no longer in doubt
    assert len({*product.months().items()} - {*files.items()}) == 4  # CSV and Parquet of both months


def test_a_rejected_month_no_longer_waits_and_keeps_its_last_release(product: Product) -> None:
    files = product.months()
    change_csv(product.crimes("2024-02"), lambda rows: cut(rows, 60))
    said = product.run("publish", "--quiet", status=5)
    sha256 = re.search(r"sha256 ([0-9a-f]{64})", said.out)
    assert sha256
    signed = (sha256[1], "Head of Finance", dt.date(2024, 4, 10), "cut off")
    write_decisions(product.approvals, [Decision("reject", "", "street-crime", "2024-02", *signed)])
    for _ in range(2):
        said = product.run("publish", "--quiet", status=0)
        assert "WAITS" not in said.out
        assert product.months() == files
    change_csv(product.crimes("2024-02"), lambda rows: cut(rows, 50))  # other bytes are another question
    said = product.run("publish", "--quiet", status=5)
    assert "WAITS shrank: 2024-02" in said.out


def test_a_first_month_of_which_nothing_would_be_public_waits(tmp_path: Path) -> None:
    product = small_tree(tmp_path)
    good = folders()["spend-over-500"].raw("expenditure/ledger/2024-01.xlsx.csv")[0]
    text = tmp_path / "ledger.csv"
    write_csv(text, [good | {"Supplier Type": "", "Supplier No": "S99999"}])
    write_workbook(text, product.ledger("2024-01"))
    product.ledger("2024-02").unlink()
    said = product.run("--as-of", AS_OF, "publish", "--quiet", "spend-over-500", status=5)
    assert "WAITS all-held-back: 2024-01: none of its 1 rows of ledger would be published" in said.out
    assert "classify their suppliers in data/reference/supplier-types.csv" in said.out
    assert not (product.published / "spend-over-500" / "spend-over-500-2024-01.csv").exists()
    (product.reference / "supplier-types.csv").write_text("supplier_number,supplier_type\nS99999,ORG\n", "utf-8")
    product.run("--as-of", AS_OF, "publish", "--quiet", "spend-over-500", status=0)


def test_bad_rows_of_no_month_are_listed_although_they_stop_the_dataset(product: Product) -> None:
    add_events(product.events, *[{"event_id": f"X{number}", "starts_at": "yesterday"} for number in range(40)])
    said = product.run("publish", "--quiet", status=3)
    assert "database:event: bad-date in `starts_at`: 4" in said.out
    assert "yesterday" not in said.text
    listed = product.run("quarantine", "engagement-events", "--month", "none")
    assert listed.out.count("column `starts_at`: bad-date") >= 40


def test_what_was_released_for_a_day_that_lay_ahead_is_taken_out_again(product: Product) -> None:
    """Only events: nothing else leaves because of the day."""
    product.publish(PIPELINE_AS_OF="2024-06-01")
    assert "2024-05" in product.state("engagement-events")["months"]
    before = product.months()
    said = product.run("publish", "--quiet", PIPELINE_AS_OF="2024-04-10", status=2)
    assert "day-went-back" in said.text
    product.decide("approve", "--day", "2024-04-10")
    product.publish(PIPELINE_AS_OF="2024-04-10")
    assert list(product.state("engagement-events")["months"]) == ["2024-01", "2024-02", "2024-03"]
    assert product.months() == before


@pytest.mark.parametrize("lost", [("day.json",), ("day.json", "journal.jsonl")])
def test_the_day_of_the_last_run_is_known_when_its_file_is_lost(tmp_path: Path, lost: tuple[str, ...]) -> None:
    force = little_force(tmp_path / "force")
    publish(force, STREET, "2024-04-05")
    publish(force, STREET, "2024-04-07")  # a night in which nothing changed
    for name in lost:
        (force.private / name).unlink()
    day = "2024-04-04" if len(lost) > 1 else "2024-04-06"
    assert "day-went-back" in publish(force, STREET, day, status=2).text
    force.decide("approve", "--day", day)
    (force.private / "day.json").unlink()
    publish(force, STREET, day)


@pytest.mark.parametrize(
    ("months", "words"),
    [
        ([], ""),
        (["2024-01"], "2024-01"),
        (["2024-01", "2023-12", "2023-11", "2024-03"], "2023-11 to 2024-01, 2024-03"),
    ],
)
def test_months_are_said_as_ranges(months: list[str], words: str) -> None:
    assert ranges(months) == words


def test_questions_that_no_command_can_tell_apart_are_said_to_be_decided_together(tmp_path: Path) -> None:
    force = little_force(tmp_path / "force")
    lines = [
        {"Supplier No": number, "Supplier Type": kind, "Supplier Name": "Robin Safehouse"}
        for number, kind in (("S1", "PROT"), ("S2", "ORG"), ("S3", "ORG"))
    ]
    pay(force, JAN, *lines)
    publish(force, SPEND)
    listed = force.reference / "supplier-types.csv"
    together = "2024-01 to 2024-02: one decision settles all 2 of these together"
    for types, asked in (("S2,ORG\n", 1), ("S2,ORG\nS3,ORG\n", 2)):
        listed.write_text(f"{TYPES}{types}", encoding="utf-8")
        said = publish(force, SPEND, status=5)
        assert said.out.count("WAITS name-also-protected") == 1
        assert (together in said.out) == (asked == 2)
    force.decide("approve", SPEND, "--all")
    assert "WAITS" not in publish(force, SPEND).out
