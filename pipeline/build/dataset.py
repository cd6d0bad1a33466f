"""One dataset of one run: look at what is there, build what is stale, accept what may be released, remember."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.build.candidate import CandidateRelease, candidate, unplaced, whole_sources
from pipeline.build.decided.approval import accept
from pipeline.build.decided.desk import lost_decisions, remembering, signed, to_remember
from pipeline.build.decided.notes import counted, notes_of_protections
from pipeline.build.decided.too_bad import refuse_too_bad
from pipeline.build.drafted import completed
from pipeline.build.due import in_words, stale_of, stays
from pipeline.build.inputs import DatasetInputs, Stale, Survey
from pipeline.build.outcome import Outcome
from pipeline.build.protected import retained as gone
from pipeline.build.protected.bearers import Bearers
from pipeline.build.protected.copied import copied_again
from pipeline.build.protected.damaged import guarded, mended
from pipeline.build.protected.kept_back import let_out, of_withdrawn, weakenings
from pipeline.build.protected.points import keep_points, left_places, own_references, with_points
from pipeline.build.protected.recovered import hold_recovered
from pipeline.build.protected.registers import weakened
from pipeline.build.protected.withdrawn import withdraw
from pipeline.build.received.aside import let_go
from pipeline.build.received.by_rows import named_by_rows
from pipeline.build.received.entering import without_released
from pipeline.build.received.history import with_released
from pipeline.build.received.taken import take
from pipeline.build.remember import keep
from pipeline.build.survey import read_as, sources_of, survey
from pipeline.build.tried import tried
from pipeline.errors import PipelineError, StorageError, several
from pipeline.extract.reference import References
from pipeline.storage.disclosure import save_disclosure
from pipeline.storage.lost import without_lost
from pipeline.storage.quarantine import row_numbers, save_quarantine
from pipeline.storage.state import MonthState, State
from pipeline.storage.supplier_review import KINDS, save_review

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pipeline.build.corridor import BuildResult
    from pipeline.build.run_context import Workplace
    from pipeline.model.accounts import Account
    from pipeline.model.declaration import Dataset
    from pipeline.model.findings import Finding
    from pipeline.model.periods import Period
    from pipeline.model.tables import Receipt


def run_dataset(work: Workplace, dataset: Dataset, *, only: Collection[Period] = ()) -> Outcome:
    """Return what became of ``dataset``; an error stops it and leaves its last releases as they are.

    New protections are carried out on what is public all the same: a faulty file keeps nobody exposed.
    """
    state = tried(lambda: work.store.state(dataset.name))
    if isinstance(state, PipelineError):
        return _untouched(dataset, State(), state)
    copied = copied_again(work, dataset, state)
    desk = remembering(signed(work, dataset), state.decided)
    work = replace(work, settings=replace(work.settings, desk=desk))
    found = tried(partial(mended, work, dataset, state))
    if isinstance(found, PipelineError):
        return _damaged(work, dataset, state, found)
    state = found.state
    inputs = tried(partial(_inputs_of, work, dataset, state, stopped=take(work, dataset, only)))
    if isinstance(inputs, PipelineError):
        return _untouched(dataset, state, inputs)
    if inputs is None:
        return Outcome(dataset=dataset, state=state, built={}, changed=False, before=state)
    made_good = (*copied, *found.remarks)
    inputs = replace(inputs, found=replace(inputs.found, remarks=(*made_good, *inputs.found.remarks)))
    outcome = tried(lambda: _run(inputs, state, {*only, *map(dataset.period.holding, only)}))
    if not isinstance(outcome, PipelineError):
        return replace(outcome, changed=outcome.changed or bool(made_good))
    stopped = tried(lambda: _stopped(inputs, state, outcome))
    return _untouched(dataset, state, several([outcome, stopped])) if isinstance(stopped, PipelineError) else stopped


def _untouched(dataset: Dataset, state: State, error: PipelineError) -> Outcome:
    return Outcome(dataset=dataset, state=state, built={}, changed=False, error=error, before=state)


def _damaged(work: Workplace, dataset: Dataset, state: State, error: PipelineError) -> Outcome:
    """Return a dataset that stopped because a register is lost: the others protect what is public all the same."""
    inputs = tried(lambda: _inputs_of(work, dataset, without_lost(state)))
    if inputs is None or isinstance(inputs, PipelineError):
        return _untouched(dataset, state, error)
    new = guarded(inputs, state)
    if work.writes:
        keep(work, dataset, state, new)
    return replace(_untouched(dataset, new, error), changed=new != state, before=state)


def _inputs_of(
    work: Workplace, dataset: Dataset, state: State, stopped: Sequence[PipelineError] = ()
) -> DatasetInputs | None:
    """Return what is there for a dataset, and its faults; nothing where a force has no such system yet.

    What ``stopped`` a service is a fault as well.
    """
    reader = work.reader_of(dataset)
    if not state.months and not any(reader.files(feed) for feed in dataset.feeds):
        if stopped:
            raise several(stopped)
        return None
    faults: list[PipelineError] = []
    references = References({})
    try:
        references = work.references(dataset)
    except PipelineError as error:
        faults.append(error)
    found = survey(dataset, state, reader, references, work)
    found = named_by_rows(work, dataset, state, reader, references, found=found)
    own, asked, lost = own_references(work, dataset, state, references)
    found = replace(found, faults=(*stopped, *faults, *found.faults, *lost), findings=(*found.findings, *asked))
    return DatasetInputs(
        work=work,
        dataset=dataset,
        reader=reader,
        found=found,
        references=references,
        points=own,
        months=state.months,
        withdrawn=state.kept_back,
        left=left_places(work, dataset),
    )


def _stopped(inputs: DatasetInputs, state: State, error: PipelineError) -> Outcome:
    """Return a stopped dataset whose public months are as protected as can be."""
    months, lost = gone.guard_each(inputs, state.months)
    notes = notes_of_protections(inputs, state.months, months)
    new = replace(
        state,
        receipts={**state.receipts, **_read_now(inputs.found, state)},
        declared=dict(_declared(inputs).items() & state.declared.items()),  # what has changed is read once more
        months=months,
        registers=inputs.found.registers,
        replaced=inputs.found.replaced,
        entered=inputs.found.entered,
        floors=_out(state, inputs.found, months).floors,
        weakenings=_out(state, inputs.found, months).weakenings,
        versions=inputs.found.history.versions,
        findings=_findings(inputs, state, months),
        decided=to_remember(inputs.found.history, months, state.decided),
        changes=(*state.changes, *counted(inputs, notes, months)),
    )
    if inputs.work.writes:
        keep(inputs.work, inputs.dataset, state, new)
    return Outcome(
        dataset=inputs.dataset,
        state=new,
        built={},
        changed=new != state,
        remarks=inputs.found.remarks,
        error=several([error, *(each for each in lost if str(each) not in str(error))]),
        before=state,
    )


def _declared(inputs: DatasetInputs) -> dict[str, str]:
    """Return a digest of each feed as it is read tonight."""
    work, dataset = inputs.work, inputs.dataset
    return {feed.name: read_as(work, dataset, inputs.references, feed) for feed in (*dataset.feeds, *dataset.watched)}


def _read_now(found: Survey, state: State) -> dict[str, Mapping[str, Receipt]]:
    """Return the receipts of each feed with those of tonight: the registers hold what these bytes say."""
    return {feed: {**state.receipts.get(feed, {}), **read} for feed, read in found.receipts.items()}


def _run(inputs: DatasetInputs, state: State, only: Collection[Period]) -> Outcome:
    work, dataset, found = inputs.work, inputs.dataset, inputs.found
    if found.faults:
        raise several(found.faults)
    base = work.made_from(dataset, inputs.references)
    stale, untouched = stale_of(inputs, state, base)
    running = {month for month in found.opened if not dataset.period.has_ended(month, work.as_of)}
    left = {each.month for each in stale if (only and each.month not in only) or stays(inputs, each.month, state)}
    stale = [each for each in stale if each.month not in left]
    months = let_go(found, {**state.months, **untouched})
    candidates = {
        each.month: _candidate(inputs, each, state, place=f"{number} of {len(stale)}")
        for number, each in enumerate(stale, start=1)
    }
    if work.writes:
        asked = {month: each.told.review for month, each in candidates.items()}
        save_review(work.private, dataset.name, asked, months, of=KINDS[dataset.asks_about])
    accounts_of_none = _unplaced(inputs, state, nowhere := unplaced(inputs))  # listed before anything can stop
    refuse_too_bad(inputs, months, candidates, nowhere)
    accepted = accept(inputs, months, candidates)
    months, held = hold_recovered(work.settings.desk, dataset.name, state.months, accepted.months)
    kept, lost = _keep_gone(inputs, months, left | accepted.rejected)
    notes = [each for each in accepted.notes if each.month not in held]
    notes += notes_of_protections(inputs, months, kept)
    withdrawals = withdraw(inputs, kept)
    times = let_out(dataset.name, stale, state.months, found)
    months = with_points(withdrawals.months, base, inputs.references)
    versions = with_released(found.history.versions, months.values(), work.as_of.isoformat())
    new = State(
        receipts=found.receipts,
        declared=_declared(inputs),
        registers=found.registers,
        replaced=without_released(found.replaced, found.entered, versions),
        entered=found.entered,
        floors=_out(state, found, months).floors,
        weakenings={**_out(state, found, months).weakenings, **times},
        kept_back=of_withdrawn(state, months),
        findings=_findings(inputs, state, months, *withdrawals.findings, times=times),
        decided=to_remember(found.history, months, state.decided),
        months=dict(sorted(months.items())),
        versions=versions,
        unplaced=accounts_of_none,
        changes=(*state.changes, *counted(inputs, notes, months), *withdrawals.notes),
        lacking={each: of for each, of in found.partial.items() if dataset.period.has_ended(each, work.as_of)},
    )
    if work.writes:
        keep_points(work, inputs.references)
        keep(work, dataset, state, new)
    return Outcome(
        dataset=dataset,
        state=new,
        built={each.month: each.reasons for each in stale},
        changed=new != state,
        lacking=found.lacking,
        remarks=found.remarks,
        before=state,
        aside=found.history.let_go,
        running=tuple(month for month in sorted(running) if month not in months or months[month].released is None),
        error=_still_lost(lost, months),
    )


def _out(state: State, found: Survey, months: Mapping[Period, MonthState]) -> Survey | State:
    """Return what knows the protections that a release is out with; while none is out, none is let go."""
    return found if any(each.released for each in months.values()) else state


def _findings(
    inputs: DatasetInputs,
    state: State,
    months: Mapping[Period, MonthState],
    *others: Finding,
    times: Mapping[str, int] = MappingProxyType({}),
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


def _candidate(inputs: DatasetInputs, stale: Stale, state: State, *, place: str) -> CandidateRelease:
    work, dataset = inputs.work, inputs.dataset
    work.say(f"building {dataset.name} {stale.month}: {in_words(stale.reasons)} ({place})")
    made = candidate(inputs, stale)
    if work.writes:
        known = inputs.found.numbers
        numbers = {row_numbers(path): known[path] for path in stale.inputs if path in known}
        save_quarantine(work.private, dataset.name, stale.month, made.told.quarantined, {**stale.inputs, **numbers})
        if made.told.suppressed:
            save_disclosure(work.private, dataset.name, stale.month, made.told.suppressed)
    built = completed(work, dataset, made.built, made.draft, state.months.get(stale.month))
    return _lighter(made)._replace(built=built)


def _lighter(made: CandidateRelease) -> CandidateRelease:
    """Return a candidate without the list of its bad rows, which is on disk now."""
    return made._replace(told=replace(made.told, quarantined=()))


def _keep_gone(
    inputs: DatasetInputs, before: Mapping[Period, MonthState], left: Collection[Period]
) -> tuple[dict[Period, MonthState], dict[Period, StorageError]]:
    """Return the months as protected as can be where they are not built, and the errors of those that are lost."""
    months = dict(before)
    lost = gone.protect_unbuilt(inputs, months, left)
    return months, lost


def _still_lost(lost: Mapping[Period, StorageError], months: Collection[Period]) -> PipelineError | None:
    """Return the error for the months that are lost and were not withdrawn."""
    errors = [error for month, error in lost.items() if month in months]
    return several(errors) if errors else None


def _unplaced(inputs: DatasetInputs, state: State, product: BuildResult | None) -> tuple[Account, ...]:
    if product is None:
        return state.unplaced
    told = product.told
    if inputs.work.writes and told.accounts != state.unplaced:
        save_quarantine(inputs.work.private, inputs.dataset.name, "none", told.quarantined, whole_sources(inputs))
    return told.accounts
