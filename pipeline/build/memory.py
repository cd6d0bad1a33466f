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
    from pipeline.model.findings import Finding
    from pipeline.model.periods import Period
    from pipeline.model.reasons import Account
    from pipeline.model.release import ChangeNote
    from pipeline.storage.state import MonthState, State


def stopped_state(
    inputs: DatasetInputs, state: State, months: Mapping[Period, MonthState], notes: Iterable[ChangeNote]
) -> State:
    """Return the state after an error: with the new register entries, and without new releases.

    Feeds that are read otherwise than before are read again in the next run.
    """
    survey = inputs.survey
    read = {feed: {**state.receipts.get(feed, {}), **new} for feed, new in survey.receipts.items()}
    return replace(
        _with_protections(inputs, state, months),
        receipts={**state.receipts, **read},
        declared=dict(_declared(inputs).items() & state.declared.items()),
        replaced=survey.replaced,
        versions=survey.history.versions,
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
    """Return the state after a complete run; ``times`` counts how often each weakening was let out."""
    survey, work, kind = inputs.survey, inputs.work, inputs.dataset.period
    versions = with_released(survey.history.versions, months.values(), work.as_of.isoformat())
    return replace(
        _with_protections(inputs, state, months, *withdrawals.findings, times=times),
        receipts=survey.receipts,
        declared=_declared(inputs),
        replaced=without_released(survey.replaced, survey.entered, versions),
        kept_back=of_withdrawn(state, months),
        versions=versions,
        unplaced=unplaced,
        changes=(*state.changes, *counted(inputs, notes, months), *withdrawals.notes),
        lacking={period: months for period, months in survey.partial.items() if kind.has_ended(period, work.as_of)},
    )


def _with_protections(
    inputs: DatasetInputs,
    state: State,
    months: Mapping[Period, MonthState],
    *findings: Finding,
    times: Mapping[str, int] = MappingProxyType({}),
) -> State:
    """Return the state with the new periods, registers and findings."""
    survey = inputs.survey
    # what knows the protections that a release is out with; while none is out, none is let go
    out: Survey | State = survey if any(month_state.released for month_state in months.values()) else state
    return replace(
        state,
        registers=survey.registers,
        entered=survey.entered,
        months=dict(sorted(months.items())),
        floors=out.floors,
        weakenings={**out.weakenings, **times},
        findings=_findings(inputs, state, months, *findings, times=times),
        decided=to_remember(survey.history, months, state.decided),
    )


def _declared(inputs: DatasetInputs) -> dict[str, str]:
    """Return a digest of how each feed is read in this run."""
    work, dataset = inputs.work, inputs.dataset
    return {feed.name: read_as(work, dataset, inputs.references, feed) for feed in (*dataset.feeds, *dataset.watched)}


def _findings(
    inputs: DatasetInputs,
    state: State,
    months: Mapping[Period, MonthState],
    *others: Finding,
    times: Mapping[str, int],
) -> tuple[Finding, ...]:
    """Return the findings about the dataset that belong to no waiting period."""
    survey, desk = inputs.survey, inputs.work.settings.desk
    context = inputs.work.context(inputs.dataset, "", inputs.references)
    shown = Bearers(inputs.dataset, inputs.reader, context, survey.receipts, state).shown
    sources = sources_of(inputs.dataset.period, survey.receipts, state, months)._replace(shown=shown)
    kept_back = weakened(inputs.dataset, survey.weaker, survey.registers, desk=desk, sources=sources)
    lost = lost_decisions(survey.history, months)
    less = weakenings(inputs.dataset.name, months, desk, {**survey.weakenings, **times})
    return (*map(desk.marked, (*kept_back, *less, *survey.findings, *others)), *lost)
