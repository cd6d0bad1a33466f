"""What changed since last night decides exactly which months are built again, and the plan says why."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from tests.lib import ROOT
from tests.lib.product import (
    MONTHS,
    Product,
    Said,
    add_events,
    built,
    change_csv,
    contents,
    planned,
    read_csv,
)

if TYPE_CHECKING:
    from tests.lib.product import Rows

CRIMES = "crime/recorded-crime/{}.csv"
#: Published spending of every month, the empty one too.
SPENDING = ("2023-12", *MONTHS)


def setting(product: Product, text: str) -> None:
    with product.settings.open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


def ordinary(rows: Rows) -> list[int]:
    """Return the places of crimes that are plainly good and alone in having their reference."""
    counts = Counter(row["crime_reference"] for row in rows)
    return [
        place
        for place, row in enumerate(rows)
        if counts[row["crime_reference"]] == 1 and row["restricted"] == "N" and "*24*0" in row["crime_reference"]
    ]


def add_late(product: Product, *, file: str, month: str, reference: str = "SAMPLE*24*8800001") -> None:
    """Add a crime of ``month`` to the file of a later month."""

    def change(rows: Rows) -> Rows:
        row = {**rows[ordinary(rows)[0]], "recorded_on": f"{month}-09 10:00", "crime_reference": reference}
        return [*rows, row]

    change_csv(product.crimes(file), change)


def restrict(product: Product, *, file: str, reference: str) -> None:
    """Add a restricted row of a reference to a file."""

    def change(rows: Rows) -> Rows:
        return [*rows, {**rows[ordinary(rows)[0]], "crime_reference": reference, "restricted": "Y"}]

    change_csv(product.crimes(file), change)


def reference_of(product: Product, month: str, number: int = 0) -> str:
    """Return the reference of a good crime of a month."""
    rows = read_csv(product.crimes(month))
    return rows[ordinary(rows)[number]]["crime_reference"]


# --- corrected and late rows ----------------------------------------------------------------------------------------


def test_a_corrected_file_rebuilds_its_own_month(product: Product) -> None:
    before = product.csv("street-crime", "2024-02")

    def correct(rows: Rows) -> Rows:
        place = next(place for place in ordinary(rows) if rows[place]["outcome_code"] == "")
        rows[place]["outcome_code"] = "16"
        return rows

    change_csv(product.crimes("2024-02"), correct)
    assert product.plan() == {"street-crime": {"2024-02": f"{CRIMES.format('2024-02')} has changed"}}
    assert product.publish() == {"street-crime": ("2024-02",)}
    after = product.csv("street-crime", "2024-02")
    assert len(after) == len(before)
    assert sum(1 for row in after if row not in before) == 1
    product.check_settled()


def test_a_file_dropped_again_with_other_bytes_and_the_same_rows_keeps_the_released_files(product: Product) -> None:
    files = contents(product.published)
    product.crimes("2024-02").write_bytes(product.crimes("2024-02").read_bytes().replace(b"\n", b"\r\n"))
    product.incidents("2024-01").write_bytes(b"\xef\xbb\xbf" + product.incidents("2024-01").read_bytes())
    assert product.publish() == {"street-crime": ("2024-01", "2024-02")}
    assert contents(product.published) == files
    product.check_settled()


def test_late_rows_that_appear_and_disappear_rebuild_the_month_they_belong_to(product: Product) -> None:
    kept, files = product.crimes("2024-02").read_bytes(), contents(product.published)
    rows = len(product.csv("street-crime", "2024-01"))
    add_late(product, file="2024-02", month="2024-01")
    name = CRIMES.format("2024-02")
    why = product.plan()["street-crime"]
    assert why["2024-01"] == f"{name} now has rows of 2024-01"
    assert why["2024-02"].startswith(f"{name} has changed")
    assert product.publish() == {"street-crime": ("2024-01", "2024-02")}
    assert len(product.csv("street-crime", "2024-01")) == rows + 1
    log = (product.published / "street-crime" / "change-log.csv").read_text(encoding="utf-8")
    assert "2024-01,revised,late records,1-7,0" in log
    product.check_settled()

    product.crimes("2024-02").write_bytes(kept + b"\n")  # not the very bytes that were replaced
    assert product.plan()["street-crime"]["2024-01"] == f"{name} no longer has rows of 2024-01"
    assert product.publish() == {"street-crime": ("2024-01", "2024-02")}
    data = {path: digest for path, digest in contents(product.published).items() if "street-crime-2024" in path}
    assert data == {path: digest for path, digest in files.items() if "street-crime-2024" in path}
    product.check_settled()


def test_a_late_row_of_a_month_that_was_never_received_is_withheld_until_that_month_comes(product: Product) -> None:
    before = product.accounts("street-crime", "2024-01")
    assert before["month-not-open"] == 1
    december = product.crimes("2023-12"), product.incidents("2023-12")
    for path, name in zip(december, ("2024-01", "2024-01"), strict=True):
        source = product.crimes(name) if "recorded" in str(path) else product.incidents(name)
        text = source.read_bytes().replace(b"2024-01-", b"2023-12-").replace(b"/01/2024", b"/12/2023")
        path.write_bytes(text.replace(b"SAMPLE-24", b"SAMPLE-23"))
    built_now = product.publish()["street-crime"]
    assert "2023-12" in built_now
    assert "2024-01" in built_now
    assert "month-not-open" not in product.accounts("street-crime", "2024-01")
    product.check_settled()


# --- restricted records ---------------------------------------------------------------------------------------------


def test_a_reference_restricted_in_another_months_file_leaves_its_month_and_comes_back(product: Product) -> None:
    kept, rows = product.crimes("2024-01").read_bytes(), product.csv("street-crime", "2024-02")
    restrict(product, file="2024-01", reference=reference_of(product, "2024-02"))
    why = product.plan()["street-crime"]
    assert why["2024-01"].startswith(f"{CRIMES.format('2024-01')} has changed")
    assert why == {"2024-01": why["2024-01"], "2024-02": "restricted records changed"}
    assert product.publish() == {"street-crime": ("2024-01", "2024-02")}
    after = product.csv("street-crime", "2024-02")
    assert len(after) == len(rows) - 1
    assert all(row in rows for row in after)
    log = (product.published / "street-crime" / "change-log.csv").read_text(encoding="utf-8")
    assert "restrict" not in log
    product.check_settled()

    product.crimes("2024-01").write_bytes(kept + b"\n")  # not the very bytes that were replaced
    said = product.run("publish", "--quiet")
    assert said.status == 5  # nobody becomes public again before somebody decides
    assert "WAITS protection-weakened: " in said.out
    assert product.csv("street-crime", "2024-02") == after
    product.decide("approve", "street-crime", "--all", "--finding", "protection-weakened")
    assert product.publish() == {"street-crime": ("2024-02",)}
    assert product.csv("street-crime", "2024-02") == rows
    product.check_settled()


def test_a_restriction_survives_the_file_that_brought_it(product: Product) -> None:
    reference = reference_of(product, "2024-01")
    rows = len(product.csv("street-crime", "2024-01"))
    restrict(product, file="2024-02", reference=reference)
    product.publish()
    assert len(product.csv("street-crime", "2024-01")) == rows - 1
    product.crimes("2024-02").unlink()

    def touch(lines: Rows) -> Rows:
        return lines[::-1]

    change_csv(product.crimes("2024-01"), touch)
    assert product.publish() == {"street-crime": ("2024-01",)}
    assert len(product.csv("street-crime", "2024-01")) == rows - 1


def test_a_restricted_row_that_is_itself_bad_still_restricts(product: Product) -> None:
    reference = reference_of(product, "2024-02")
    rows = len(product.csv("street-crime", "2024-02"))

    def change(lines: Rows) -> Rows:
        bad = {"crime_reference": reference, "restricted": "Y", "recorded_on": "no day", "force_code": "nowhere"}
        return [*lines, {**lines[0], **bad}]

    change_csv(product.crimes("2024-01"), change)
    product.publish()
    assert len(product.csv("street-crime", "2024-02")) == rows - 1
    product.check_settled()


# --- reference data, settings, code lists, the day, the program -----------------------------------------------------


def test_map_points_and_neighbourhoods_rebuild_the_datasets_that_use_them(product: Product) -> None:
    points = product.reference / "map-points.csv"
    text = points.read_text(encoding="utf-8")
    points.write_text(text + "-0.000001,50.000001,On or near Nowhere,E01000001,Nowhere 001A,8\n", encoding="utf-8")
    files = contents(product.published)
    said = product.run("publish", "--quiet", status=5)
    assert "WAITS resnap: 2024-01 to 2024-03: another map-points.csv is there" in said.out
    assert contents(product.published) == files
    product.decide("approve", "street-crime", "--all")
    assert product.plan() == {"street-crime": dict.fromkeys(MONTHS, "reference data changed")}
    assert product.publish() == {"street-crime": MONTHS}
    assert contents(product.published) == files
    product.check_settled()

    change_csv(product.reference / "neighbourhoods.csv", lambda rows: rows[:-1])
    assert product.publish() == {"engagement-events": MONTHS}
    product.check_settled()


def test_settings_rebuild_what_they_decide(product: Product) -> None:
    setting(product, '[spend]\nthreshold = "25000.00"')
    # the title says the threshold, in schema and files
    why = (
        "the description of the published columns changed; settings changed; "
        "the title, the licence or the attribution changed"
    )
    assert product.plan() == {"spend-over-500": dict.fromkeys(SPENDING, why)}
    assert product.publish() == {"spend-over-500": SPENDING}
    totals: Counter[tuple[str, str]] = Counter()
    for month in MONTHS:
        for row in product.csv("spend-over-500", month):
            totals[month, row["transaction_id"]] += round(float(row["net_amount"]) * 100)
    assert totals
    assert all(abs(pence) > 25_000_00 for pence in totals.values())
    package = (product.published / "spend-over-500" / "datapackage.json").read_text(encoding="utf-8")
    assert "more than £25,000.00" in package
    folder = product.published / "spend-over-500"
    title = "SAMPLE DATA: Spending over £25,000"
    assert json.loads(package)["title"] == title
    assert json.loads((folder / "schema.json").read_bytes())["title"] == "Spending over £25,000"
    assert f"<title>{title}:" in (folder / "index.html").read_text(encoding="utf-8")
    assert pq.read_metadata(folder / "spend-over-500-2024-01.parquet").metadata[b"title"].decode() == title
    assert "settings changed" in (folder / "change-log.csv").read_text(encoding="utf-8")
    product.check_settled()


def test_the_list_of_excluded_accounts_is_a_setting(product: Product) -> None:
    shipped = (ROOT / "schemas" / "codelists" / "excluded-account.csv").read_text(encoding="utf-8").splitlines()
    ours = product.folder / "ours.csv"
    ours.write_text("\n".join(shipped[:-1]) + "\n", encoding="utf-8")
    setting(product, '[spend]\nexcluded_accounts = "ours.csv"')
    files = contents(product.published)
    said = product.run("publish", "--quiet")
    assert said.status == 5, said.text  # an account that leaves the list stays excluded until somebody decides
    assert "1 of the excluded accounts would be less protected" in said.out
    assert contents(product.published) == files
    product.decide("approve", "spend-over-500", "--all")
    assert set(product.publish()) >= {"spend-over-500"}
    product.check_settled()


def test_a_limit_or_a_contact_builds_no_month_again(product: Product) -> None:
    setting(product, "[limits]\nshrink_rows = 20")
    text = product.settings.read_text(encoding="utf-8")
    product.settings.write_text(text.replace("foi@police.example.org", "information@police.example.org"), "utf-8")
    assert product.plan() == {}
    assert product.publish() == {}
    package = (product.published / "street-crime" / "datapackage.json").read_text(encoding="utf-8")
    assert "information@police.example.org" in package
    product.check_settled()


def test_a_month_is_released_when_it_has_ended(product: Product) -> None:
    said = product.run("--as-of", "2024-05-31", "publish")
    assert built(said) == {}
    assert "2024-05 is not over yet" in said.out
    assert said.status == 0
    assert product.plan(PIPELINE_AS_OF="2024-06-01") == {"engagement-events": {"2024-05": "new"}}
    said = product.run("--as-of", "2024-06-01", "publish", PIPELINE_AS_OF="2024-05-01")  # the command line wins
    assert built(said) == {"engagement-events": ("2024-05",)}
    page = (product.published / "engagement-events" / "index.html").read_text(encoding="utf-8")
    assert "2024-04" in page  # between two months that are there, one is missing
    package = (product.published / "engagement-events" / "datapackage.json").read_text(encoding="utf-8")
    assert '"monthsMissing": [\n    "2024-04"\n  ]' in package


def test_a_running_month_of_files_is_not_released_and_stays_as_it_is_where_it_was(product: Product) -> None:
    """A nightly difference would give the day of each row."""
    files = {name for name in contents(product.published) if name.endswith(".csv")}
    early = {"PIPELINE_AS_OF": "2024-03-31"}
    for dataset in ("street-crime", "spend-over-500"):
        state = product.private / "state" / f"{dataset}.json"
        state.write_text(state.read_text("utf-8").replace("2024-04-10", "2024-03-20"), "utf-8")  # as of a day within
    change_csv(product.crimes("2024-03"), lambda rows: rows[:-1])
    assert "2024-03" not in product.plan("street-crime", **early)["street-crime"]
    assert {name for name in contents(product.published) if name.endswith(".csv")} == files
    assert "2024-03" in product.plan("street-crime")["street-crime"]


def test_a_changed_event_rebuilds_its_month_only(product: Product) -> None:
    with closing(sqlite3.connect(product.events)) as database, database:
        database.execute("UPDATE event SET attendance = 49 WHERE event_id = 'SAMPLE-24020000003'")
        database.execute("UPDATE attendee SET name = 'Somebody Else'")
    assert list(product.plan()["engagement-events"]) == ["2024-02"]
    assert product.publish() == {"engagement-events": ("2024-02",)}
    product.check_settled()


def test_a_row_that_moves_in_the_database_is_still_the_one_that_the_list_of_bad_rows_names(product: Product) -> None:
    def listed() -> str:
        said = product.run_on_screen("quarantine", "engagement-events", "--month", "2024-02", "--reveal")
        assert said.status == 0, said.text
        return re.sub(r"row [0-9,]+", "row", said.out)

    before = listed()
    files = contents(product.published)
    add_events(product.events, {"event_id": "A"})
    said = product.run_on_screen("quarantine", "engagement-events", "--month", "2024-02", "--reveal")
    assert said.status == 3
    assert "file-changed" in said.text
    product.publish()
    assert listed() == before
    data = {name: text for name, text in contents(product.published).items() if name.endswith((".csv", ".parquet"))}
    changed = {name for name, text in data.items() if files[name] != text}
    assert all("2024-01" in name or "change-log" in name or "-all." in name for name in changed)
    product.check_settled()


def test_a_column_that_is_withheld_rebuilds_nothing_of_a_database(product: Product) -> None:
    with closing(sqlite3.connect(product.events)) as database, database:
        database.execute("UPDATE event SET notes = 'x', venue_name = 'y'")
    assert product.publish() == {}


def test_another_code_list_and_another_version_of_the_program_rebuild_what_they_decide(
    product: Product,
) -> None:
    """In a copy of the program, as an upgrade would be."""
    program = product.folder / "program"
    for name in ("pipeline", "schemas"):
        shutil.copytree(ROOT / name, program / name)  # what is compiled too: it holds for the same text
    command = [sys.executable, "-m", "pipeline", "plan", "--quiet"]
    environment = product.environment(PYTHONPATH=str(program))

    listed = program / "schemas" / "codelists" / "venue-kind.csv"
    listed.write_text(listed.read_text(encoding="utf-8") + "barge,Barge,Y\n", encoding="utf-8")
    with (program / "pipeline" / "columns" / "dates.py").open("a", encoding="utf-8") as file:
        file.write("\n# another version\n")
    why = dict.fromkeys(MONTHS, "program changed")
    said = subprocess.run(
        command, cwd=product.folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert planned(Said(said.returncode, said.stdout, said.stderr)) == {
        # the closed list of a published column is its code list
        "engagement-events": {
            month: f"code lists changed; {each}; the description of the published columns changed"
            for month, each in why.items()
        },
        "spend-over-500": {"2023-12": "program changed", **why},
        "street-crime": why,
    }
