"""What was received for one dataset: files and their months, registers, which months are open and which are gone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.registers import Registers, register_rules, standing
from pipeline.build.run_context import digest
from pipeline.columns.arrays import whole
from pipeline.errors import PipelineError
from pipeline.extract.database.database import Database
from pipeline.extract.partition import by_month, digest_of_rows, receipt_of, sha256_of
from pipeline.model.periods import NO_MONTH
from pipeline.model.tables import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.build.run_context import Workplace
    from pipeline.extract.reader import Reader
    from pipeline.extract.reference import References
    from pipeline.model.context import Context
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.findings import Finding
    from pipeline.model.periods import Month
    from pipeline.storage.state import State


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survey:
    """What is there now, and what was remembered of it.

    ``own`` are each feed's files by month; ``receipts`` each feed's by path; ``registers`` what each source
    entered, by register and path, sources that have gone included, and ``combined`` the strongest entry of each
    reference.  ``databases`` are the rows of each by path, ``held`` says by path of a month which of its events have
    been held, ``numbers`` is a digest of the numbers that its rows have now.
    """

    own: Mapping[str, Mapping[Month, str]]
    receipts: Mapping[str, Mapping[str, Receipt]]
    registers: Registers
    combined: Mapping[str, Mapping[str, str]]
    opened: tuple[Month, ...]
    gone: frozenset[Month]
    databases: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[PipelineError, ...] = ()
    floors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()

    def inputs(self, dataset: Dataset, month: Month) -> dict[str, str]:
        """Return the sha256 by path of every extract that feeds a month: its own and later ones with late rows."""
        found: dict[str, str] = {}
        for feed in dataset.feeds:
            own = self.own[feed.name].get(month)
            for path in {*([own] if own else []), *self.late(feed, month)}:
                found[path] = self.receipts[feed.name][path].sha256
        return dict(sorted(found.items()))

    @property
    def file_months(self) -> dict[str, Month]:
        """The months of the extracts, by path."""
        return {path: month for files in self.own.values() for month, path in files.items()}

    @property
    def lacking(self) -> dict[Month, tuple[str, ...]]:
        """The months that some feeds have a file of and others have none, with the feeds that have none."""
        every = sorted({month for files in self.own.values() for month in files} - set(self.opened) - self.gone)
        return {month: tuple(feed for feed, files in self.own.items() if month not in files) for month in every}

    def late(self, feed: Feed, month: Month) -> tuple[str, ...]:
        """Return the later files of a feed that hold rows of ``month``."""
        months = {path: own for own, path in self.own[feed.name].items()}
        receipts = self.receipts[feed.name]
        return tuple(path for path in by_month(receipts, month) if months.get(path, "") > month)

    def openness(self, dataset: Dataset, month: Month) -> str:
        """Return a digest of which earlier months the late rows of this month's own files can go to."""
        earlier = {
            each: each in self.opened
            for feed in dataset.feeds
            if month in self.own[feed.name]
            for each in self.receipts[feed.name][self.own[feed.name][month]].months
            if each != NO_MONTH and each < month
        }
        return digest(earlier)


def survey(dataset: Dataset, state: State, reader: Reader, references: References, work: Workplace) -> Survey:
    """Return what is there for ``dataset``, reading only what is new or changed.

    A source that cannot be read is a fault; what the others say is entered all the same.
    """
    look = _Look(reader, work.context("", references), _copied(state.registers), [])
    for rule in register_rules(dataset):
        for name, entered in rule.enter_lists(look.context).items():
            look.registers.setdefault(rule.register, {})[name] = dict(entered)
    own: dict[str, Mapping[Month, str]] = {}
    receipts: dict[str, Mapping[str, Receipt]] = {}
    databases: dict[str, int] = {}
    held: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for feed in dataset.feeds:
        known = state.receipts.get(feed.name, {}) if state.declared.get(feed.name) == digest(repr(feed)) else {}
        try:
            if isinstance(feed.source, Database):
                database = _database(feed, reader, work)
                own[feed.name], receipts[feed.name] = database.own, database.receipts
                databases[feed.source.path] = database.rows
                held |= database.held
                numbers |= database.numbers
            else:
                own[feed.name] = reader.files(feed)
                receipts[feed.name] = _files(feed, own[feed.name], known, look)
        except PipelineError as error:
            look.faults.append(error)
            own[feed.name], receipts[feed.name] = {}, {}
    present = {path for feed in receipts.values() for path in feed}
    gone = frozenset(
        month
        for month, each in state.months.items()
        if each.released and any(path not in present for path in each.inputs)
    )
    months = {path: set(receipt.months) - {NO_MONTH} for feed in receipts.values() for path, receipt in feed.items()}
    stands = standing(dataset, look.registers, state.floors, desk=work.settings.desk, months=months)
    common = set.intersection(*(set(files) for files in own.values()))
    return Survey(
        own=own,
        receipts=receipts,
        registers=look.registers,
        combined=stands.combined,
        floors=stands.floors,
        findings=stands.findings,
        remarks=stands.remarks,
        databases=databases,
        held=held,
        numbers=numbers,
        opened=tuple(sorted(common - gone)),
        gone=gone,
        faults=(*look.faults, *stands.faults),
    )


class _Database(NamedTuple):
    """The months of a database by name, their receipts, which events have been held, row numbers, and all its rows."""

    own: dict[Month, str]
    receipts: dict[str, Receipt]
    held: dict[str, str]
    numbers: dict[str, str]
    rows: int


class _Look(NamedTuple):
    """What is gathered while sources are looked at."""

    reader: Reader
    context: Context
    registers: Registers
    faults: list[PipelineError]


def _copied(registers: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Registers:
    return {name: {path: dict(entered) for path, entered in paths.items()} for name, paths in registers.items()}


def _files(feed: Feed, own: Mapping[Month, str], known: Mapping[str, Receipt], look: _Look) -> dict[str, Receipt]:
    found: dict[str, Receipt] = {}
    for month, path in own.items():
        try:
            if path in known and known[path].sha256 == sha256_of(look.reader.root, path):
                found[path] = known[path]
                continue
            source = look.reader.read(feed, path, month)
        except PipelineError as error:
            look.faults.append(error)
            continue
        found[path] = receipt_of(source)
        cells = {name: whole(source.extracted.cells.column(name)) for name in feed.used}
        for rule in feed.rules:
            look.registers.get(rule.register, {}).pop(path, None)
        for rule in feed.rules:
            if rule.register:
                entered = dict(rule.enter(cells, source.extracted.rows, replace(look.context, month=month)))
                look.registers.setdefault(rule.register, {}).setdefault(path, {}).update(entered)
    return found


def _database(feed: Feed, reader: Reader, work: Workplace) -> _Database:
    """Return the months that exist in a database, each with a receipt of its own, and all its rows."""
    files = reader.files(feed)
    if not files:
        return _Database({}, {}, {}, {}, 0)
    path = files[""]
    source = reader.read(feed, path, "")
    received = receipt_of(source)
    today = work.as_of.isoformat()
    first = work.settings.engagement.first_month
    own: dict[Month, str] = {}
    receipts: dict[str, Receipt] = {}
    held: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for month, rows in sorted(received.months.items()):
        if month == NO_MONTH or not first <= month <= today[:7]:
            continue
        found = digest_of_rows(source, month, held_before=today, dated_by=feed.dated_by)
        if found.already:
            name = f"{path}#{month}"
            own[month] = name
            held[name] = found.held
            numbers[name] = found.numbers
            receipts[name] = Receipt(name, 0, found.rows, rows, {month: rows}, received.encoding)
    return _Database(own, receipts, held, numbers, received.rows)
