"""What stands in the sample: invented throughout, with people planted where they must not leave, and odd enough."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.datasets import declared
from pipeline.sample.kinds import ON_PURPOSE
from tests.lib.product import MONTHS, read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.sample import SampleReport

DATASETS = tuple(declared().values())
COLUMNS = {feed.name: feed.declared for dataset in DATASETS for feed in dataset.feeds if feed.source.form.file}
TABLES = ("event", "attendee", "priority", "priority_update")
Rows = list[dict[str, str]]


def crimes(data: Path, month: str) -> Rows:
    return read_csv(data / f"raw/crime/recorded-crime/{month}.csv")


def ledger(data: Path, month: str) -> Rows:
    return sheet(data / f"raw/expenditure/ledger/{month}.xlsx", "Payments", header=3)


def sheet(path: Path, name: str, header: int = 0) -> Rows:
    frame = pd.read_excel(path, sheet_name=name, header=header, engine="calamine", dtype=object, keep_default_na=False)
    return [{str(name): str(cell) for name, cell in row.items()} for row in frame.to_dict("records")]


def table(data: Path, name: str) -> Rows:
    with closing(sqlite3.connect(data / "raw/engagement/engagement.sqlite")) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - the names are this test's own
    return [{key: "" if row[key] is None else str(row[key]) for key in row.keys()} for row in rows]  # noqa: SIM118 - a Row is no dict


def rows_by_feed(data: Path) -> dict[str, Rows]:
    feeds = {name: table(data, name) for name in TABLES}
    feeds["events"] = feeds["event"]
    for feed in (feed for dataset in DATASETS for feed in dataset.feeds if feed.source.pattern.endswith(".csv")):
        paths = [data / "raw" / feed.source.pattern.format(period=month) for month in MONTHS]
        feeds[feed.name] = [row for path in paths for row in read_csv(path)]
    items = [path.read_text("utf-8").splitlines() for path in sorted((data / "raw/feedback").iterdir())]
    feeds["feedback"] = [
        {name: str(member or "") for name, member in json.loads(line).items()} for lines in items for line in lines
    ]
    feeds["ledger"] = [row for month in MONTHS for row in ledger(data, month)]
    feeds["gifts-and-hospitality"] = sheet(data / "raw/expenditure/gifts-and-hospitality.xlsx", "Register")
    return feeds


def planted(data: Path) -> Rows:
    return read_csv(data / "private/sample/planted.csv")


def test_the_report_counts_rows_as_they_are(made: tuple[Path, SampleReport]) -> None:
    data, report = made
    rows = dict(report.files)
    for month in MONTHS:
        assert rows[f"raw/crime/recorded-crime/{month}.csv"] == len(crimes(data, month))
        assert 1700 <= len(crimes(data, month)) <= 2000
        assert 300 <= rows[f"raw/crime/asb-incidents/{month}.csv"] <= 600
        assert rows[f"raw/expenditure/ledger/{month}.xlsx"] == len(ledger(data, month))
        assert 650 <= len(ledger(data, month)) <= 820
    assert rows["raw/expenditure/ledger/2023-12.xlsx"] == len(ledger(data, "2023-12")) == 0
    assert rows["raw/engagement/engagement.sqlite"] == len(table(data, "event"))
    assert report.planted == len(planted(data))


def test_columns_are_the_agreed_ones(data: Path) -> None:
    assert len(COLUMNS["recorded-crime"]) == 42
    assert sorted(crimes(data, "2024-02")[0]) == sorted(COLUMNS["recorded-crime"])
    assert sorted(read_csv(data / "raw/crime/asb-incidents/2024-02.csv")[0]) == sorted(COLUMNS["asb-incidents"])
    assert sorted(ledger(data, "2024-02")[0]) == sorted(COLUMNS["ledger"])


def test_every_planted_value_stands_where_the_list_says(data: Path) -> None:
    feeds = rows_by_feed(data)
    for line in planted(data):
        cells = (row[line["column"]] for row in feeds[line["feed"]])
        wanted = line["value"].replace("\r\n", "\n")
        assert any(wanted in cell.replace("\r\n", "\n") for cell in cells), line


def test_planted_values_cannot_be_met_by_chance(data: Path) -> None:
    values = [line["value"] for line in planted(data)]
    assert len(values) == len(set(values))
    reference = "".join(path.read_text(encoding="utf-8") for path in (data / "reference").iterdir())
    for line in planted(data):
        if line["kind"] != ON_PURPOSE:
            assert len(line["value"]) >= 5
            assert not re.fullmatch(r"[0-9a-f]{1,15}", line["value"]), line
            # the lists of types are the force's own and are never published
            assert line["column"] in ("Supplier No", "Supplier Name") or line["value"] not in reference, line


def test_every_identifying_column_holds_a_planted_value(data: Path) -> None:
    held = {(line["feed"], line["column"]) for line in planted(data)}
    crime = {
        *("crime_reference", "premises_name", "house_number", "street", "town", "postcode", "officer_collar"),
        *("officer_name", "vehicle_vrm", "mo_text"),
        *(name for name in COLUMNS["recorded-crime"] if name.startswith(("victim_", "suspect_"))),
    }
    incident = {"incident_number", "caller_name", "caller_phone", "caller_address", "log_text"}
    ledger_columns = {
        *("Transaction No", "Line No", "Supplier No", "Supplier Name", "Supplier Address", "Supplier Email"),
        *("Sort Code", "Account No", "VAT Reg No", "Invoice No", "PO No", "Card Holder", "Narrative"),
    }
    event = {"venue_name", "venue_postcode", "organiser_collar", "notes", "title"}
    for feed, columns in (
        ("recorded-crime", crime),
        ("asb-incidents", incident),
        ("ledger", ledger_columns),
        ("events", event),
        ("attendee", {"name", "email", "phone", "postcode", "comment"}),
    ):
        assert columns <= {column for of, column in held if of == feed}, feed


def test_every_column_that_a_declaration_calls_identifying_holds_somebody(data: Path) -> None:
    held = {(line["feed"], line["column"]) for line in planted(data)}
    wanted = {(feed.name, column) for dataset in DATASETS for feed in dataset.feeds for column in feed.identifying}
    assert len(wanted) > 40
    assert wanted - held == set()


def test_names_are_planted_in_awkward_ways(data: Path) -> None:
    values = [line["value"] for line in planted(data) if line["kind"] in {"name", "phone"}]
    for form in (
        r"[\w']+\n[\w-]+",  # a line break inside a name
        r"[A-Z]{4,} [A-Z-]{4,}",  # capitals
        r"\b[A-Z]\.[A-Z]\. \w+",  # initials
        r"\bMrs \w+-\w+",  # a title with a double surname
        r"(?:\d {1,2}){10}\d",  # digits spaced out
    ):
        assert any(re.search(form, value) for value in values), form


def test_telephones_mailboxes_and_postcodes_are_reserved_ones(data: Path) -> None:
    for rows in rows_by_feed(data).values():
        text = "\n".join(cell for row in rows for cell in row.values())
        digits = re.findall(r"(?<![\d*-])(?:\+44|0)(?:[ .-]{0,2}\d){9,10}(?!\d)", text)
        for phone in {re.sub(r"\D", "", found).removeprefix("44").lstrip("0") for found in digits}:
            assert re.fullmatch(r"7700900\d{3}|1632960\d{3}|1164960\d{3}", phone), phone
        for domain in set(re.findall(r"@([\w.-]+\w)", text)):
            assert re.search(r"(?:^|\.)example(?:\.(?:com|org|net))?$", domain.lower()), domain
        for postcode in set(re.findall(r"\b[A-Z]{1,2}\d{1,2} ?\d[A-Z]{2}\b", text)):
            assert postcode.startswith("ZZ99"), postcode


def test_crimes_hold_every_oddity(data: Path) -> None:
    found = [row for month in MONTHS for row in crimes(data, month)]

    def have(**cells: str) -> int:
        return sum(all(row[name] == cell for name, cell in cells.items()) for row in found)

    assert have(outcome_code="99X")
    assert have(crime_type="Anti-social behaviour")
    assert have(recorded_on="31/02/2024 10:00")
    assert have(easting="300000", northing="700000")
    assert have(location_confidence="exact", easting="", northing="")
    assert have(restricted="")
    assert have(offence_code="28/3", crime_type="Shoplifting")
    assert have(offence_code="999/9")
    assert have(force_code="leicestershire")
    assert {row["restricted"] for row in found if row["crime_reference"] == "SAMPLE*24*9900001"} == {"Y", "N"}
    assert any("\n" in row["mo_text"] and "," in row["mo_text"] for row in found)
    whole = Counter(tuple(row.values()) for row in found)
    assert sum(count == 2 for count in whole.values()) >= len(MONTHS)
    place = COLUMNS["recorded-crime"].index("crime_reference")
    references = Counter(cells[place] for cells in whole)
    assert sum(count == 2 for count in references.values()) >= len(MONTHS)
    assert sum(row["recorded_on"].startswith("2024-01") for row in crimes(data, "2024-03")) == 2
    assert sum(row["recorded_on"].startswith("2024-02") for row in crimes(data, "2024-01")) == 1


def test_about_97_rows_in_100_are_plainly_good(data: Path) -> None:
    for month in MONTHS:
        odd = [row for row in crimes(data, month) if "*9" in row["crime_reference"] or not row["crime_reference"]]
        assert len(odd) <= 60
        unknown = [row for row in crimes(data, month) if row["location_confidence"] == "unknown"]
        assert 25 <= len(unknown) <= 65


def amount(text: str) -> float:
    bare = text.replace(",", "").strip("()")
    value = float(bare) if re.fullmatch(r"-?\d+(?:\.\d+)?", bare) else 0.0
    return -value if text.startswith("(") else value


def test_ledgers_hold_every_oddity(data: Path) -> None:
    for month in MONTHS:
        found = ledger(data, month)
        assert {"ORG", "SOLE", "IND", "STAFF", "PROT", ""} <= {row["Supplier Type"] for row in found}
        amounts = {row["Net Amount"] for row in found}
        assert {"(1,250.00)", "-980.5", "500", "500.01", "12.345", ""} <= amounts
        assert any(row["Supplier Name"].startswith("=HYPERLINK") for row in found)
        assert any(row["Currency"] == "EUR" for row in found)
        assert any(row["Account Code"].startswith("100") for row in found)
        assert {"", "3  QUOTES"} <= {row["Value For Money"].strip(" \N{NO-BREAK SPACE}") for row in found}
        assert any(row["Payment Method"] == "CARD" for row in found)
        assert any(row["Period"] != month for row in found)
        numbers = Counter((row["Transaction No"], row["Line No"]) for row in found)
        assert sum(count == 2 for count in numbers.values()) == 2
        split = [amount(row["Net Amount"]) for row in found if amount(row["Net Amount"]) in {240.0, 180.0, 190.0}]
        assert sorted(split) == [180.0, 190.0, 240.0]
    kinds = {
        row["Supplier Type"] for month in MONTHS for row in ledger(data, month) if row["Supplier No"] == "S-QX90441"
    }
    assert kinds == {"ORG", "IND"}


def test_ledgers_publish_about_as_much_each_month(data: Path) -> None:
    counts = []
    for month in MONTHS:
        good = [row for row in ledger(data, month) if not row["Account Code"].startswith("10")]
        totals: Counter[str] = Counter()
        for row in good:
            totals[row["Transaction No"]] += round(100 * amount(row["Net Amount"]))
        counts.append(sum(abs(totals[row["Transaction No"]]) > 50_000 for row in good))
    assert max(counts) - min(counts) < 0.05 * min(counts)


def test_events_hold_every_oddity(data: Path) -> None:
    found = table(data, "event")
    assert sum(not row["event_id"].startswith("SAMPLE-") for row in found) == 1  # one has no number
    assert any(row["starts_at"] == "2024-05-14 19:00" for row in found)
    assert {"private-home", "refuge"} <= {row["venue_kind"] for row in found}
    assert {"victims", "lgbt"} <= {row["audience"] for row in found}
    assert {"", "-3"} <= {row["attendance"] for row in found}
    assert {"NA", "XX9"} <= {row["neighbourhood_code"] for row in found}
    assert "99X" in {row["kind"] for row in found}
    for month in MONTHS:
        british = "/".join(reversed(month.split("-")))
        assert 45 <= sum(row["starts_at"].startswith(month) or british in row["starts_at"] for row in found) <= 80


def test_crimes_with_a_sensitive_mark_come_twice_in_other_months_and_authorities_and_with_a_bad_mark(
    data: Path,
) -> None:
    lads = {(row["neighbourhood_code"], row["beat_code"]): row["lad_code"] for row in read_csv(data / _NEIGHBOURHOODS)}
    months: dict[str, set[str]] = {}
    authorities: dict[str, set[str]] = {}
    for month in MONTHS:
        for row in (row for row in crimes(data, month) if row["is_domestic"] == "Y"):
            months.setdefault(row["crime_reference"], set()).add(month)
            lad = lads.get((row["neighbourhood_code"], row["beat_code"]), "")
            authorities.setdefault(row["crime_reference"], set()).add(lad)
    assert {len(each) for each in months.values()} >= {1, 2}
    assert any(len(each - {""}) > 1 for each in authorities.values())
    every = [row for month in MONTHS for row in crimes(data, month)]
    assert [row for row in every if row["is_hate"] == " y"]
    assert [row for row in every if row["is_child"] == "Y" and not row["neighbourhood_code"]]
    assert {row["restricted"] for row in every if row["is_domestic"] == "Y"} == {"Y", "N"}


_NEIGHBOURHOODS = "reference/neighbourhoods.csv"
