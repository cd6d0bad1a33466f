"""One dataset of one run: look at what is there, build what is stale, accept what may be released, remember."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pipeline.build.candidate import CandidateRelease, candidate, unplaced, whole_sources
from pipeline.build.decided.approval import accept
from pipeline.build.decided.desk import remembering, signed
from pipeline.build.decided.notes import notes_of_protections
from pipeline.build.decided.too_bad import refuse_too_bad
from pipeline.build.drafted import completed
from pipeline.build.due import in_words, stale_of, stays
from pipeline.build.inputs import DatasetInputs, Stale
from pipeline.build.memory import finished_state, stopped_state
from pipeline.build.outcome import Outcome
from pipeline.build.protected.copied import copied_again
from pipeline.build.protected.damaged import guarded, mended
from pipeline.build.protected.kept_back import let_out
from pipeline.build.protected.points import keep_points, left_places, own_references, with_points
from pipeline.build.protected.recovered import hold_recovered
from pipeline.build.protected.retained import guard_each, protect_unbuilt
from pipeline.build.protected.withdrawn import withdraw
from pipeline.build.received.aside import let_go
from pipeline.build.received.by_rows import named_by_rows
from pipeline.build.received.taken import take
from pipeline.build.remember import keep
from pipeline.build.survey import survey
from pipeline.build.tried import tried
from pipeline.errors import PipelineError, several
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
    from pipeline.model.periods import Period


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
    months, lost = guard_each(inputs, state.months)
    new = stopped_state(inputs, state, months, notes_of_protections(inputs, state.months, months))
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


def _run(inputs: DatasetInputs, state: State, only: Collection[Period]) -> Outcome:
    work, dataset, found = inputs.work, inputs.dataset, inputs.found
    if found.faults:
        raise several(found.faults)
    base = work.made_from(dataset, inputs.references)
    stale, left, months = _due(inputs, state, base, only)
    candidates, nowhere = _built(inputs, state, stale, months)
    accepted = accept(inputs, months, candidates)
    months, held = hold_recovered(work.settings.desk, dataset.name, state.months, accepted.months)
    kept, lost = protect_unbuilt(inputs, months, left | accepted.rejected)
    notes = [each for each in accepted.notes if each.month not in held]
    notes += notes_of_protections(inputs, months, kept)
    withdrawals = withdraw(inputs, kept)
    months = with_points(withdrawals.months, base, inputs.references)
    times = let_out(dataset.name, stale, state.months, found)
    new = finished_state(inputs, state, withdrawals, months, notes, times=times, unplaced=nowhere)
    if work.writes:
        keep_points(work, inputs.references)
        keep(work, dataset, state, new)
    running = {month for month in found.opened if not dataset.period.has_ended(month, work.as_of)}
    still_lost = [error for month, error in lost.items() if month in months]
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
        error=several(still_lost) if still_lost else None,
    )


def _due(
    inputs: DatasetInputs, state: State, base: Mapping[str, str], only: Collection[Period]
) -> tuple[list[Stale], set[Period], dict[Period, MonthState]]:
    """Return the months to build, those that are due and left as they are, and all months as they were."""
    stale, untouched = stale_of(inputs, state, base)
    left = {each.month for each in stale if (only and each.month not in only) or stays(inputs, each.month, state)}
    months = let_go(inputs.found, {**state.months, **untouched})
    return [each for each in stale if each.month not in left], left, months


def _built(
    inputs: DatasetInputs, state: State, stale: Sequence[Stale], months: Mapping[Period, MonthState]
) -> tuple[dict[Period, CandidateRelease], tuple[Account, ...]]:
    """Return the releases that the months would be, and the account of rows of no month; too many bad rows stop all."""
    work, name = inputs.work, inputs.dataset.name
    candidates = {
        each.month: _candidate(inputs, each, state, place=f"{number} of {len(stale)}")
        for number, each in enumerate(stale, start=1)
    }
    if work.writes:
        asked = {month: each.told.review for month, each in candidates.items()}
        save_review(work.private, name, asked, months, of=KINDS[inputs.dataset.asks_about])
    accounts_of_none = _unplaced(inputs, state, nowhere := unplaced(inputs))  # listed before anything can stop
    refuse_too_bad(inputs, months, candidates, nowhere)
    return candidates, accounts_of_none


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
    return made._replace(told=replace(made.told, quarantined=()), built=built)  # its bad rows are on disk


def _unplaced(inputs: DatasetInputs, state: State, product: BuildResult | None) -> tuple[Account, ...]:
    if product is None:
        return state.unplaced
    told = product.told
    if inputs.work.writes and told.accounts != state.unplaced:
        save_quarantine(inputs.work.private, inputs.dataset.name, "none", told.quarantined, whole_sources(inputs))
    return told.accounts
