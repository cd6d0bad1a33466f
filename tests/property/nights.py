"""Nights of one dataset: a data folder in which files come, go, change and come back, and the real build each night."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import shutil
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from pipeline.build.dataset import run_dataset
from pipeline.build.publication import publication
from pipeline.build.run_context import Workplace
from pipeline.build.tried import parted
from pipeline.extract.delimited import Folder
from pipeline.extract.workbook import Workbook
from pipeline.model.findings import Decision
from pipeline.model.source import Secret
from pipeline.run.decide import Choice, Signature, _decisions, _taken_back
from pipeline.run.portals import apply_all, catalogue_of
from pipeline.run.recover import recover
from pipeline.run.select import options
from pipeline.settings.key import Key
from pipeline.settings.sections import Referee
from pipeline.settings.settings import Settings
from tests.lib import ROOT
from tests.lib.product import read_csv

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pipeline.build.outcome import Outcome
    from pipeline.model.declaration import Dataset, Feed

    Row = dict[str, str]

MONTHS = ("2024-01", "2024-02", "2024-03")
FIRST = dt.date(2024, 4, 10)
SIGNED = Signature("Head of Information Management", FIRST, "Checked.")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
#: Published columns that could tell of somebody: the Parquet says the same of them as the CSV.
_TELLING = {"supplier_name", "supplier_id", "department", "category", "Crime ID", "Location"}


def in_any_way(chance: random.Random, key: str) -> str:
    """Return a key as somebody may have written it; the last three are damaged."""
    ways = (
        *(key, key, key, key.lower(), f"00{key}", key.lstrip("0"), key.translate(_WIDE), key.replace(" ", "")),
        *(f"{key}.0" if key[-1].isdigit() else key.upper(), key.replace("*", "/")),
        *(f"{key[:2]}\u200b{key[2:]}", f"{key[:2]}  {key[2:]}", f"{key}\u202f"),
    )
    return chance.choice(ways)


def as_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows as the text of an extract."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def rows_of(row: Mapping[str, str], *names: str) -> str:
    """Return the first of the named cells that the row has."""
    return next(row[name] for name in names if name in row)


def _from_csv(feed: Feed) -> Feed:
    """Return a feed that reads CSV, which is written faster than a workbook."""
    if isinstance(feed.source, Workbook):
        return replace(feed, source=Folder(feed.source.pattern.replace(".xlsx", ".csv")))
    return feed


class World(ABC):
    """A data folder, what happens in it, and what was made of it."""

    def __init__(self, folder: Path, chance: random.Random, dataset: Dataset) -> None:
        feeds = [_from_csv(feed) for feed in dataset.feeds]
        chance.shuffle(feeds)
        self.folder, self.chance, self.dataset = folder, chance, replace(dataset, feeds=tuple(feeds))
        self.columns = {feed.name: feed.declared for feed in feeds}
        self.paths = {
            feed.source.pattern.format(period=month): (feed.name, month)
            for feed in feeds
            if isinstance(feed.source, Folder)
            for month in MONTHS
        }
        settings = Settings.load(
            ROOT / "examples" / "leicestershire.toml", {}, data=folder / "data", datasets=options()
        )
        desk = settings.desk._replace(path=folder / "decisions.toml", decisions=())
        self.settings = replace(settings, desk=desk, referee=Referee(sample_rows=1, everything=False))
        self.files: dict[str, list[Row]] = {}
        self.history: dict[str, list[list[Row]]] = {path: [] for path in self.paths}
        self.every: dict[str, list[Row]] = {path: [] for path in self.paths}
        self.by_sha: dict[str, list[Row]] = {}
        self.broken: set[str] = set()
        self.aside: set[tuple[str, str]] = set()
        self.refused: dict[str, set[tuple[str, str]]] = {}
        self.fed_by: dict[str, set[tuple[str, str]]] = {}
        self.said: list[str] = []
        self.made = self.checked = self.count = 0
        self.outcome: Outcome | None = None

    # what a kind of world says

    @abstractmethod
    def row(self, feed: str, month: str) -> Row:
        """Return a new row."""

    @abstractmethod
    def change_row(self, row: Row) -> None:
        """Change what a row says of its protection."""

    @abstractmethod
    def receive(self) -> None:
        """Tell the oracle what is there."""

    @abstractmethod
    def approved(self) -> None:
        """Tell the oracle that what waited was approved."""

    @abstractmethod
    def set_aside(self, path: str, rows: list[Row]) -> None:
        """Tell the oracle that the bytes at a path were rejected or taken back."""

    @abstractmethod
    def memory_lost(self) -> None:
        """Tell the oracle that what was remembered is gone: what is there now, and decisions, are all that is known."""

    @abstractmethod
    def decisions_lost(self) -> None:
        """Tell the oracle that nothing is approved any more; what was set aside stays so."""

    @abstractmethod
    def check(self, outcome: Outcome) -> None:
        """Hold what is public against the oracle, both ways."""

    # what happens

    def acts(self) -> tuple[str, ...]:
        """Return what may happen, the more often the likelier."""
        return (*("change_file",) * 8, "take_file", "bring_back", "bring_back", "forget_file")

    def night(self) -> None:
        """Let something happen, run, and look at what is public."""
        self.said.append(f"-- night {self.count + 1}")
        if not self.count:
            for path, (feed, month) in self.paths.items():
                self.put(path, [self.new_row(feed, month) for _ in range(self.chance.randrange(1, 5))])
        elif (what := self.chance.random()) < 0.1:
            self.decide("approve")
            self.approved()
        elif what < 0.15:
            self.decide("reject")
        elif what < 0.18:
            self.lose_memory()
        elif what < 0.21 and self.outcome and self.outcome.error is None:  # a stopped night carried out no decision
            self.said.append("the decisions are lost")
            self.settings = replace(self.settings, desk=self.settings.desk._replace(decisions=()))
            self.decisions_lost()
        else:
            for _ in range(self.chance.choice((0, 1, 1, 2, 3))):
                getattr(self, self.chance.choice(self.acts()))()
            if self.chance.random() < 0.03:
                self.break_file()
        self.receive()
        outcome = self.run()
        assert outcome.error is None or outcome.error.code != "bug", outcome.error
        self.check_set_aside(outcome)
        self.check(outcome)

    def decide(self, kind: str) -> None:
        """Approve or reject all that waits."""
        self.said.append(kind)
        if self.outcome is not None:
            if kind == "reject":
                waiting = {month: each for month, each in self.outcome.state.months.items() if each.waiting}
                self.refused |= {month: {*each.inputs.items()} for month, each in waiting.items()}
            self._write(_decisions(kind, Choice(self.dataset.name), self.outcome.state.waits, SIGNED))

    def forget_file(self) -> None:
        """Take back what was released of a file, and what came after it."""
        path = self.chance.choice(list(self.paths))
        versions = self.outcome.state.versions.get(path, ()) if self.outcome else ()
        if versions:
            self.said.append(f"{path} is forgotten")
            name, month = self.dataset.name, self.paths[path][1]
            taken = dict.fromkeys(each.sha256 for each in _taken_back(versions))
            self._write(Decision("forget", "", name, month, each, **SIGNED._asdict(), path=path) for each in taken)

    def lose_memory(self) -> None:
        """Lose the private folder, and rebuild it from what is public."""
        if self.outcome is None or not any(each.released for each in self.outcome.state.months.values()):
            return
        self.said.append("the memory is lost")
        work = self.work()
        told = publication(work, self.dataset, self.outcome.state)
        if told is not None:
            _, errors = parted(apply_all(work, [catalogue_of(work)], [told]))
            assert not errors, errors
        self.aside &= {(each.path, each.sha256) for each in self.settings.desk.decisions}  # others nobody knows now
        self.memory_lost()
        shutil.rmtree(work.private)
        recover(self.settings, work.as_of, say=lambda _: None)

    def is_aside(self, path: str, rows: Sequence[Mapping[str, str]]) -> bool:
        """Return whether a decision that is known sets some rows at a path aside."""
        return (path, hashlib.sha256(as_csv(rows).encode()).hexdigest()) in self.aside

    def _write(self, made: Iterable[Decision]) -> None:
        """Put decisions into the file, and tell the oracle which bytes they set aside."""
        new = tuple(made)
        desk = self.settings.desk
        self.settings = replace(self.settings, desk=desk._replace(decisions=(*desk.decisions, *new)))
        for each in new:
            if each.kind != "approve" and each.path and each.sha256 in self.by_sha:
                self.aside.add((each.path, each.sha256))
                self.set_aside(each.path, self.by_sha[each.sha256])

    def change_file(self) -> None:
        """Add, change, take away or shuffle rows of a file; one that is not there comes, as it was last."""
        path = self.chance.choice(list(self.paths))
        last = self.history[path][-1] if self.history[path] else []
        rows = [dict(row) for row in self.files.get(path, last)]
        for _ in range(self.chance.randrange(1, 4)):
            what = self.chance.random()
            if what < 0.5 or not rows:
                rows.append(self.new_row(*self.paths[path]))
            elif what < 0.75:
                self.change_row(self.chance.choice(rows))
            elif what < 0.9:
                rows.remove(self.chance.choice(rows))
            else:
                self.chance.shuffle(rows)
        if rows:
            self.put(path, rows)

    def new_row(self, feed: str, month: str) -> Row:
        """Return a new row, and count it."""
        self.made += 1
        return self.row(feed, month)

    def put(self, path: str, rows: list[Row]) -> None:
        """Make a file hold ``rows``."""
        self.files[path] = rows
        self.broken.discard(path)
        self.history[path].append(rows)
        self.every[path] += rows
        text = as_csv(rows)
        self.by_sha[hashlib.sha256(text.encode()).hexdigest()] = rows
        self.write(f"raw/{path}", text)
        self.said.append(f"{path}: {len(rows)} rows")

    def take_file(self) -> None:
        """Take a file away."""
        path = self.chance.choice(list(self.paths))
        self.files.pop(path, None)
        self.broken.discard(path)
        self.write(f"raw/{path}", None)
        self.said.append(f"{path} goes")

    def bring_back(self) -> None:
        """Bring back a file as it was some night."""
        path = self.chance.choice(list(self.paths))
        if self.history[path]:
            self.put(path, self.chance.choice(self.history[path]))
            self.said.append("(that was an old one)")

    def break_file(self) -> None:
        """Make a file unreadable."""
        path = self.chance.choice(list(self.paths))
        self.broken.add(path)
        self.files.pop(path, None)
        self.write(f"raw/{path}", f"junk {self.chance.random()}\n1\n")
        self.said.append(f"{path} is broken")

    def write(self, path: str, text: str | None) -> None:
        """Make a file of the data folder hold ``text``; with None it goes."""
        target = self.folder / "data" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            target.unlink(missing_ok=True)
        else:
            target.write_text(text, encoding="utf-8", newline="")

    # what was made of it

    def run(self) -> Outcome:
        """Return what tonight's run made of what is there."""
        self.count += 1
        work = self.work()
        self.store = work.store
        self.outcome = run_dataset(work, self.dataset)
        return self.outcome

    def work(self) -> Workplace:
        """Return tonight's surroundings."""
        return Workplace(
            settings=self.settings,
            key=Key(Secret(bytes(range(32)))),
            as_of=FIRST + dt.timedelta(days=self.count),
            sample=False,
            writes=True,
            say=lambda _: None,
        )

    def public(self) -> dict[str, list[Row]]:
        """Return the public rows of every month; its Parquet says the same as its CSV."""
        found = {}
        for month, state in self.outcome.state.months.items() if self.outcome else ():
            if state.released is None:
                continue
            folder = self.store.folder(self.dataset.name, state.released.folder)
            files = {facts["format"]: folder / name for name, facts in state.released.files.items()}
            found[month] = read_csv(files["csv"])
            typed = pq.read_table(files["parquet"])
            for name in _TELLING & set(typed.column_names):
                cells = [cell or "" for cell in typed.column(name).to_pylist()]
                assert cells == [row[name] for row in found[month]]
        return found

    def check_set_aside(self, outcome: Outcome) -> None:
        """What was rejected or taken back feeds no month that it did not feed before."""
        for month, state in outcome.state.months.items():
            fed = self.aside & state.inputs.items() if not state.waiting and not state.rejected else set()
            assert fed <= self.fed_by.get(month, set()), (month, "is made of what was set aside", fed)
            self.fed_by[month] = {*state.inputs.items()}

    def is_afresh(self, outcome: Outcome, month: str) -> bool:
        """Return whether what is public of a month is what its files of now come to."""
        state = outcome.state.months[month]
        if outcome.error is not None or state.waiting or state.rejected or state.input_gone:
            return False
        if self.refused.get(month) == {*state.inputs.items()}:  # what stood there before counts beside it
            return False
        # one without its extract is built anew when that is there again; of one that was taken back nothing is
        return "" not in state.inputs.values() and self.aside.isdisjoint(state.inputs.items())

    def fed(self, outcome: Outcome, month: str, path: str) -> list[Row]:
        """Return the rows of a file as they fed a month."""
        return self.by_sha[outcome.state.months[month].inputs[path]]
