"""What stops a dataset, and only that; what waits for a person; what is listed because nobody reads it."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, STREET, call, crime, incident, little_force, publish, record
from tests.lib.product import DATASETS, Product, add_events, built, change_csv, contents, read_csv, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Rows


def spoil(rows: Rows, count: int = 40) -> Rows:
    """Give many rows an outcome that no list knows."""
    return [row | {"outcome_code": "NEW-7"} if number < count else row for number, row in enumerate(rows)]


def fewer(rows: Rows, count: int = 60) -> Rows:
    """Leave out ordinary crimes, all but ``count``."""
    ordinary = [number for number, row in enumerate(rows) if "*24*0" in row["crime_reference"]]
    return [row for number, row in enumerate(rows) if number not in ordinary[count:]]


# --- too many bad rows ----------------------------------------------------------------------------------------------


def test_too_many_bad_rows_stop_their_dataset_and_no_other(tmp_path: Path) -> None:
    product = Product.with_sample(tmp_path)
    change_csv(product.crimes("2024-02"), spoil)
    said = product.run("publish", "--quiet", status=3)
    assert "STOPPED: too-many-bad: " in said.out
    assert "crime/recorded-crime/2024-02.csv: unknown-code in `outcome_code`: 4" in said.out
    assert "first in row 2" in said.out
    assert "correct crime/recorded-crime/2024-02.csv and run again" in said.out
    assert "`pipeline quarantine street-crime` says where each bad row stands" in said.out
    assert "NEW-7" not in said.text
    assert sorted(built(said)) == ["engagement-events", "spend-over-500"]
    assert sorted(path.parent.name for path in product.published.glob("*/datapackage.json")) == [
        "engagement-events",
        "spend-over-500",
    ]
    listed = product.run("quarantine", "street-crime", "--month", "2024-02", status=0)
    assert listed.out.count("column `outcome_code`: unknown-code") >= 40
    assert "crime/recorded-crime/2024-02.csv, row 2, column `outcome_code`" in listed.out
    assert "NEW-7" not in listed.text


def test_a_dataset_that_stops_keeps_its_last_releases(product: Product) -> None:
    files = contents(product.published)
    change_csv(product.crimes("2024-02"), spoil)
    change_csv(product.crimes("2024-03"), lambda rows: rows[20:])
    said = product.run("publish", "--quiet", status=3)
    assert contents(product.published) == files
    assert re.search(r"of the last good run: this one stopped\n  +read [0-9]", said.out)
    plan = product.run("plan", "--quiet", status=3)
    assert "too-many-bad" in plan.out
    change_csv(product.crimes("2024-02"), lambda rows: [row | {"outcome_code": "1"} for row in rows])
    assert product.run("publish", "--quiet").status == 0


@pytest.mark.parametrize(
    ("bad", "rows", "stops"), [(20, 400, False), (21, 400, True), (19, 100, False), (20, 100, True)]
)
def test_a_file_stops_when_more_than_its_share_of_rows_is_bad(
    tmp_path: Path, bad: int, rows: int, *, stops: bool
) -> None:
    """Of 400 rows 5 % are 20: as many are borne, one more is not; fewer than 20 bad rows stop no file."""
    force = little_force(tmp_path / "force")
    spoilt = (crime(FEB, 1000 + number, outcome_code="NEW-7") for number in range(bad))
    record(force, FEB, *spoilt, good=rows - bad)
    said = force.run("--as-of", "2024-04-01", "plan", "--quiet", STREET)
    assert (said.status == 3) == stops, said.text
    assert (f"unknown-code in `outcome_code`: {bad} of {rows}" in said.out) == stops


def test_five_percent_and_nineteen_bad_rows_are_let_pass(tmp_path: Path) -> None:
    product = Product.with_sample(tmp_path)

    def spoil_some(rows: Rows) -> Rows:
        return [row | {"restricted": "" if place < 19 else "N"} for place, row in enumerate(rows)]

    change_csv(product.incidents("2024-02"), spoil_some)
    assert product.run("publish", "--quiet").status == 0


# --- a month that shrinks -------------------------------------------------------------------------------------------


def test_a_month_that_shrinks_waits_for_exactly_its_approval(product: Product) -> None:
    files = contents(product.published)
    change_csv(product.crimes("2024-02"), fewer)
    product.run("plan", "--quiet", status=5)
    said = product.run("publish", "--quiet", status=5)
    waits = r"WAITS shrank: 2024-02: it holds [0-9]+ rows of recorded-crime, its last release [0-9]+"
    assert re.search(waits, said.out), said.out
    assert "pipeline approve street-crime 2024-02 --role POST --reason TEXT" in said.out
    shown = re.search(r"to look at: (\S+) \(sha256 ([0-9a-f]{64})\)", said.out)
    assert shown
    held, sha256 = product.folder / shown[1], shown[2]
    assert hashlib.sha256(held.read_bytes()).hexdigest() == sha256
    count = len(read_csv(held))
    journal = (product.private / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert [each["month"] for each in map(json.loads, journal) if each["event"] == "waiting"] == ["2024-02"]
    now = contents(product.published)
    data = {name: text for name, text in now.items() if "street-crime-2024" in name}
    assert data == {name: text for name, text in files.items() if "street-crime-2024" in name}
    page = (product.published / "street-crime" / "index.html").read_text(encoding="utf-8")
    assert "published; a correction is being checked" in page
    assert "None between the first and the last month here." in page
    before = tree(product.folder)
    product.run("publish", "--quiet", status=5)
    assert tree(product.folder) == before

    assert "WAITS for an approval" in product.run("accounts", "street-crime", "--month", "2024-02").out
    told = json.loads(product.run("accounts", "street-crime", "--month", "2024-02", "--json").out)
    assert (told["published"], told["waits_for_approval"]) == (count, True)
    product.approve("street-crime", "2024-02", "0" * 64)
    assert product.run("publish", "--quiet").status == 5
    product.approve("street-crime", "2024-01", sha256)
    assert product.run("publish", "--quiet").status == 5
    product.approve("street-crime", "2024-02", sha256)
    product.run("publish", "--quiet", status=0)
    rows = product.csv("street-crime", "2024-02")
    assert len(rows) == count
    assert contents(product.published)["street-crime/street-crime-2024-02.csv"] == sha256
    events = [json.loads(line) for line in (product.private / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    decision = {"dataset": "street-crime", "month": "2024-02", "sha256": sha256, "date": "2024-04-10"}
    who = {"event": "approved", "role": "Head of Information Management", "reason": "Checked."}
    assert {**decision, **who} in events
    before = tree(product.folder)
    assert product.publish() == {}
    assert tree(product.folder) == before


def test_an_approval_counts_for_one_build_only(product: Product) -> None:
    change_csv(product.crimes("2024-02"), fewer)
    said = product.run("publish", "--quiet")
    sha256 = re.search(r"sha256 ([0-9a-f]{64})", said.out)
    assert sha256
    product.approve("street-crime", "2024-02", sha256[1])
    change_csv(product.crimes("2024-02"), lambda rows: fewer(rows, 50))
    assert product.run("publish", "--quiet").status == 5
    assert len(product.csv("street-crime", "2024-02")) > 150


def test_a_new_month_is_compared_with_those_beside_it(tmp_path: Path) -> None:
    product = Product.with_sample(tmp_path)
    change_csv(product.crimes("2024-02"), fewer)
    said = product.run("publish", "--quiet", status=5)
    assert "WAITS shrank: 2024-02: " in said.out
    assert "the 2 nearest months" in said.out
    folder = product.published / "street-crime"
    assert not (folder / "street-crime-2024-02.csv").exists()
    package = json.loads((folder / "datapackage.json").read_bytes())
    assert package["monthsHeld"] == [{"month": "2024-02", "reason": "not yet published: being checked"}]
    assert package["monthsMissing"] == ["2024-02"]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "every month of the series" not in page


def test_a_restriction_is_carried_out_at_once_on_a_month_that_waits(product: Product) -> None:
    """What is public of it is its last release: a restricted record must leave that one too."""
    before = product.csv("street-crime", "2024-02")
    source = read_csv(product.crimes("2024-02"))
    # the last one, so that it is not in the file that shrank
    reference = next(row["crime_reference"] for row in source[::-1] if "*24*0" in row["crime_reference"])
    change_csv(product.crimes("2024-02"), fewer)
    assert product.run("publish", "--quiet").status == 5

    def restrict(rows: Rows) -> Rows:
        good = next(row for row in rows if "*24*0" in row["crime_reference"])
        return [*rows, {**good, "crime_reference": reference, "restricted": "Y"}]

    change_csv(product.crimes("2024-01"), restrict)
    assert product.run("publish", "--quiet").status == 5
    after = product.csv("street-crime", "2024-02")
    assert len(after) == len(before) - 1
    assert all(row in before for row in after)


def test_a_restriction_is_carried_out_on_what_waits_when_its_month_is_not_asked_for(tmp_path: Path) -> None:
    force = little_force(tmp_path / "force")
    for month in (JAN, FEB):
        record(force, month, good=100)
    publish(force, STREET)
    record(force, FEB, crime(FEB, 900))
    publish(force, STREET, "2024-04-02", status=5)

    def held() -> Rows:
        folder = force.state(STREET)["months"][FEB]["waiting"]["built"]["folder"]
        return read_csv(force.private / "releases" / STREET / folder / f"{STREET}-{FEB}.csv")

    rows = held()
    record(force, JAN, crime(JAN, 900, crime_reference=crime(FEB, 900)["crime_reference"], restricted="Y"), good=100)
    force.run("--as-of", "2024-04-03", "publish", "--quiet", STREET, "--month", JAN)
    assert len(held()) == len(rows) - 1


def test_a_kept_month_is_protected_again_and_again(tmp_path: Path) -> None:
    """The keys of its incidents stay beside its rows, though nothing public names them."""
    force = little_force(tmp_path / "force")
    publish(force, STREET)
    rows = len(force.csv(STREET, FEB))
    for path in (force.crimes(FEB), force.incidents(FEB)):
        path.unlink()
    for night in (1, 2):
        numbers = [incident(FEB, number)["incident_number"] for number in range(night)]
        call(force, JAN, *(incident(JAN, 90, incident_number=number, restricted="Y") for number in numbers))
        publish(force, STREET, f"2024-04-0{1 + night}")
        assert len(force.csv(STREET, FEB)) == rows - night


# --- files that nobody reads ----------------------------------------------------------------------------------------


def test_files_that_no_feed_reads_are_listed_by_every_run(product: Product) -> None:
    stray = [
        "crime/recorded-crime/2024-01 (1).csv",
        "crime/recorded-crime/2024_03.csv",
        "expenditure/ledger/2024-04.xls",
        "somewhere/else.csv",
    ]
    for name in stray:
        (product.raw / name).parent.mkdir(parents=True, exist_ok=True)
        (product.raw / name).write_bytes(product.crimes("2024-01").read_bytes())
    (product.raw / "README.md").write_text("what goes here", encoding="utf-8")
    (product.raw / ".DS_Store").write_text("", encoding="utf-8")
    for command in ("plan", "publish", "publish"):
        said = product.run(command, "--quiet", status=0)
        listed = re.findall(r"^(.*) is not read: ", said.out, re.MULTILINE)
        assert listed == stray
    assert built(said) == {}


def test_the_database_in_the_folder_is_listed_where_the_settings_name_another(product: Product) -> None:
    inside = product.events
    other = product.folder / "engagement.sqlite"
    other.write_bytes(inside.read_bytes())
    listed = "engagement/engagement.sqlite is not read: "
    assert listed in product.run("plan", "--quiet", PIPELINE_ENGAGEMENT_DATABASE=f"sqlite:///{other}").out
    for address in ("", f"sqlite:///{inside}", f"sqlite:///{inside.relative_to(product.folder)}"):
        said = product.run("plan", "--quiet", PIPELINE_ENGAGEMENT_DATABASE=address, status=0)
        assert listed not in said.out


# --- one dataset stops ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "content", "stopped"),
    [
        ("raw/crime/asb-incidents/2024-03.csv", b"SAMPLE-0001\n", "street-crime"),
        ("raw/expenditure/ledger/2024-03.xlsx", b"PK\x03\x04 no workbook SAMPLE DATA", "spend-over-500"),
        ("raw/engagement/engagement.sqlite", b"SAMPLE-0001\n is no database at all", "engagement-events"),
        ("reference/map-points.csv", b"longitude,latitude\nSample Borough,1\n", "street-crime"),
        ("reference/neighbourhoods.csv", b"Sample Borough\n", "engagement-events"),
        ("reference/supplier-types.csv", b"SAMPLE-0001\n", "spend-over-500"),
    ],
)
def test_one_dataset_stopping_does_not_stop_the_others(
    product: Product, path: str, content: bytes, stopped: str
) -> None:
    (product.data / path).write_bytes(content)
    text = product.settings.read_text(encoding="utf-8")
    product.settings.write_text(text.replace("[force]", 'attribution = "Another."\n[force]', 1), encoding="utf-8")
    said = product.run("publish", "--quiet", status=3)
    assert {*built(said)} & {*DATASETS} == {*DATASETS} - {stopped}  # what is derived is built from what stands
    assert said.out.count("STOPPED") == 1


# --- bad rows of a database -----------------------------------------------------------------------------------------


def test_bad_rows_without_a_month_are_bad_rows_of_their_database(product: Product) -> None:
    before = contents(product.published / "engagement-events")
    bad = [{"event_id": f"X{number}", "starts_at": "yesterday"} for number in range(40)]
    add_events(product.events, *bad)
    said = product.run("publish", "--quiet", status=3)
    assert "too-many-bad" in said.text
    assert contents(product.published / "engagement-events") == before


def test_bad_rows_of_a_month_that_has_gone_are_not_held_against_what_is_there(product: Product) -> None:
    good = [{"event_id": f"X{number:04}"} for number in range(1_000)]
    add_events(product.events, *[{**each, "kind": "?"} for each in good[:30]], *good[30:])
    said = product.run("publish", "--quiet", status=5)
    sha256 = re.search(r"sha256 ([0-9a-f]{64})", said.out)
    assert sha256
    product.approve("engagement-events", "2024-01", sha256[1])
    assert product.publish() == {}
    with closing(sqlite3.connect(product.events)) as database, database:
        database.execute("DELETE FROM event WHERE starts_at LIKE '2024-01-%' OR starts_at LIKE '%/01/2024%'")
        database.execute("UPDATE event SET attendance = 49 WHERE event_id = 'SAMPLE-24020000003'")
    said = product.run("publish", "--quiet", status=0)
    assert "input-gone: 2024-01" in said.out
