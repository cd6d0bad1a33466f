"""What the public is told beside the data: words of settings, missing months, figures, data package, CKAN fields."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from frictionless import Package

from pipeline.codelists import CODELISTS
from pipeline.datasets import declared
from pipeline.distribute.geojson import BoundaryOptions
from pipeline.metadata.datapackage import data_package
from pipeline.model.periods import MONTH
from pipeline.model.release import Held
from pipeline.model.wording import FIGURES, worded
from pipeline.protect.spend import SpendOptions
from pipeline.protect.treatments import Listed
from pipeline.publish.ckan.fields import EXTRAS, dataset_fields, resource_fields
from pipeline.publish.plan import wanted_files
from pipeline.validate.schema import TableSchema
from tests.lib import ROOT
from tests.lib.publications import make_publication, make_release  # the folder of that file is no package

if TYPE_CHECKING:
    from pipeline.model.release import Publication

CRIME = "street-crime"
LISTS = Path("excluded-account.csv")


@pytest.mark.parametrize(
    ("amount", "operator", "title"),
    [
        ("500.00", ">", "Spending over £500"),
        ("250.00", ">", "Spending over £250"),
        ("500.00", ">=", "Spending of £500 or more"),
        ("1000.50", ">=", "Spending of £1,000.50 or more"),
    ],
)
def test_the_title_of_spending_says_the_threshold_of_the_settings(amount: str, operator: str, title: str) -> None:
    words = SpendOptions(threshold=Decimal(amount), operator=operator).words()
    path = CODELISTS.parent / "expenditure" / "spend-over-500.json"
    schema = TableSchema.load(path).with_settings({"bodies": ["A body"]}, words)
    assert schema.title == title
    assert title.removeprefix("Spending ") in schema.description
    assert "{" not in schema.description


def test_statements_ask_for_nothing_but_words_of_the_settings() -> None:
    words = {**SpendOptions().words(), **BoundaryOptions().words()}
    texts = [statement for dataset in declared().values() for statement in dataset.statements]
    assert "more than £500.00" in " ".join(text.format_map(words) for text in texts)


def test_a_text_has_the_usual_words_where_no_settings_are() -> None:
    assert worded("Spending {over|over £500}, {basis|net}") == "Spending over £500, net"
    with pytest.raises(KeyError):
        worded("Spending {unheard|of}", {})


@pytest.mark.parametrize(
    ("released", "waiting", "missing"),
    [
        ({"2024-01", "2024-03"}, {"2024-02"}, ("2024-02",)),  # never public: nobody can download it
        ({"2024-01", "2024-02"}, {"2024-02"}, ()),  # only its correction waits
        ({"2024-01"}, {"2024-03"}, ("2024-02", "2024-03")),
        (set(), set(), ()),
    ],
)
def test_missing_is_what_nobody_can_download(released: set[str], waiting: set[str], missing: tuple[str, ...]) -> None:
    assert MONTH.missing(released, waiting) == missing


@pytest.mark.parametrize(
    ("day", "finished"),
    [
        (dt.date(2024, 3, 20), "2024-02"),
        (dt.date(2024, 3, 31), "2024-02"),
        (dt.date(2024, 4, 1), "2024-03"),
        (dt.date(2024, 1, 15), "2023-12"),
    ],
)
def test_the_next_release_is_counted_from_the_last_month_that_is_over(day: dt.date, finished: str) -> None:
    assert MONTH.next_due("2024-03", 0, day) == MONTH.last_day(MONTH.neighbour(finished, 1))


def test_every_quality_figure_that_is_counted_is_explained() -> None:
    """The names stand in `quality=...`, in what `quality` returns, in the corridor's own and in declarations."""
    counted: set[object] = {"quarantined"}
    for each in (each for dataset in declared().values() for feed in dataset.feeds for each in feed.handlings):
        named = getattr(each, "figure", None)
        counted |= {named if isinstance(named, str) else named[0]} if named else set()
        counted |= {f"{each.column}_not_listed"} if isinstance(each, Listed) else set()
    for path in (ROOT / "pipeline" / "protect").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "quality" and isinstance(node.value, ast.Dict):
                counted |= {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Treated":
                given = (each for each in node.args[2:] if isinstance(each, ast.Dict))
                counted |= {key.value for each in given for key in each.keys if isinstance(key, ast.Constant)}
            if isinstance(node, ast.FunctionDef) and node.name == "quality":
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Dict):
                        counted |= {key.value for key in inner.keys if isinstance(key, ast.Constant)}
    assert counted == set(FIGURES)
    assert len({each.title for each in FIGURES.values()}) == len(FIGURES)
    for figure in FIGURES.values():
        assert figure.sentence.endswith(".")


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    months = [make_release(tmp_path, CRIME, month) for month in ("2024-01", "2024-02", "2024-03")]
    releases = [dataclasses.replace(each, quality={"no_location": 4, "quarantined": 2}) for each in months]
    held = (Held("2024-02", "published; a correction is being checked"),)
    return make_publication(CRIME, releases, held=held, as_of=dt.date(2024, 3, 20))


BESIDE = {
    "schema.json": b'{"fields": [{"name": "csv", "type": "string"}]}\n',
    "change-log.csv": b"released_on,month\n",
    "codelists/crime-type.csv": b"code,label\n",
}


def test_the_data_package_names_every_file_beside_it_and_frictionless_agrees(
    publication: Publication, tmp_path: Path
) -> None:
    text = data_package(publication, BESIDE)
    assert data_package(dataclasses.replace(publication), dict(BESIDE)) == text
    described = json.loads(text)
    assert described["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert described["created"] == "2024-04-10T00:00:00Z"
    listed = {each["path"] for each in described["resources"]}
    wanted = wanted_files(dataclasses.replace(publication, extras=BESIDE))
    assert listed == set(wanted)
    assert described["monthsRunning"] == ["2024-03"]
    assert set(described["qualityFigures"]) == {"no_location", "quarantined"}
    assert described["qualityFigures"]["no_location"]["sentence"]
    assert Package.validate_descriptor(described).valid
    for path, content in BESIDE.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "datapackage.json").write_bytes(text)
    tasks = {task.name: task.valid for task in Package(str(tmp_path / "datapackage.json")).validate().tasks}
    assert {name for name, valid in tasks.items() if valid} >= {
        "schema-json",
        "change-log-csv",
        "codelists-crime-type-csv",
    }
    (tmp_path / "change-log.csv").write_bytes(b"something else\n")
    tasks = {task.name: task.valid for task in Package(str(tmp_path / "datapackage.json")).validate().tasks}
    assert not tasks["change-log-csv"]


def test_ckan_is_told_what_data_gov_uk_reads(publication: Publication) -> None:
    fields = dataset_fields(publication)
    extras = {each["key"]: each["value"] for each in fields["extras"]}
    assert set(extras) <= set(EXTRAS)
    assert extras["temporal_coverage-from"] == extras["temporal_start"] == "2024-01-01"
    assert extras["temporal_coverage-to"] == extras["temporal_end"] == "2024-03-31"
    assert extras["temporal_granularity"] == "month"
    assert extras["geographic_granularity"] == "point"
    assert "Without a place 4" in extras["quality_notes"]
    assert FIGURES["no_location"].sentence in extras["quality_notes"]
    release = publication.releases[0]
    assert "Without a place: 4." in resource_fields(publication, release, release.files[0])["description"]


def test_the_notes_on_ckan_have_the_headings_of_the_page(publication: Publication) -> None:
    notes = dataset_fields(dataclasses.replace(publication, missing=("2023-12",)))["notes"]
    page = (ROOT / "pipeline" / "publish" / "catalogue" / "templates" / "dataset.html").read_text(encoding="utf-8")
    for heading in ("Rules for this dataset", "What is held back, and why"):
        assert f"### {heading}" in notes
        assert f"<h3>{heading}</h3>" in page
    _, _, absences = notes.partition("### Months missing or being checked")
    assert "February 2024: published; a correction is being checked" in absences
    assert "Missing: December 2023" in absences
