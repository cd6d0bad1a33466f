"""One dataset of one run: survey its extracts, build stale periods, accept releases, keep the state."""

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
from pipeline.build.due import reasons_in_words, stale_of, stays
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
from pipeline.build.survey import survey_dataset
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
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.reasons import Account


def run_dataset(work: Workplace, dataset: Dataset, *, only: Collection[Period] = ()) -> Outcome:
    """Return the outcome of ``dataset``; an error stops it and leaves its last releases as they are.

    New protections are applied to public releases even then, so that a faulty file leaves nobody exposed.
    """
    state = tried(lambda: work.store.state(dataset.name))
    if isinstance(state, PipelineError):
        return _untouched(dataset, State(), state)
    copied = copied_again(work, dataset, state)
    desk = remembering(signed(work, dataset), state.decided)
    work = replace(work, settings=replace(work.settings, desk=desk))
    repair = tried(partial(mended, work, dataset, state))
    if isinstance(repair, PipelineError):
        return _damaged(work, dataset, state, repair)
    state = repair.state
    inputs = tried(partial(_inputs_of, work, dataset, state, stopped=take(work, dataset, only)))
    if isinstance(inputs, PipelineError):
        return _untouched(dataset, state, inputs)
    if inputs is None:
        return Outcome(dataset=dataset, state=state, built={}, changed=False, before=state)
    repairs = (*copied, *repair.remarks)
    inputs = replace(inputs, survey=replace(inputs.survey, remarks=(*repairs, *inputs.survey.remarks)))
    outcome = tried(lambda: _run(inputs, state, {*only, *map(dataset.period.holding, only)}))
    if not isinstance(outcome, PipelineError):
        return replace(outcome, changed=outcome.changed or bool(repairs))
    stopped = tried(lambda: _stopped(inputs, state, outcome))
    return _untouched(dataset, state, several([outcome, stopped])) if isinstance(stopped, PipelineError) else stopped


def _untouched(dataset: Dataset, state: State, error: PipelineError) -> Outcome:
    return Outcome(dataset=dataset, state=state, built={}, changed=False, error=error, before=state)


def _damaged(work: Workplace, dataset: Dataset, state: State, error: PipelineError) -> Outcome:
    """Return the outcome of a dataset whose register is lost; the other registers still protect its releases."""
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
    """Return the survey of a dataset and its surroundings, None if the force has no such system yet.

    Errors that ``stopped`` a service are faults of the survey.
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
    survey = survey_dataset(dataset, state, reader, references, work)
    survey = named_by_rows(work, dataset, state, reader, references, survey=survey)
    points, findings, errors = own_references(work, dataset, state, references)
    survey = replace(
        survey, faults=(*stopped, *faults, *survey.faults, *errors), findings=(*survey.findings, *findings)
    )
    return DatasetInputs(
        work=work,
        dataset=dataset,
        reader=reader,
        survey=survey,
        references=references,
        points=points,
        months=state.months,
        withdrawn=state.kept_back,
        left=left_places(work, dataset),
    )


def _stopped(inputs: DatasetInputs, state: State, error: PipelineError) -> Outcome:
    """Return the outcome of a stopped dataset after protecting its public releases wherever that was possible."""
    months, lost = guard_each(inputs, state.months)
    new = stopped_state(inputs, state, months, notes_of_protections(inputs, state.months, months))
    if inputs.work.writes:
        keep(inputs.work, inputs.dataset, state, new)
    return Outcome(
        dataset=inputs.dataset,
        state=new,
        built={},
        changed=new != state,
        remarks=inputs.survey.remarks,
        error=several([error, *(new_error for new_error in lost if str(new_error) not in str(error))]),
        before=state,
    )


def _run(inputs: DatasetInputs, state: State, only: Collection[Period]) -> Outcome:
    work, dataset, survey = inputs.work, inputs.dataset, inputs.survey
    if survey.faults:
        raise several(survey.faults)
    base = work.made_from(dataset, inputs.references)
    stale, left, months = _due(inputs, state, base, only)
    candidates, unplaced_accounts = _built(inputs, state, stale, months)
    accepted = accept(inputs, months, candidates)
    months, held = hold_recovered(work.settings.desk, dataset.name, state.months, accepted.months)
    kept, lost = protect_unbuilt(inputs, months, left | accepted.rejected)
    notes = [note for note in accepted.notes if note.month not in held]
    notes += notes_of_protections(inputs, months, kept)
    withdrawals = withdraw(inputs, kept)
    months = with_points(withdrawals.months, base, inputs.references)
    times = let_out(dataset.name, stale, state.months, survey)
    new = finished_state(inputs, state, withdrawals, months, notes, times=times, unplaced=unplaced_accounts)
    if work.writes:
        keep_points(work, inputs.references)
        keep(work, dataset, state, new)
    running = {month for month in survey.opened if not dataset.period.has_ended(month, work.as_of)}
    still_lost = [error for month, error in lost.items() if month in months]
    return Outcome(
        dataset=dataset,
        state=new,
        built={stale_month.month: stale_month.reasons for stale_month in stale},
        changed=new != state,
        lacking=survey.lacking,
        remarks=survey.remarks,
        before=state,
        aside=survey.history.let_go,
        running=tuple(month for month in sorted(running) if month not in months or months[month].released is None),
        error=several(still_lost) if still_lost else None,
    )


def _due(
    inputs: DatasetInputs, state: State, base: Mapping[str, str], only: Collection[Period]
) -> tuple[list[Stale], set[Period], dict[Period, MonthState]]:
    """Return the periods to build, the periods that are due but not built, and the states of all periods."""
    stale, untouched = stale_of(inputs, state, base)
    left = {
        stale_month.month
        for stale_month in stale
        if (only and stale_month.month not in only) or stays(inputs, stale_month.month, state)
    }
    months = let_go(inputs.survey, {**state.months, **untouched})
    return [stale_month for stale_month in stale if stale_month.month not in left], left, months


def _built(
    inputs: DatasetInputs, state: State, stale: Sequence[Stale], months: Mapping[Period, MonthState]
) -> tuple[dict[Period, CandidateRelease], tuple[Account, ...]]:
    """Return the candidate releases, and the account of rows without a period; raise if too many rows are bad."""
    work, name = inputs.work, inputs.dataset.name
    candidates = {
        stale_month.month: _candidate(inputs, stale_month, state, place=f"{number} of {len(stale)}")
        for number, stale_month in enumerate(stale, start=1)
    }
    if work.writes:
        questions = {month: candidate.report.review for month, candidate in candidates.items()}
        save_review(work.private, name, questions, months, of=KINDS[inputs.dataset.asks_about])
    unplaced_accounts = _unplaced(inputs, state, nowhere := unplaced(inputs))  # listed before anything can stop
    refuse_too_bad(inputs, months, candidates, nowhere)
    return candidates, unplaced_accounts


def _candidate(inputs: DatasetInputs, stale: Stale, state: State, *, place: str) -> CandidateRelease:
    work, dataset = inputs.work, inputs.dataset
    work.say(f"building {dataset.name} {stale.month}: {reasons_in_words(stale.reasons)} ({place})")
    release = candidate(inputs, stale)
    if work.writes:
        known = inputs.survey.numbers
        numbers = {row_numbers(path): known[path] for path in stale.inputs if path in known}
        save_quarantine(
            work.private, dataset.name, stale.month, release.report.quarantined, {**stale.inputs, **numbers}
        )
        if release.report.suppressed:
            save_disclosure(work.private, dataset.name, stale.month, release.report.suppressed)
    built = completed(work, dataset, release.built, release.draft, state.months.get(stale.month))
    return release._replace(report=replace(release.report, quarantined=()), built=built)  # its bad rows are on disk


def _unplaced(inputs: DatasetInputs, state: State, product: BuildResult | None) -> tuple[Account, ...]:
    if product is None:
        return state.unplaced
    report = product.report
    if inputs.work.writes and report.accounts != state.unplaced:
        save_quarantine(inputs.work.private, inputs.dataset.name, "none", report.quarantined, whole_sources(inputs))
    return report.accounts
