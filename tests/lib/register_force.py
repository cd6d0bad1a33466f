"""A force with one register, which is published on one day after another."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.build.dataset import run_dataset
from pipeline.build.publication import publication
from pipeline.extract.delimited import Folder
from pipeline.model.declaration import Dataset, Feed
from pipeline.model.periods import Snapshots
from tests.lib.tiny import workplace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.build.outcome import Outcome
    from pipeline.build.run_context import Workplace
    from pipeline.model.handling import Handling
    from pipeline.model.row_rule import RowRule
    from pipeline.settings.decisions import Desk
    from pipeline.storage.state import MonthState


def register(columns: Mapping[str | tuple[str, ...], Handling], *rules: RowRule, fields: Mapping[str, str]) -> Dataset:
    """Return the declaration of a register of things, whose published columns after the snapshot have these types."""
    feed = Feed(
        name="things",
        title="things",
        source=Folder("things/register.csv"),
        period=Snapshots(),
        columns=columns,
        rules=rules,
    )
    return Dataset(
        name="things",
        family="tests",
        theme="crime-and-justice",
        tags=("tests",),
        feeds=(feed,),
        order=("snapshot", *fields),
    )


def write_register_schema(schemas: Path, fields: Mapping[str, str]) -> None:
    """Write the schema of a register of things."""
    every = [
        {"name": name, "title": name, "type": kind, "description": name} | ({"decimals": 2} if kind == "number" else {})
        for name, kind in {"snapshot": "string", **fields}.items()
    ]
    place = schemas / "tests" / "things.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps({"title": "things", "description": "Things.", "fields": every}), encoding="utf-8")


class RegisterForce:
    """Runs a register of things on one day after another."""

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        """Begin with nothing."""
        self.data, self.dataset = folder / "data", dataset
        self.work: Workplace
        self.outcome: Outcome

    @property
    def file(self) -> Path:
        """The register's file."""
        return self.data / "raw" / "things" / "register.csv"

    def put(self, *rows: str) -> None:
        """Let the register hold these rows."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        header = ",".join(self.dataset.feeds[0].declared)
        self.file.write_text("".join(f"{row}\n" for row in (header, *rows)), encoding="utf-8")

    def give(self, name: str, *rows: str) -> None:
        """Let a list of the force hold these rows, the first of which is its header."""
        path = self.data / "reference" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")

    def run(self, day: str, dataset: Dataset | None = None, desk: Desk | None = None) -> dict[str, str]:
        """Publish, and return the public rows of each snapshot, without the header."""
        work = workplace(self.data, day)
        self.work = replace(work, settings=replace(work.settings, desk=desk)) if desk else work
        self.outcome = run_dataset(self.work, dataset or self.dataset)
        return self.public

    @property
    def months(self) -> dict[str, MonthState]:
        """What is remembered of each snapshot."""
        return dict(self.outcome.state.months)

    @property
    def public(self) -> dict[str, str]:
        """The public rows of each snapshot."""
        released = {month: each.released for month, each in self.months.items() if each.released}
        rows = {month: self.work.store.csv("things", month, built) for month, built in released.items()}
        return {month: text.decode().partition("\n")[2] for month, text in rows.items() if text}

    def rows(self, month: str) -> list[list[str]]:
        """Return the public cells of one snapshot, without the column that names it."""
        return [row[1:] for row in csv.reader(io.StringIO(self.public[month]))]

    @property
    def waits(self) -> list[tuple[str, str]]:
        """The snapshots that wait, each with why."""
        held = {month: each.waiting for month, each in self.months.items() if each.waiting}
        return [(month, finding.code) for month, each in held.items() for finding in each.findings]

    @property
    def log(self) -> list[tuple[str, ...]]:
        """The lines of the change log: month, change, added, removed, revised; the newest first."""
        made = publication(self.work, self.dataset, self.outcome.state)
        assert made is not None
        lines = list(csv.DictReader(io.StringIO(made.extras["change-log.csv"].decode())))
        return [tuple(line[name] for name in ("month", "change", "added", "removed", "revised")) for line in lines]
