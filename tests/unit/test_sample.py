"""The sample: the same every time, invented throughout, marked, and as odd as it should be."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipeline.errors import CODES, InputError, SettingsError
from pipeline.extract.folder import Folder
from pipeline.extract.reference import read_reference
from pipeline.extract.workbook import Workbook
from pipeline.sample import MONTHS, SampleReport, bears_mark, make_faults, make_sample
from pipeline.sample.crimes import COLUMNS as CRIME_COLUMNS
from pipeline.sample.faults import FAULTS
from pipeline.sample.incidents import COLUMNS as INCIDENT_COLUMNS
from pipeline.sample.ledger import HEADER
from pipeline.sample.planting import ON_PURPOSE

if TYPE_CHECKING:
    from collections.abc import Iterator

CODELISTS = Path(__file__).parents[2] / "schemas" / "codelists"
TABLES = ("event", "attendee", "priority", "priority_update")
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleReport]:
    data = tmp_path_factory.mktemp("sample")
    return data, make_sample(data, codelists=CODELISTS)


@pytest.fixture(scope="module")
def data(made: tuple[Path, SampleReport]) -> Path:
    return made[0]


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    make_faults(folder, codelists=CODELISTS)
    return folder


def read_csv(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def crimes(data: Path, month: str) -> Rows:
    return read_csv(data / f"raw/crime/recorded-crime/{month}.csv")


def ledger(data: Path, month: str) -> Rows:
    path = data / f"raw/expenditure/ledger/{month}.xlsx"
    frame = pd.read_excel(path, sheet_name="Payments", header=3, engine="calamine", dtype=object, keep_default_na=False)
    return [{str(name): str(cell) for name, cell in row.items()} for row in frame.to_dict("records")]


def table(data: Path, name: str) -> Rows:
    with closing(sqlite3.connect(data / "raw/engagement/engagement.sqlite")) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - the names are this test's own
    return [{key: "" if row[key] is None else str(row[key]) for key in row.keys()} for row in rows]  # noqa: SIM118 - a Row is no dict


def rows_by_feed(data: Path) -> dict[str, Rows]:
    feeds = {name: table(data, name) for name in TABLES}
    feeds["events"] = feeds["event"]
    feeds["recorded-crime"] = [row for month in MONTHS for row in crimes(data, month)]
    feeds["asb-incidents"] = [
        row for month in MONTHS for row in read_csv(data / f"raw/crime/asb-incidents/{month}.csv")
    ]
    feeds["ledger"] = [row for month in MONTHS for row in ledger(data, month)]
    return feeds


def made_files(data: Path) -> Iterator[Path]:
    return (path for top in ("raw", "reference") for path in sorted((data / top).rglob("*")) if path.is_file())


def planted(data: Path) -> Rows:
    return read_csv(data / "private/sample/planted.csv")


def test_the_same_bytes_every_time(made: tuple[Path, SampleReport], tmp_path: Path) -> None:
    data, report = made
    again = make_sample(tmp_path, codelists=CODELISTS)
    assert again == report
    for path, _ in report.files:
        assert (tmp_path / path).read_bytes() == (data / path).read_bytes(), path


def test_the_manifest_lists_every_file_with_its_digest(made: tuple[Path, SampleReport]) -> None:
    data, report = made
    manifest = json.loads((data / "private/sample/manifest.json").read_text())
    assert manifest["as_of"] == "2024-04-10"
    assert set(manifest["files"]) == {path for path, _ in report.files}
    assert set(manifest["files"]) == {path.relative_to(data).as_posix() for path in made_files(data)}
    for path, digest in manifest["files"].items():
        assert hashlib.sha256((data / path).read_bytes()).hexdigest() == digest


def test_only_the_owner_reads_what_is_planted(data: Path) -> None:
    for name in ("planted.csv", "manifest.json"):
        assert (data / "private/sample" / name).stat().st_mode & 0o777 == 0o600


def test_the_report_counts_rows_as_they_are(made: tuple[Path, SampleReport]) -> None:
    data, report = made
    rows = dict(report.files)
    for month in MONTHS:
        assert rows[f"raw/crime/recorded-crime/{month}.csv"] == len(crimes(data, month)) == 2000
        assert rows[f"raw/crime/asb-incidents/{month}.csv"] == 600
        assert rows[f"raw/expenditure/ledger/{month}.xlsx"] == len(ledger(data, month))
        assert 780 <= len(ledger(data, month)) <= 820
    assert rows["raw/expenditure/ledger/2023-12.xlsx"] == len(ledger(data, "2023-12")) == 0
    assert rows["raw/engagement/engagement.sqlite"] == len(table(data, "event"))
    assert report.planted == len(planted(data))


def test_columns_are_the_agreed_ones(data: Path) -> None:
    assert len(CRIME_COLUMNS) == 42
    assert tuple(crimes(data, "2024-02")[0]) == CRIME_COLUMNS
    assert tuple(read_csv(data / "raw/crime/asb-incidents/2024-02.csv")[0]) == INCIDENT_COLUMNS
    assert tuple(ledger(data, "2024-02")[0]) == HEADER


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
            # the list of types is the force's own and is never published
            assert line["column"] == "Supplier No" or line["value"] not in reference, line


def test_every_identifying_column_holds_a_planted_value(data: Path) -> None:
    held = {(line["feed"], line["column"]) for line in planted(data)}
    crime = {
        *("crime_reference", "premises_name", "house_number", "street", "town", "postcode", "officer_collar"),
        *("officer_name", "vehicle_vrm", "mo_text"),
        *(name for name in CRIME_COLUMNS if name.startswith(("victim_", "suspect_"))),
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


def test_every_file_bears_the_mark_and_keeps_it_when_edited(data: Path, tmp_path: Path) -> None:
    for path in made_files(data):
        assert bears_mark(path), path
    for name in ("crime/recorded-crime/2024-01.csv", "crime/asb-incidents/2024-01.csv"):
        lines = (data / "raw" / name).read_text(encoding="utf-8").splitlines()
        edited = tmp_path / "edited.csv"
        edited.write_bytes("\r\n".join(line for line in lines if "ŷ" not in line).encode("cp1252", "replace")[:9000])
        assert bears_mark(edited)


@pytest.mark.parametrize(
    "content",
    [b"", b"crime_reference\n24*0000123\n", b"mo_text\nBLOOD SAMPLE-TAKEN, SAMPLE*\n", b"PK\x03\x04no zip at all"],
)
def test_other_files_bear_no_mark(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "2024-01.csv"
    path.write_bytes(content)
    assert not bears_mark(path)


def test_map_points_would_be_accepted(data: Path) -> None:
    points = read_csv(data / "reference/map-points.csv")
    assert 1400 <= len(points) <= 1600
    assert len({(point["longitude"], point["latitude"]) for point in points}) == len(points)
    assert all(int(point["addresses"]) == 0 or int(point["addresses"]) >= 8 for point in points)
    assert all(re.fullmatch(r"-?\d+\.\d{6}", point[name]) for point in points for name in ("longitude", "latitude"))
    locations, areas = [point["location"] for point in points], {point["lsoa_name"] for point in points}
    assert "On or near " in locations
    assert "On or near Orla Pennyquick Way" in locations
    assert any("ŷ" in location for location in locations)
    assert any("," in area for area in areas)


def test_neighbourhoods_hold_the_code_that_reads_as_missing(data: Path) -> None:
    lines = read_csv(data / "reference/neighbourhoods.csv")
    assert len(lines) == 12
    assert "NA" in {line["neighbourhood_code"] for line in lines}
    assert len({line["neighbourhood_code"] for line in lines}) == 12


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
    place = CRIME_COLUMNS.index("crime_reference")
    references = Counter(cells[place] for cells in whole)
    assert sum(count == 2 for count in references.values()) >= len(MONTHS)
    assert sum(row["recorded_on"].startswith("2024-01") for row in crimes(data, "2024-03")) == 2
    assert sum(row["recorded_on"].startswith("2024-02") for row in crimes(data, "2024-01")) == 1


def test_about_97_rows_in_100_are_plainly_good(data: Path) -> None:
    for month in MONTHS:
        odd = [row for row in crimes(data, month) if "*9" in row["crime_reference"] or not row["crime_reference"]]
        assert len(odd) <= 60
        unknown = [row for row in crimes(data, month) if row["location_confidence"] == "unknown"]
        assert 30 <= len(unknown) <= 65


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
    assert all(row["event_id"].startswith("SAMPLE-") for row in found)
    assert any(row["starts_at"] == "2024-05-14 19:00" for row in found)
    assert {"private-home", "refuge"} <= {row["venue_kind"] for row in found}
    assert {"victims", "lgbt"} <= {row["audience"] for row in found}
    assert {"", "-3"} <= {row["attendance"] for row in found}
    assert {"NA", "XX9"} <= {row["neighbourhood_code"] for row in found}
    assert "seance" in {row["kind"] for row in found}
    for month in MONTHS:
        assert 60 <= sum(row["starts_at"].startswith(month) for row in found) <= 80


def test_the_size_follows_the_rows_asked_for(tmp_path: Path) -> None:
    report = dict(make_sample(tmp_path, rows=300, codelists=CODELISTS).files)
    assert report["raw/crime/recorded-crime/2024-03.csv"] == 300
    assert report["raw/crime/asb-incidents/2024-03.csv"] == 90


@pytest.mark.parametrize("rows", [0, 199, 3_000_000])
def test_a_size_that_cannot_be_made_is_refused(tmp_path: Path, rows: int) -> None:
    with pytest.raises(SettingsError) as caught:
        make_sample(tmp_path, rows=rows, codelists=CODELISTS)
    assert caught.value.code == "bad-setting"
    assert not list(tmp_path.iterdir())


def test_fault_trees_differ_from_the_sound_one_in_one_file(faults: Path) -> None:
    manifests = {}
    for fault in FAULTS:
        manifests[fault.name] = json.loads((faults / fault.name / "private/sample/manifest.json").read_text())["files"]
    sound = {
        path: Counter(files.get(path) for files in manifests.values()).most_common(1)[0][0]
        for path in manifests["cut-off"]
    }
    for fault in FAULTS:
        changed = {path for path, digest in manifests[fault.name].items() if sound.get(path) != digest}
        facts = json.loads((faults / fault.name / "fault.json").read_text())
        assert changed == (set(facts["unread"]) or {fault.file}), fault.name
        assert facts["code"] == fault.code
        assert not fault.code or fault.code in CODES


def test_faulty_files_still_bear_the_mark(faults: Path) -> None:
    for fault in FAULTS:
        assert fault.name == "empty-file" or bears_mark(faults / fault.name / fault.file), fault.name


def test_a_folder_of_something_else_is_not_cleared(tmp_path: Path) -> None:
    (tmp_path / "comment").mkdir()
    with pytest.raises(SettingsError) as caught:
        make_faults(tmp_path, codelists=CODELISTS)
    assert caught.value.code == "bad-setting"
    assert (tmp_path / "comment").is_dir()


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if "/crime/" in fault.file and fault.code not in {"", "too-many-bad"}]
)
def test_csv_faults_are_met_by_their_errors(faults: Path, fault: tuple[str, str, str]) -> None:
    name, file, code = fault[:3]
    columns = CRIME_COLUMNS if "recorded" in file else INCIDENT_COLUMNS
    path = file.removeprefix("raw/")
    with pytest.raises(InputError) as caught:
        Folder(path).read(faults / name / "raw", path, columns[:3], columns)
    assert caught.value.code == code


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.file.endswith(".xlsx")])
def test_workbook_faults_are_met_by_their_errors(faults: Path, fault: tuple[str, str, str]) -> None:
    name, file, code = fault[:3]
    path = file.removeprefix("raw/")
    with pytest.raises(InputError) as caught:
        Workbook(path, sheet="Payments", title_rows=3).read(faults / name / "raw", path, HEADER[:3], HEADER)
    assert caught.value.code == code


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.file.startswith("reference/")])
def test_reference_faults_are_met_by_their_errors(faults: Path, fault: tuple[str, str, str]) -> None:
    name, file, code = fault[:3]
    with pytest.raises(InputError) as caught:
        read_reference(faults / name / "reference", Path(file).stem)
    assert caught.value.code == code


def test_sound_files_are_read_without_a_complaint(data: Path) -> None:
    for month in ("2023-12", *MONTHS):
        path = f"expenditure/ledger/{month}.xlsx"
        extracted = Workbook(path, sheet="Payments", title_rows=3).read(data / "raw", path, HEADER, HEADER)
        assert not extracted.problems
        assert not extracted.ragged
    for name, columns in (("recorded-crime", CRIME_COLUMNS), ("asb-incidents", INCIDENT_COLUMNS)):
        for month in MONTHS:
            path = f"crime/{name}/{month}.csv"
            assert not Folder(path).read(data / "raw", path, columns, columns).ragged
    for name in ("map-points", "neighbourhoods", "supplier-types"):
        assert read_reference(data / "reference", name).table.num_rows > 0
