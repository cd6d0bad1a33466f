"""What was received for one dataset: files and their months, registers, which months are open and which are gone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.inputs import Survey
from pipeline.build.protected.bearers import Bearers
from pipeline.build.protected.registers import Sources, register_rules, standing, without_before
from pipeline.build.received.aside import Feeding, missed, still_rejected
from pipeline.build.received.entering import Entering, entering
from pipeline.build.received.history import history, refusal, snapshot_of, twice_and_elsewhere
from pipeline.build.received.mappings import mapping_findings, mapping_remarks
from pipeline.build.run_context import digest
from pipeline.build.tried import parted, tried
from pipeline.errors import PipelineError
from pipeline.extract.catalogue_records import reads_records
from pipeline.extract.partition import digest_of_rows, periods_of, receipt_of
from pipeline.model.periods import NO_PERIOD
from pipeline.model.tables import Receipt
from pipeline.storage.registers import entered

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from pipeline.build.run_context import Workplace
    from pipeline.extract.reader import Reader
    from pipeline.extract.reference import References
    from pipeline.model.context import Context
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.storage.state import MonthState, State


def survey_dataset(
    dataset: Dataset, state: State, reader: Reader, references: References, work: Workplace, *, snapshot: Period = ""
) -> Survey:
    """Return what is there for ``dataset``, reading only what is new or changed; a register is the ``snapshot`` named.

    A source that cannot be read is a fault; what the others say is entered all the same.
    """
    seen = history(work.settings.desk, dataset.name, state, work.as_of)
    look = _Look(reader, work.context(dataset, "", references), entering(state, seen))
    absent = _enter_lists(dataset, look)
    received = _received(dataset, state, references, work, look, snapshot=snapshot)
    own, partly, receipts, databases, held, numbers, faults = received
    refused = refusal(seen.findings)
    present = {path for feed in receipts.values() for path in feed}
    file_months = {path: month for files in own.values() for path, month in files.items()}
    rejected = still_rejected(seen, state.months, file_months)
    needed = own.keys() - _never_there(dataset, state, own)
    common = set.intersection(*(set(own[feed].values()) - partly.get(feed, {}).keys() for feed in needed))
    feeding = Feeding(file_months, rejected, common, own_only=dataset.period.register)
    missing = missed(state.months, present, seen, feeding)
    shown = Bearers(dataset, reader, look.context, receipts, state).shown
    sources = sources_of(dataset.period, receipts, state, state.months, absent)._replace(shown=shown)
    registers = look.entering.counting(dataset, rejected)
    stands = standing(dataset, registers, state.floors, desk=work.settings.desk, sources=sources)
    return Survey(
        own=own,
        receipts=receipts,
        registers={name: without_before(sources) for name, sources in look.entering.registers.items()},
        replaced=look.entering.still_replaced(),
        entered=look.entering.entered,
        combined=stands.combined,
        floors=stands.floors,
        weaker=stands.weaker,
        weakenings=stands.weakenings,
        findings=(*mapping_findings(dataset, work.settings.desk), *stands.findings, *seen.findings),
        remarks=(*_notes(dataset, receipts, work), *stands.remarks),
        databases=databases,
        held=held,
        numbers=numbers,
        opened=tuple(sorted(common - missing.keys())),
        gone=frozenset(missing),
        faults=(*faults, *([refused] if refused else ()), *stands.faults),
        history=seen,
        paused=frozenset(month for month, paths in missing.items() if paths <= seen.aside | rejected.keys()),
        rejected=rejected,
        partly=partly,
    )


def _never_there(dataset: Dataset, state: State, own: Mapping[str, Mapping[str, Period]]) -> set[str]:
    """Return the feeds that a force may do without and never had: where anything has gone, none is let off."""
    there = {path for files in own.values() for path in files}
    if any(not there.issuperset(month_state.inputs) for month_state in state.months.values()):
        return set()
    return {feed.name for feed in dataset.feeds if feed.can_be_absent and not own[feed.name]}


def _notes(dataset: Dataset, receipts: Mapping[str, Mapping[str, Receipt]], work: Workplace) -> Iterator[str]:
    """Yield what every run says of mappings, and of the extracts that are there."""
    yield from mapping_remarks(dataset, work.settings.desk)
    yield from (
        f"{path}: {receipt.note}" for feed in receipts.values() for path, receipt in feed.items() if receipt.note
    )


class _Received(NamedTuple):
    """Extracts of each feed with their months, what months lack, receipts; rows of databases, held, numbers; faults."""

    own: dict[str, Mapping[str, Period]]
    partly: dict[str, Mapping[Period, tuple[Period, ...]]]
    receipts: dict[str, Mapping[str, Receipt]]
    databases: dict[str, int]
    held: dict[str, str]
    numbers: dict[str, str]
    faults: list[PipelineError]


def _received(
    dataset: Dataset, state: State, references: References, work: Workplace, look: _Look, *, snapshot: Period
) -> _Received:
    """Return what the feeds of a dataset hold; one that cannot be read is a fault, and holds nothing."""
    name = partial(_snapshot, dataset, state, work, look) if not snapshot else lambda: snapshot
    own: dict[str, Mapping[str, Period]] = {}
    partly: dict[str, Mapping[Period, tuple[Period, ...]]] = {}
    receipts: dict[str, Mapping[str, Receipt]] = {}
    databases: dict[str, int] = {}
    held: dict[str, str] = {}
    numbers: dict[str, str] = {}
    faults: list[PipelineError] = []
    for feed in dataset.feeds:
        known = state.receipts.get(feed.name, {}) if _is_read(work, dataset, references, feed, state) else {}
        try:
            if feed.source.whole:
                database = _database(feed, work, look)
                own[feed.name], receipts[feed.name] = database.own, database.receipts
                databases[feed.source.whole] = database.rows
                held |= database.held
                numbers |= database.numbers
            else:
                let_in, unread = parted(_let_in(feed, look))
                came = _of_snapshot(let_in, name)
                read, refused = parted(_read(feed, came, known, look))
                named = {path: month for month, path, _ in came}
                own[feed.name] = {path: feed.period.holding(month) for path, month in named.items()}
                lacking = feed.period.lacking(named.values())
                partly[feed.name] = {period: months for period, months in lacking.items() if months}
                receipts[feed.name] = {receipt.path: receipt for receipt in read}
                faults += (*unread, *refused)
                seen = look.entering.history
                seen.findings.extend(twice_and_elsewhere(seen, named, receipts[feed.name], feed.period))
        except PipelineError as error:
            faults.append(error)
            own[feed.name], receipts[feed.name] = {}, {}
    for feed in dataset.watched:
        known = state.receipts.get(feed.name, {}) if _is_read(work, dataset, references, feed, state) else {}
        seen_by, refused = parted(_watched(feed, known, look))
        receipts |= {feed.name: {receipt.path: receipt for receipt in seen_by}} if seen_by else {}
        faults += refused
    return _Received(own, partly, receipts, databases, held, numbers, faults)


def _watched(feed: Feed, known: Mapping[str, Receipt], look: _Look) -> Iterator[Receipt | PipelineError]:
    """Yield the receipts of another dataset's files, and what is wrong with those that cannot be read.

    Its own dataset decides about them: whatever was received protects here, until another file takes its place.
    """
    files = tried(partial(look.reader.files, feed))
    if isinstance(files, PipelineError):
        yield files
        return
    for path, month in files.items():
        sha256 = tried(partial(look.reader.sha256, feed, path))
        if isinstance(sha256, PipelineError):
            yield sha256
        else:
            yield from _read(feed, [(month, path, sha256)], known, look)


def _is_read(work: Workplace, dataset: Dataset, references: References, feed: Feed, state: State) -> bool:
    """Return whether what the files of a feed entered is what they would enter today."""
    return state.declared.get(feed.name) == read_as(work, dataset, references, feed)


def read_as(work: Workplace, dataset: Dataset, references: References, feed: Feed) -> str:
    """Return a digest of all that decides what a source enters, beside its bytes."""
    base = work.made_from(dataset, references)
    return digest([repr(feed), *(base[name] for name in ("program", "settings", "code lists"))])


def _enter_lists(dataset: Dataset, look: _Look) -> set[str]:
    """Enter what lists of the force say, and return those that are not there."""
    absent: set[str] = set()
    for rule in register_rules(dataset):
        for name, entries in rule.enter_lists(look.context).items():
            look.entering.registers.setdefault(rule.register, {})[name] = entered(entries)
        absent.update(rule.absent_lists(look.context))
    return absent


def sources_of(
    kind: PeriodKind,
    receipts: Mapping[str, Mapping[str, Receipt]],
    state: State,
    months: Mapping[Period, MonthState],
    absent: Collection[str] = (),
) -> Sources:
    """Return what there is of a dataset, and what its months were made from."""
    return Sources(
        {path: periods_of(receipt, kind) for feed in receipts.values() for path, receipt in feed.items()},
        {path for month_state in months.values() if month_state.released for path in month_state.inputs},
        {month: month_state.restricted for month, month_state in months.items() if not month_state.input_gone},
        absent,
        state.weakenings,
    )


class _Database(NamedTuple):
    """A database: its months by what receipts call each, receipts, which events were held, row numbers, all rows."""

    own: dict[str, Period]
    receipts: dict[str, Receipt]
    held: dict[str, str]
    numbers: dict[str, str]
    rows: int


class _Look(NamedTuple):
    """What sources are looked at with: they are read, and what they say is entered."""

    reader: Reader
    context: Context
    entering: Entering


def _let_in(feed: Feed, look: _Look) -> Iterator[tuple[Period, str, str] | PipelineError]:
    """Yield the files that count, with their period and sha256, and what is wrong with those that cannot be read.

    A register's has no period yet.
    """
    for path, month in look.reader.files(feed).items():
        sha256 = tried(partial(look.reader.sha256, feed, path))
        if isinstance(sha256, PipelineError):
            yield sha256
        elif look.entering.history.admit("" if reads_records(feed) else feed.period.holding(month), path, sha256):
            yield month, path, sha256


def _snapshot(dataset: Dataset, state: State, work: Workplace, look: _Look) -> Period:
    """Return which snapshot the files of all feeds of a register are together."""
    let_in, _ = parted(tried(partial(tuple, _let_in(feed, look))) for feed in dataset.feeds)
    came = (file for found in let_in for file in parted(found)[0])
    return snapshot_of(dataset, state, work.as_of, {path: sha256 for _, path, sha256 in came})


def _of_snapshot(
    came: Sequence[tuple[Period, str, str]], snapshot: Callable[[], Period]
) -> list[tuple[Period, str, str]]:
    """Return the files with their period: a register's are one snapshot together."""
    return [(month or snapshot(), path, sha256) for month, path, sha256 in came]


def _read(
    feed: Feed, came: Sequence[tuple[Period, str, str]], known: Mapping[str, Receipt], look: _Look
) -> Iterator[Receipt | PipelineError]:
    """Yield the receipts of files, and what is wrong with others; what a new or changed one says is entered."""
    for month, path, sha256 in came:
        if path in known and known[path].sha256 == sha256:
            yield known[path]
            continue
        source = tried(partial(look.reader.read, feed, path, month))
        if isinstance(source, PipelineError):
            yield source
            continue
        look.entering.enter(feed, path, sha256, source, look.context, month=month)
        yield receipt_of(source)


def _database(feed: Feed, work: Workplace, look: _Look) -> _Database:
    """Return the months that exist in a database, each with a receipt of its own, and all its rows."""
    files = look.reader.files(feed)
    if not files:
        return _Database({}, {}, {}, {}, 0)
    path = feed.source.whole
    source = look.reader.read(feed, path, "")
    received = receipt_of(source)
    look.entering.enter(feed, path, received.sha256, source, look.context, month="")
    today = work.as_of.isoformat()
    kind = feed.period
    first = kind.number(kind.of_month(look.reader.first_month(feed)))
    last = kind.number(kind.of_day(work.as_of))
    own: dict[str, Period] = {}
    receipts: dict[str, Receipt] = {}
    held: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for month, rows in sorted(received.months.items()):
        if month == NO_PERIOD or not first <= kind.number(month) <= last:
            continue
        found = digest_of_rows(source, month, held_before=today, dated_by=feed.dated_by)
        if found.already:
            name = f"{path}#{month}"
            own[name] = month
            held[name] = found.held
            numbers[name] = found.numbers
            receipts[name] = Receipt(name, 0, found.rows, rows, {month: rows}, received.encoding)
    return _Database(own, receipts, held, numbers, received.rows)
