"""Registers that are lost on the disk: read again from their sources where these are there, else their dataset stops.

While it is stopped, what the other registers say is carried out on what is public all the same.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.decided.notes import counted, notes_of_protections
from pipeline.build.protected.registers import register_rules
from pipeline.build.protected.retained import guard_each, looked_at_afresh
from pipeline.build.received.entering import Entering
from pipeline.build.received.history import History, snapshot_of
from pipeline.build.tried import tried
from pipeline.errors import PipelineError
from pipeline.extract.partition import receipt_of
from pipeline.extract.reader import anew
from pipeline.extract.reference import References
from pipeline.storage.lost import lost_registers
from pipeline.storage.registers import entered

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pipeline.build.inputs import DatasetInputs
    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Period
    from pipeline.storage.state import Registers, State


class Mended(NamedTuple):
    """A state whose registers are whole, and what is said of those that were not."""

    state: State
    remarks: tuple[str, ...] = ()


def mended(work: Workplace, dataset: Dataset, state: State) -> Mended:
    """Return a state with the registers that were lost read again, and have it on the disk.

    Raises:
        StorageError: one cannot be read again: its source has gone or is another one now, or it had none.
    """
    lost = lost_registers(state)
    if not lost:
        return Mended(state)
    again = _read_again(work, dataset, state, {error.source for error in lost})
    registers = {name: dict(sources) for name, sources in state.registers.items()}
    for error in lost:
        source = again.get(error.register, {}).get(error.source)
        if error.part != "registers" or source is None:
            raise error.error
        registers[error.register][error.source] = source
    whole = replace(state, registers=registers)
    if work.writes:
        work.store.remember(dataset.name, whole)
    words = "what it protects was lost from our memory, and is read again"
    return Mended(whole, tuple(f"{source}: {words}" for source in sorted({error.source for error in lost})))


def _read_again(work: Workplace, dataset: Dataset, state: State, sources: Collection[str]) -> Registers:
    """Return what those of some sources enter that are still what was entered, and lists as they are."""
    references = tried(lambda: work.references(dataset))
    context = work.context(dataset, "", References({}) if isinstance(references, PipelineError) else references)
    fresh = Entering({}, {}, {}, History())
    reader = work.reader
    for feed, month, path in _files(work, dataset):
        if path in sources and (sha256 := _as_entered(work, feed, path, month, state)):
            own = month or ("" if feed.source.whole else snapshot_of(dataset, state, work.as_of, {path: sha256}))
            source = tried(partial(reader.read, feed, path, own))
            if not isinstance(source, PipelineError):
                fresh.enter(feed, path, sha256, source, context, month=own)
    for rule in register_rules(dataset):
        for name, entries in rule.enter_lists(context).items():
            fresh.registers.setdefault(rule.register, {})[name] = entered(entries)
    return fresh.registers


def _files(work: Workplace, dataset: Dataset) -> Iterator[tuple[Feed, Period, str]]:
    """Yield the extracts that are there, each with its feed and its month; feeds that cannot be looked at have none."""
    for feed in (*dataset.feeds, *dataset.watched):
        found = tried(partial(work.reader.files, feed))
        for path, month in ({} if isinstance(found, PipelineError) else found).items():
            yield feed, month, path


def _as_entered(work: Workplace, feed: Feed, path: str, month: Period, state: State) -> str:
    """Return the sha256 of an extract that is what was entered last, "" where it is not."""

    def now() -> str:
        if feed.source.whole:
            return receipt_of(work.reader.read(feed, path, month)).sha256
        return feed.source.sha256(work.raw, path, anew)

    receipt = state.receipts.get(feed.name, {}).get(path)
    sha256 = tried(now)
    return sha256 if sha256 == state.entered.get(path, receipt.sha256 if receipt else "") else ""


def guarded(inputs: DatasetInputs, state: State) -> State:
    """Return a state whose months are as protected as ``inputs`` can make them; nothing else of it changes."""
    months = {
        month: looked_at_afresh(inputs, state.months[month], month_state)
        for month, month_state in guard_each(inputs, state.months)[0].items()
    }
    notes = counted(inputs, notes_of_protections(inputs, state.months, months), months)
    return replace(state, months=months, changes=(*state.changes, *notes))
