"""Any dataset has a sample from its declaration and its schema alone: of every kind of source and of period."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.datasets import declared
from pipeline.errors import SettingsError
from pipeline.extract.database import Database
from pipeline.extract.delimited import Folder
from pipeline.extract.workbook import Workbook
from pipeline.model.declaration import Dataset, Feed
from pipeline.model.periods import FinancialYearly, Quarterly, Snapshots, Whole
from pipeline.protect.treatments import Coded, CompanyNumber, Day, Keep, Money, Pseudonym, Withhold
from pipeline.sample import bears_mark, make_sample

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model.periods import PeriodKind
    from pipeline.model.source import Source

from pipeline.codelists import CODELISTS

FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "id", "type": "string"},
    {"name": "kind", "type": "string", "codelist": "engagement-kind"},
    {"name": "day", "type": "date"},
    {"name": "size", "type": "integer", "constraints": {"minimum": 3, "maximum": 5}},
    {"name": "grade", "type": "string", "constraints": {"enum": ["high", "low"]}},
    {"name": "code", "type": "string", "constraints": {"pattern": "(?:LOT|PART)-[0-9]{3}(?:/[A-C])?"}},
    {"name": "pounds", "type": "number"},
    {"name": "category", "type": "string"},
    {"name": "maker", "type": "string"},
)
SOURCES: dict[str, tuple[Source, PeriodKind, tuple[str, ...]]] = {
    "quarters": (Folder("things/q/{period}.csv"), Quarterly(dated_by="Day"), ("things/q/2024-Q1.csv",)),
    "years": (
        Workbook("things/{period}.xlsx", sheet="Things", title_rows=2),
        FinancialYearly(),
        ("things/2023-24.xlsx",),
    ),
    "whole": (
        Database(source="things", default="things/all.sqlite", table="thing", key="Ref No"),
        Whole(),
        ("things/all.sqlite",),
    ),
    "register": (Folder("things/register.csv"), Snapshots(), ("things/register.csv",)),
}


def things(name: str) -> Dataset:
    source, period, _ = SOURCES[name]
    feed = Feed(
        name=name,
        title=name,
        source=source,
        period=period,
        columns={
            "Kind": Coded("kind", "engagement-kind"),
            "Day": Day("day", why="x"),
            "Size": Keep("size", why="x"),
            "Grade": Keep("grade", why="x"),
            "Lot": Keep("code", why="x"),
            "Ref No": Pseudonym("id", scope="thing"),
            "Cost": Money("pounds", why="x"),
            "Category": Keep("category", why="x"),
            "Maker No": CompanyNumber("maker"),
            ("Keeper Name", "Keeper Phone", "Notes"): Withhold("a keeper"),
            "Shelf": Withhold(what="Shelves", why="x"),
        },
    )
    return Dataset(name=name, family="things", theme="society", tags=(), feeds=(feed,))


def made(folder: Path, name: str, **how: int) -> tuple[Path, list[dict[str, str]]]:
    """Return the data folder of a sample of one dataset, and the rows of its file."""
    shutil.copytree(CODELISTS, folder / "schemas" / "codelists")
    (folder / "schemas" / "things").mkdir()
    (folder / "schemas" / "things" / f"{name}.json").write_text(json.dumps({"fields": FIELDS}), encoding="utf-8")
    data = folder / "data"
    make_sample(data, [things(name)], codelists=folder / "schemas" / "codelists", **how)
    return data, rows_of(data / "raw" / SOURCES[name][2][-1], name)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(path: Path, name: str) -> list[dict[str, str]]:
    if path.suffix == ".sqlite":
        with closing(sqlite3.connect(path)) as database:
            database.row_factory = sqlite3.Row
            found = database.execute("SELECT * FROM thing").fetchall()
        return [{key: str(each[key] or "") for key in each.keys()} for each in found]  # noqa: SIM118 - a Row is no dict
    if path.suffix == ".csv":
        return read_csv(path)
    feed = things(name).feeds[0]
    extracted = feed.source.read(path.parents[1], f"things/{path.name}", feed.declared, feed.declared)
    assert not extracted.problems
    cells = {name: column.to_pylist() for name, column in extracted.cells.items()}
    return [{name: str(cells[name][row] or "") for name in cells} for row in range(len(extracted.rows))]


@pytest.mark.parametrize("name", SOURCES)
def test_every_kind_of_source_and_period_is_invented(tmp_path: Path, name: str) -> None:
    data, rows = made(tmp_path, name)
    files = sorted(path.relative_to(data / "raw").as_posix() for path in (data / "raw").rglob("*") if path.is_file())
    assert tuple(files) == SOURCES[name][2]
    assert all(bears_mark(data / "raw" / file) for file in files)
    assert set(rows[0]) == set(things(name).feeds[0].declared)
    kinds = {line["code"] for line in read_csv(CODELISTS / "engagement-kind.csv")}
    for column, fits in (
        ("Kind", lambda cell: cell in kinds),
        ("Day", lambda cell: re.fullmatch(r"2024-0[123]-\d\d|\d\d/0[123]/2024", cell)),
        ("Size", lambda cell: cell in {"3", "4", "5"}),
        ("Grade", lambda cell: cell in {"high", "low"}),
        ("Lot", lambda cell: re.fullmatch(r"(?:LOT|PART)-[0-9]{3}(?:/[A-C])?", cell)),
        ("Cost", lambda cell: re.fullmatch(r"\d+(?:\.\d{1,2})?", cell)),
        ("Ref No", lambda cell: cell.startswith("SAMPLE-")),
        ("Keeper Phone", lambda cell: cell.startswith("0") or not cell),
    ):
        good = sum(bool(fits(row[column])) for row in rows)
        assert len(rows) - 5 <= good < len(rows) or column in {"Size", "Grade", "Lot", "Keeper Phone"}, column
        assert good >= len(rows) - 8, column


@pytest.mark.parametrize("name", SOURCES)
def test_somebody_is_planted_in_every_identifying_column(tmp_path: Path, name: str) -> None:
    data, rows = made(tmp_path, name)
    planted = read_csv(data / "private/sample/planted.csv")
    assert {"Ref No", "Keeper Name", "Keeper Phone", "Notes"} <= {line["column"] for line in planted}
    for line in planted:
        wanted = line["value"].replace("\r\n", "\n")
        assert any(wanted in row[line["column"]].replace("\r\n", "\n") for row in rows), line


def test_records_of_one_scope_are_the_same_in_every_extract(tmp_path: Path) -> None:
    references = []
    for name in ("quarters", "register"):
        _, rows = made(tmp_path / name, name)
        references.append({row["Ref No"] for row in rows if re.fullmatch(r"SAMPLE-240[123]00000\d\d", row["Ref No"])})
    assert len(references[0] & references[1]) >= 30


def test_a_file_without_a_withheld_column_is_marked_too(tmp_path: Path) -> None:
    (tmp_path / "schemas" / "things").mkdir(parents=True)
    shutil.copytree(CODELISTS, tmp_path / "schemas" / "codelists")
    (tmp_path / "schemas" / "things" / "counts.json").write_text(json.dumps({"fields": []}), encoding="utf-8")
    feed = Feed(
        name="counts",
        title="counts",
        source=Folder("things/{period}.csv"),
        columns={"Kind": Coded("kind", "engagement-kind"), "Cost": Money("pounds", why="x")},
    )
    dataset = Dataset(name="counts", family="things", theme="society", tags=(), feeds=(feed,))
    make_sample(tmp_path / "data", [dataset], codelists=tmp_path / "schemas" / "codelists")
    for month in ("2024-01", "2024-02", "2024-03"):
        path = tmp_path / "data" / "raw" / "things" / f"{month}.csv"
        assert bears_mark(path)
        assert sum(row["Kind"].startswith("SAMPLE-") for row in read_csv(path)) == 1


def test_a_longer_history_ends_with_the_same_month(tmp_path: Path) -> None:
    report = make_sample(tmp_path, declared().values(), rows=200, months=14, codelists=CODELISTS)
    crimes = sorted(path for path, _ in report.files if "recorded-crime" in path)
    assert (len(crimes), crimes[0][-11:], crimes[-1][-11:]) == (14, "2023-02.csv", "2024-03.csv")
    assert min(rows for path, rows in report.files if "/ledger/" in path) > 20  # no month among others is empty
    again = make_sample(tmp_path, declared().values(), rows=200, codelists=CODELISTS)
    assert dict(again.files)["raw/expenditure/ledger/2023-12.xlsx"] == 0
    assert sorted(path for path, _ in again.files) == sorted(
        path.relative_to(tmp_path).as_posix()
        for top in ("raw", "reference")
        for path in (tmp_path / top).rglob("*")
        if path.is_file()
    )


@pytest.mark.parametrize(("rows", "months"), [(200, 2), (200, 500), (2_000_000, 25)])
def test_a_history_that_cannot_be_made_is_refused(tmp_path: Path, rows: int, months: int) -> None:
    with pytest.raises(SettingsError) as caught:
        make_sample(tmp_path, declared().values(), rows=rows, months=months, codelists=CODELISTS)
    assert caught.value.code == "bad-setting"
    assert not list(tmp_path.iterdir())
