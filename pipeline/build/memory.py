"""What is remembered of a dataset after a run, whether it finished or was stopped."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.build.decided.desk import lost_decisions, to_remember
from pipeline.build.decided.notes import counted
from pipeline.build.protected.bearers import Bearers
from pipeline.build.protected.kept_back import of_withdrawn, weakenings
from pipeline.build.protected.registers import weakened
from pipeline.build.received.entering import without_released
from pipeline.build.received.history import with_released
from pipeline.build.survey import read_as, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.build.inputs import DatasetInputs, Survey
    from pipeline.build.protected.withdrawn import Withdrawals
    from pipeline.model.accounts import Account
    from pipeline.model.findings import Finding
    from pipeline.model.periods import Period
    from pipeline.model.release import ChangeNote
    from pipeline.storage.state import MonthState, State


def stopped_state(
    inputs: DatasetInputs, state: State, months: Mapping[Period, MonthState], notes: Iterable[ChangeNote]
) -> State:
    """Return what is remembered where an error stopped the build: what was read protects, and nothing is new.

    What has changed in how a feed is read is read once more.
    """
    found = inputs.found
    read = {feed: {**state.receipts.get(feed, {}), **new} for feed, new in found.receipts.items()}
    return replace(
        _with_protections(inputs, state, months),
        receipts={**state.receipts, **read},
        declared=dict(_declared(inputs).items() & state.declared.items()),
        replaced=found.replaced,
        versions=found.history.versions,
        changes=(*state.changes, *counted(inputs, notes, months)),
    )


def finished_state(
    inputs: DatasetInputs,
    state: State,
    withdrawals: Withdrawals,
    months: Mapping[Period, MonthState],
    notes: Iterable[ChangeNote],
    *,
    times: Mapping[str, int],
    unplaced: tuple[Account, ...],
) -> State:
    """Return what is remembered of a run that came to its end; ``times`` says how often what was weaker was let out."""
    found, work, kind = inputs.found, inputs.work, inputs.dataset.period
    versions = with_released(found.history.versions, months.values(), work.as_of.isoformat())
    return replace(
        _with_protections(inputs, state, months, *withdrawals.findings, times=times),
        receipts=found.receipts,
        declared=_declared(inputs),
        replaced=without_released(found.replaced, found.entered, versions),
        kept_back=of_withdrawn(state, months),
        versions=versions,
        unplaced=unplaced,
        changes=(*state.changes, *counted(inputs, notes, months), *withdrawals.notes),
        lacking={each: of for each, of in found.partial.items() if kind.has_ended(each, work.as_of)},
    )


def _with_protections(
    inputs: DatasetInputs,
    state: State,
    months: Mapping[Period, MonthState],
    *findings: Finding,
    times: Mapping[str, int] = MappingProxyType({}),
) -> State:
    """Return the state with these months, what the registers hold now, and what waits beside the months."""
    found = inputs.found
    # what knows the protections that a release is out with; while none is out, none is let go
    out: Survey | State = found if any(each.released for each in months.values()) else state
    return replace(
        state,
        registers=found.registers,
        entered=found.entered,
        months=dict(sorted(months.items())),
        floors=out.floors,
        weakenings={**out.weakenings, **times},
        findings=_findings(inputs, state, months, *findings, times=times),
        decided=to_remember(found.history, months, state.decided),
    )


def _declared(inputs: DatasetInputs) -> dict[str, str]:
    """Return a digest of each feed as it is read tonight."""
    work, dataset = inputs.work, inputs.dataset
    return {feed.name: read_as(work, dataset, inputs.references, feed) for feed in (*dataset.feeds, *dataset.watched)}


def _findings(
    inputs: DatasetInputs,
    state: State,
    months: Mapping[Period, MonthState],
    *others: Finding,
    times: Mapping[str, int],
) -> tuple[Finding, ...]:
    """Return what of the dataset waits, beside its months, now that they are built; what was rejected passes."""
    found, desk = inputs.found, inputs.work.settings.desk
    context = inputs.work.context(inputs.dataset, "", inputs.references)
    shown = Bearers(inputs.dataset, inputs.reader, context, found.receipts, state).shown
    sources = sources_of(inputs.dataset.period, found.receipts, state, months)._replace(shown=shown)
    kept_back = weakened(inputs.dataset, found.weaker, found.registers, desk=desk, sources=sources)
    lost = lost_decisions(found.history, months)
    less = weakenings(inputs.dataset.name, months, desk, {**found.weakenings, **times})
    return (*map(desk.marked, (*kept_back, *less, *found.findings, *others)), *lost)
