"""The tables of catalogue records: which datasets are published, which are planned, and what they hold back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from pipeline.extract.catalogue_records import ListOfDatasets, Scores, WhatIsHeldBack
from pipeline.model.declaration import HeldBack
from pipeline.model.periods import ALL, MONTH, QUARTER, SNAPSHOT, PeriodKind
from pipeline.model.release import CatalogueRecord, Release
from tests.lib.publications import make_publication

DAY = dt.date(2024, 4, 10)
KEPT = (
    *((HeldBack("calls", "Columns", "Names", "they name people"),) * 2),
    HeldBack("calls", "Rows", "Calls of another month", "the file is of one month", bad=True),
)


def record(name: str, kind: PeriodKind, *months: str, lists_datasets: bool = False) -> CatalogueRecord:
    releases = [Release(dataset=name, month=month, rows=1, files=(), released_on=DAY) for month in months]
    out = make_publication(name, releases, period=kind, promised_days=31) if months else None
    return CatalogueRecord(name, name.title(), "Of it.", "Example Police", "OGL", kind, KEPT, lists_datasets, out)


EVERY = (
    record("monthly", MONTH, "2024-02", "2023-12"),
    record("quarterly", QUARTER),
    record("register", SNAPSHOT, "2024-01"),
    record("list", SNAPSHOT, "2024-02", lists_datasets=True),
    record("whole", ALL, lists_datasets=True),
)


def test_each_dataset_is_published_or_planned_with_the_periods_that_stand() -> None:
    rows = {row[4]: (row[3], *row[7:]) for row in ListOfDatasets().rows_of(EVERY)}
    assert rows == {
        "monthly": ("Published", "Monthly", "2023-12", "2024-02"),
        "quarterly": ("Planned", "Quarterly", "", ""),
        "register": ("Published", "When the register changes", "2024-01", "2024-01"),
        "list": ("Published", "When the register changes", "", ""),
        "whole": ("Published", "When something changes", "all", "all"),
    }


def test_what_is_withdrawn_is_planned_again() -> None:
    (first, *_) = EVERY
    assert first.facts
    gone = first._replace(facts=replace(first.facts, releases=()))
    assert next(iter(ListOfDatasets().rows_of([gone])))[3] == "Planned"


def test_what_is_held_back_is_said_once_of_what_is_published_and_bad_rows_are_not() -> None:
    rows = [*WhatIsHeldBack().rows_of(EVERY)]
    assert rows == [
        (name, "calls", "Columns", "Names", "they name people") for name in ("monthly", "register", "list", "whole")
    ]


def test_what_is_out_is_scored_and_nothing_else() -> None:
    rows = {row[0]: row[1:8] for row in Scores().rows_of(EVERY)}
    assert rows == {
        "monthly": ("2024-02", "true", "true", "false", "41", "31", "false"),
        "register": ("2024-01", "true", "true", "false", "", "", ""),
        "list": ("2024-02", "true", "true", "false", "", "", ""),
    }
