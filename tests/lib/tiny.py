"""Tiny datasets that only tests declare, with their schemas, and the surroundings of a run over them."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.build.run_context import Workplace
from pipeline.model.declaration import Dataset, Feed
from pipeline.model.periods import Monthly
from pipeline.model.source import Connection, Secret
from pipeline.protect.treatments import Day, Keep
from pipeline.settings.key import Key
from pipeline.settings.settings import Settings
from tests.lib import ROOT
from tests.lib.small_tree import KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.model.periods import PeriodKind
    from pipeline.model.source import Source


#: Months that rows tell by their day.
BY_DAY = Monthly(dated_by="day")
#: What the tiny datasets publish.
COLUMNS = {"day": "date", "what": "string"}


def dataset(name: str, source: Source, period: PeriodKind = BY_DAY) -> Dataset:
    """Return a dataset of one feed with a day and a text."""
    feed = Feed(
        name=name,
        title=name,
        source=source,
        period=period,
        columns={"day": Day("day", why="the day"), "what": Keep("what", why="a text")},
    )
    return Dataset(
        name=name,
        family="tests",
        theme="crime-and-justice",
        tags=("tests",),
        feeds=(feed,),
        order=("day", "what"),
    )


def workplace(folder: Path, as_of: str, *, addresses: Mapping[str, str] | None = None) -> Workplace:
    """Return the surroundings of a run over ``folder``; ``addresses`` are those of databases, by source."""
    settings = Settings.load(ROOT / "pipeline.toml", {}, data=folder)
    named = {name: Connection("", "2010-12", Secret(address)) for name, address in (addresses or {}).items()}
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    return Workplace(
        settings=replace(settings, options=defaultdict(dict), sources=settings.sources._replace(named=named)),
        key=Key(Secret(bytes.fromhex(KEY))),
        as_of=dt.date.fromisoformat(as_of),
        sample=False,
        writes=True,
        say=lambda _: None,
    )


def write_schema(schemas: Path, dataset: Dataset) -> None:
    """Write the schema of a tiny dataset."""
    fields = [{"name": name, "title": name, "type": kind, "description": name} for name, kind in COLUMNS.items()]
    place = schemas / dataset.family / f"{dataset.name}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    facts = {"title": dataset.name, "description": f"The {dataset.name}.", "fields": fields}
    place.write_text(json.dumps(facts), encoding="utf-8")


def write_table(path: Path, table: str, columns: str, rows: Sequence[tuple[str, ...]]) -> str:
    """Write a SQLite file with one table, and return its address."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE {table} ({columns})")
        database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608 - ours
    return f"sqlite:///{path}"
