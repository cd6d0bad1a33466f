"""Sources answer for themselves: two databases at once, each found where the settings say of its own name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.build.dataset import run_dataset
from pipeline.extract.database import Database
from pipeline.extract.delimited import Folder
from pipeline.model.periods import MONTH as CALENDAR
from pipeline.model.source import Account, Connection, Connections, Secret
from pipeline.run.unread import unread_sources
from tests.lib.tiny import dataset, workplace, write_schema, write_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.errors import SettingsError

STAYS = dataset("stays", Database(source="custody", default="custody/custody.sqlite", table="stay", key="day"))
VISITS = dataset("visits", Database(source="visits", default="visits/visits.sqlite", table="visit", key="day"))
TWO = [("2024-01-05", "a"), ("2024-02-05", "b")]


@pytest.fixture(autouse=True)
def _schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.build.run_context.SCHEMAS", tmp_path / "schemas")
    for each in (STAYS, VISITS):
        write_schema(tmp_path / "schemas", each)


def test_two_databases_are_read_each_from_its_own_place(tmp_path: Path) -> None:
    address = write_table(tmp_path / "elsewhere.sqlite", "stay", "day, what", TWO)
    write_table(tmp_path / "data" / "raw" / "visits" / "visits.sqlite", "visit", "day, what", [("2024-02-06", "c")])
    work = workplace(tmp_path / "data", "2024-04-01", addresses={"custody": address})
    stays, visits = run_dataset(work, STAYS), run_dataset(work, VISITS)
    assert (stays.error, visits.error) == (None, None)
    assert sorted(stays.state.months) == ["2024-01", "2024-02"]
    assert sorted(visits.state.months) == ["2024-02"]


def test_each_database_begins_with_its_own_first_month(tmp_path: Path) -> None:
    address = write_table(tmp_path / "elsewhere.sqlite", "stay", "day, what", TWO)
    work = workplace(tmp_path / "data", "2024-04-01", addresses={"custody": address})
    sources = work.settings.sources
    late = sources._replace(named={"custody": sources.named["custody"]._replace(first_month="2024-02")})
    work = replace(work, settings=replace(work.settings, sources=late))
    assert sorted(run_dataset(work, STAYS).state.months) == ["2024-02"]


def test_a_source_or_a_service_that_no_dataset_reads_is_a_mistake(tmp_path: Path) -> None:
    settings = workplace(tmp_path / "data", "2024-04-01").settings
    known = Connection("PIPELINE_X_DATABASE", "2024-01", None)
    asked = Account("https://feedback.example", "2024-01", Secret("token-token"))

    def named(databases: Mapping[str, Connection], services: Mapping[str, Account]) -> list[SettingsError]:
        return unread_sources(replace(settings, sources=Connections(named=databases, services=services)))

    assert named({"engagement": known}, {"feedback": asked}) == []
    source, service = named({"nobody": known}, {"nothing": asked})
    assert source.text().startswith("unknown-setting: [sources.nobody]: no dataset reads a source of this name")
    assert "engagement" in source.text()
    assert service.text().startswith("unknown-setting: [sources] nothing_url: no dataset reads a source of this name")
    assert "feedback" in service.text()


def test_which_files_belong_to_a_source(tmp_path: Path) -> None:
    raw = tmp_path / "data" / "raw"
    address = write_table(raw / "custody" / "moved.sqlite", "stay", "day, what", [("2024-01-05", "a")])
    sources = workplace(tmp_path / "data", "2024-04-01", addresses={"custody": address}).settings.sources
    (stays,), (visits,) = STAYS.feeds, VISITS.feeds
    assert "custody/moved.sqlite" in stays.source.at(sources).files(raw, CALENDAR)
    assert "visits/visits.sqlite-wal" in visits.source.at(sources).files(raw, CALENDAR)
    elsewhere = write_table(tmp_path / "other.sqlite", "stay", "day, what", [("2024-01-05", "a")])
    sources = workplace(tmp_path / "data", "2024-04-01", addresses={"custody": elsewhere}).settings.sources
    assert stays.source.at(sources).files(raw, CALENDAR) == ()
    folder = Folder("custody/{period}.csv")
    (raw / "custody" / "2024-01.csv").write_text("day\n", encoding="utf-8")
    assert folder.files(raw, CALENDAR) == ("custody/2024-01.csv",)
    assert not folder.whole
