"""A quarterly dataset and a register, through build, plan and catalogue: all follows from the period declared."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.build.dataset import run_dataset
from pipeline.build.publication import publication
from pipeline.extract.delimited import Folder
from pipeline.model.periods import FinancialYearly, Quarterly, Snapshots, Whole
from pipeline.model.plan import Action
from pipeline.publish.plan import make_plan
from pipeline.run.portals import catalogue_of
from tests.lib.tiny import dataset, workplace, write_schema

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model.declaration import Dataset

STOPS = dataset("stops", Folder("stops/{period}.csv"), Quarterly(dated_by="day"))
YEARS = dataset("years", Folder("years/{period}.csv"), FinancialYearly(dated_by="day"))
EVERYTHING = dataset("everything", Folder("everything/list.csv"), Whole())
GIFTS = dataset("gifts", Folder("gifts/register.csv"), Snapshots())


class Force:
    """Runs one dataset on one day, and shows what is public then."""

    def __init__(self, folder: Path, given: Dataset) -> None:
        self.data, self.dataset = folder / "data", given
        self.public = self.data / "published" / given.name

    def put(self, name: str, *rows: str) -> None:
        path = self.data / "raw" / self.dataset.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{row}\n" for row in ("day,what", *rows)), encoding="utf-8")

    def run(self, day: str) -> dict[str, Action]:
        """Publish, and return what the plan did to each release's CSV."""
        work = workplace(self.data, day)
        outcome = run_dataset(work, self.dataset)
        assert outcome.error is None, outcome.error
        released = publication(work, self.dataset, outcome.state)
        if released is None:
            return {}
        portal = catalogue_of(work)
        plan = make_plan(portal.name, [released], portal.look([released]), beside=portal.beside)
        portal.apply(plan, [released])
        start = len(self.dataset.name) + 1
        return {
            each.file[start:].removesuffix(".csv"): each.action
            for each in plan.changes
            if each.file.startswith(f"{self.dataset.name}-") and each.file.endswith(".csv")
        }

    @property
    def package(self) -> dict[str, object]:
        facts: dict[str, object] = json.loads((self.public / "datapackage.json").read_bytes())
        return facts

    @property
    def page(self) -> str:
        return (self.public / "index.html").read_text(encoding="utf-8")


@pytest.fixture
def force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Force:
    monkeypatch.setattr("pipeline.build.run_context.SCHEMAS", tmp_path / "schemas")
    write_schema(tmp_path / "schemas", request.param)
    return Force(tmp_path, request.param)


@pytest.mark.parametrize("force", [STOPS], indirect=True)
def test_a_quarter_is_built_when_it_has_ended_and_gaps_are_counted_in_quarters(force: Force) -> None:
    force.put("2023-Q3.csv", "2023-07-01,a", "2023-09-30,b")
    force.put("2024-Q1.csv", "2024-03-31,d", "2024-04-01,later")
    assert force.run("2024-03-31") == {"2023-Q3": Action.CREATE}
    assert force.run("2024-04-01") == {"2023-Q3": Action.SAME, "2024-Q1": Action.CREATE}
    assert (force.public / "stops-2024-Q1.csv").read_text(encoding="utf-8") == "day,what\n2024-03-31,d\n"
    package = force.package
    assert package["periodsMissing"] == ["2023-Q4"]
    assert package["temporal"] == {"start": "2023-07-01", "end": "2024-03-31"}
    assert str(package["accrualPeriodicity"]).endswith("/QUARTERLY")
    for words in ("January to March", "October to December 2023", "July 2023 to March 2024", "31 July 2024"):
        assert words in force.page
    assert "By calendar quarter" in force.page
    assert "onth" not in force.page.replace("monthly", "")


@pytest.mark.parametrize("force", [STOPS], indirect=True)
def test_late_rows_of_a_quarter_come_with_the_next_file(force: Force) -> None:
    force.put("2023-Q4.csv", "2023-10-01,a")
    force.put("2024-Q1.csv", "2024-01-31,b", "2023-12-31,late")
    force.run("2024-05-01")
    assert (force.public / "stops-2023-Q4.csv").read_text(encoding="utf-8").count("\n") == 3
    assert (force.public / "stops-2024-Q1.csv").read_text(encoding="utf-8").count("\n") == 2


@pytest.mark.parametrize("force", [YEARS], indirect=True)
def test_a_financial_year_that_looks_like_a_month_is_a_year(force: Force) -> None:
    force.put("2011-12.csv", "2011-04-01,a", "2012-03-31,b", "2012-04-01,later")
    assert force.run("2012-03-31") == {}
    assert force.run("2012-04-01") == {"2011-12": Action.CREATE}
    assert force.package["temporal"] == {"start": "2011-04-01", "end": "2012-03-31"}
    assert "April 2011 to March 2012" in force.page


@pytest.mark.parametrize("force", [EVERYTHING], indirect=True)
def test_all_is_one_release_that_is_replaced(force: Force) -> None:
    force.put("list.csv", "2023-01-01,a")
    assert force.run("2024-01-10") == {"all": Action.CREATE}
    force.put("list.csv", "2023-01-01,a", "2024-01-05,b")
    assert force.run("2024-02-10") == {"all": Action.UPDATE}
    assert force.run("2024-03-10") == {"all": Action.SAME}
    assert force.package["temporal"] == {}
    assert "all dates" in force.page


@pytest.mark.parametrize("force", [GIFTS], indirect=True)
def test_a_register_is_released_as_a_snapshot_named_by_the_month_in_which_it_came(force: Force) -> None:
    force.put("register.csv", "2023-01-01,a")
    assert force.run("2024-01-10") == {"2024-01": Action.CREATE}
    assert force.run("2024-02-10") == {"2024-01": Action.SAME}
    assert "Unchanged since January 2024" in force.page
    force.put("register.csv", "2023-01-01,a", "2024-02-05,b")
    assert force.run("2024-04-20") == {"2024-01": Action.SAME, "2024-04": Action.CREATE}
    force.put("register.csv", "2023-01-01,a", "2024-02-05,b", "2024-04-21,c")
    assert force.run("2024-04-25") == {"2024-01": Action.SAME, "2024-04": Action.UPDATE}
    assert force.package["periodsMissing"] == []
    assert str(force.package["accrualPeriodicity"]).endswith("/IRREG")
    assert "Unchanged since April 2024" in force.page
    assert "no date is promised" in force.page


def test_feeds_of_one_dataset_have_one_kind_of_period() -> None:
    feeds = (*STOPS.feeds, *GIFTS.feeds)
    with pytest.raises(ValueError, match="dataset both: its feeds have different kinds of period"):
        replace(STOPS, name="both", feeds=feeds)
