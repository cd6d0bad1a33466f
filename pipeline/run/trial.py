"""A file of a force's own, read by the mapping in force, as a trial: what would become of its rows; nothing is kept."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.build.corridor import build
from pipeline.build.protected.registers import Sources as Received
from pipeline.build.protected.registers import register_rules, standing
from pipeline.build.received.mapped import datasets_of
from pipeline.build.received.mapping_texts import check_texts
from pipeline.build.run_context import Workplace
from pipeline.columns.arrays import filled, plain
from pipeline.columns.dates import days
from pipeline.columns.money import money
from pipeline.datasets import declared
from pipeline.errors import PipelineError
from pipeline.extract.mapped import Mapped, MappedDatabase
from pipeline.extract.partition import joined, late_slice, own_slice, undated_slice
from pipeline.extract.paths import below
from pipeline.extract.reader import Reader
from pipeline.model.periods import NO_PERIOD
from pipeline.model.reasons import Outcome
from pipeline.model.source import Connections, Secret
from pipeline.settings.decisions import Desk
from pipeline.settings.key import Key
from pipeline.settings.sections import Referee
from pipeline.storage.registers import entered

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

    from pipeline.build.corridor import BuildResult
    from pipeline.extract.partition import Dated, Slice
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Source
    from pipeline.model.tables import RawTable
    from pipeline.settings.settings import Settings
    from pipeline.storage.registers import Entered

#: A total of fewer rows could tell an amount.
_LEAST_ROWS = 10
_FATES = 10
#: So many rows the outside referee judges too: a trial is no release.
_JUDGED = Referee(100, everything=False)


class Month(NamedTuple):
    """What was read of one month: rows with a readable date and amount, bad rows, the sum of the first."""

    read: int = 0
    bad: int = 0
    total: Decimal | None = None

    @property
    def net_total(self) -> str | None:
        """The sum as text, None where there is none or where it could tell one amount."""
        return f"{self.total:.2f}" if self.total is not None and self.read >= _LEAST_ROWS else None


class Fate(NamedTuple):
    """What would become of one row: where it stands, and in words what."""

    row: int
    what: str


@dataclass(slots=True)
class Trial:
    """What a mapping makes of a file: by month, by reason, by column and reason, and of its first rows.

    ``stops`` is the error that the file would stop for, None where it would not.
    """

    months: dict[str, Month] = field(default_factory=dict)
    bad: Counter[str] = field(default_factory=Counter)
    by_column: Counter[tuple[str, str]] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    fates: list[Fate] = field(default_factory=list)
    stops: PipelineError | None = None


def trial(settings: Settings, name: str, path: Path, as_of: dt.date) -> Trial | None:
    """Return what the mapping of the feed ``name`` makes of a file, wherever it lies; None where none is in force."""
    found = [
        (dataset, feed) for dataset in datasets_of(settings).values() for feed in dataset.feeds if feed.name == name
    ]
    dataset, feed = min(found, key=lambda pair: pair[0].counting is not None)  # rows are tried, no cells
    source = feed.source
    if not isinstance(source, Mapped | MappedDatabase):
        return None
    check_texts(settings, dataset, as_of)
    told = Trial()
    work = _workplace(settings, as_of)
    alone = replace(dataset, feeds=(replace(feed, source=_placed(source, path, work.raw)),))
    try:
        _read(told, alone, work.raw if below(work.raw, path) else path.parent, work)
    except PipelineError as error:
        told.stops = error
    return told


@dataclass(frozen=True, slots=True)
class _OneFile(Mapped):
    """The mapping of one file, whatever else lies beside it."""

    only: str = ""

    def files(self, _root: Path, _kind: PeriodKind) -> tuple[str, ...]:
        """Return that file."""
        return (self.only,)


def _placed(source: Mapped | MappedDatabase, path: Path, raw: Path) -> Source:
    """Return the source for a file that lies elsewhere, or is called otherwise."""
    inside = below(raw, path)
    if isinstance(source, MappedDatabase):
        return replace(source, agreed=replace(source.agreed, default=inside or path.name))
    patterns = source.mapping.files if inside else tuple(pattern.rpartition("/")[2] for pattern in source.mapping.files)
    name = inside or path.name
    mapping = replace(source.mapping, files=(*patterns, re.sub(r"[{}]", "*", name)))
    return _OneFile(mapping, source.agreed, source.kinds, source.kind, source.theirs, only=name)


def _workplace(settings: Settings, as_of: dt.date) -> Workplace:
    """Return surroundings in which nothing is written, with a key that nobody keeps."""
    key = Key(Secret(secrets.token_bytes(32)))
    titles = {name: (dataset.title, "") for name, dataset in datasets_of(settings).items()}
    return Workplace(
        settings=settings,
        key=key,
        as_of=as_of,
        sample=False,
        writes=False,
        say=lambda _: None,
        declared={**dict.fromkeys(declared()), **titles},
    )


def _read(told: Trial, dataset: Dataset, root: Path, work: Workplace) -> None:
    """Fill in what becomes of every row of the file, which a dataset of one feed reads below ``root``."""
    feed = dataset.feeds[0]
    reader = Reader(root, Connections(), work.say, work.looked)
    sources = {part: (period, reader.read(feed, part, period)) for part, period in reader.files(feed).items()}
    registers = _registers(work, dataset, sources)
    slices = [(part, *each) for part, (period, source) in sources.items() for each in _by_period(feed, period, source)]
    for part, period, rows in slices:
        table = joined([rows], feed, feed.carried)
        context = work.context(
            dataset, period, work.references(dataset), registers=registers, file_months={part: period}
        )
        result = build(dataset, [(feed, table)], context=context, schema=work.schema(dataset), judge=_JUDGED)
        _tell(told, feed, period, table, result)


def _by_period(feed: Feed, period: Period, source: Dated) -> Iterator[tuple[Period, Slice]]:
    """Yield the rows of each period: a file has one, a database as many as its rows have."""
    if not feed.source.whole:
        yield period, own_slice(source, period, ())
        return
    placed = tuple(source.kind.name(number) for number in np.unique(source.period).tolist() if number)
    yield from ((each, late_slice(source, each)) for each in placed)
    if not source.period.all():
        yield "", undated_slice(source, placed, feed.source.first_month)


def _registers(
    work: Workplace, dataset: Dataset, parts: Mapping[str, tuple[Period, Dated]]
) -> dict[str, dict[str, str]]:
    """Return what this file alone, and the force's lists, say of whom rules protect."""
    references = work.references(dataset)
    made: dict[str, dict[str, Entered]] = {}
    for rule in register_rules(dataset):
        said = made.setdefault(rule.register, {})
        for part, (period, source) in parts.items():
            context = work.context(dataset, period, references)
            said[part] = entered(rule.enter(source.extracted.cells, source.extracted.rows, context))
        lists = rule.enter_lists(work.context(dataset, "", references))
        said |= {name: entered(entries) for name, entries in lists.items()}
    months = {name: (parts[name][0],) if name in parts else () for said in made.values() for name in said}
    desk = Desk(work.private / "no-decisions.toml")
    found = standing(dataset, made, {}, desk=desk, sources=Received(months, public=(), applied={}))
    return {name: dict(entries) for name, entries in found.combined.items()}


def _tell(told: Trial, feed: Feed, period: Period, table: RawTable, result: BuildResult) -> None:
    """Add what became of the rows of one part."""
    first: dict[int, str] = {}
    for each in result.report.quarantined:
        column = feed.in_words(each.column) if each.column else ""
        told.by_column[column, each.code] += 1
        first.setdefault(each.row, f"quarantined: {each.code}{f' in {column}' if column else ''}")
    for account in result.report.accounts:
        if account.outcome is Outcome.QUARANTINED:
            told.bad[account.reason] += account.rows
        elif account.outcome is Outcome.WITHHELD:
            told.withheld[account.reason] += account.rows
    readable, total = _readable(feed, table)
    before = told.months.get(period or NO_PERIOD, Month())
    whole = None if total is None else total + (before.total or 0)
    told.months[period or NO_PERIOD] = Month(before.read + readable, before.bad + len(first), whole)
    reasons = [
        account.reason for account in result.report.accounts if account.outcome is Outcome.WITHHELD and account.rows
    ]
    held = f"withheld: {reasons[0]}" if len(reasons) == 1 else "withheld by a rule"
    published = set(result.table.row.tolist())
    for row in sorted({*table.row.tolist(), *first})[: _FATES - len(told.fates)]:
        told.fates.append(Fate(row, "published" if row in published else first.get(row, held)))


def _readable(feed: Feed, table: RawTable) -> tuple[int, Decimal | None]:
    """Return how many rows have a readable date and amount, and their sum, None for a feed without amounts."""
    mask = np.ones(len(table), np.bool_)
    for name in feed.dates[:1]:
        mask &= filled(days(table.cells[name], time_allowed=True))
    if not feed.amounts:
        return int(mask.sum()), None
    amounts = [money(text) if text else None for text in _texts(table.cells[feed.amounts[0]])]
    good = [Decimal(amount) for amount, fits in zip(amounts, mask.tolist(), strict=True) if fits and amount]
    return len(good), sum(good, Decimal(0))


def _texts(column: pa.Array) -> list[str | None]:
    texts: list[str | None] = plain(column).to_pylist()
    return texts
