"""One derived dataset of one run: what its inputs released is counted again where it differs from what was counted.

A period whose input was withdrawn is withdrawn with it.  Between an input and what is derived from it a run may be
killed: the next one compares the same receipts and finishes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pipeline.build.decided.desk import lost_decisions, remembering, signed, to_remember
from pipeline.build.decided.notes import CHECKED_AGAIN, is_same, note_of
from pipeline.build.derived.derivation import draft_of, product_of
from pipeline.build.derived.due import asked_of, missing, stale_of
from pipeline.build.derived.waits import let_in, waiting_for
from pipeline.build.drafted import completed
from pipeline.build.due import reasons_in_words
from pipeline.build.outcome import Outcome
from pipeline.build.protected.recovered import hold_recovered
from pipeline.build.protected.withdrawn import history_of_made, withdraw_made
from pipeline.build.remember import folders, keep
from pipeline.build.run_context import digest
from pipeline.build.tried import tried
from pipeline.columns.arrays import plain
from pipeline.errors import PipelineError, several
from pipeline.model.periods import ranges
from pipeline.model.release import INPUT_WITHDRAWN
from pipeline.release.change_log import withdrawal
from pipeline.release.leak_scan import Watched
from pipeline.storage.state import MonthState, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.build.derived.due import Asked, Wanted
    from pipeline.build.run_context import Workplace
    from pipeline.extract.reference import References
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.release import ChangeNote
    from pipeline.release.change_log import Why


def run_derived(work: Workplace, dataset: Dataset, inputs: Mapping[str, Outcome]) -> Outcome:
    """Return what became of a derived ``dataset``; ``inputs`` are what became of those that it is made from.

    An error stops it and leaves its releases as they are; so does an input of which nothing can be said.
    """
    state = tried(lambda: work.store.state(dataset.name))
    if isinstance(state, PipelineError):
        return _untouched(dataset, State(), state)
    desk = remembering(signed(work, dataset), state.decided)
    work = replace(work, settings=replace(work.settings, desk=desk))
    unknown = [name for name, outcome in inputs.items() if outcome.error and not outcome.state.months]
    if unknown:
        remark = f"it stays as it is: nothing can be said of {' and '.join(unknown)}"
        return replace(_untouched(dataset, state), remarks=(remark,))
    outcome = tried(partial(_run, work, dataset, state, inputs))
    return _untouched(dataset, state, outcome) if isinstance(outcome, PipelineError) else outcome


def _untouched(dataset: Dataset, state: State, error: PipelineError | None = None) -> Outcome:
    return Outcome(dataset=dataset, state=state, built={}, changed=False, error=error, before=state)


def _run(work: Workplace, dataset: Dataset, state: State, inputs: Mapping[str, Outcome]) -> Outcome:
    references = work.references(dataset)
    asked = asked_of(work, dataset, state, inputs, references)
    stale = {period: why for period, wanted in asked.wanted.items() if (why := stale_of(work, dataset, state, wanted))}
    months = {period: month_state for period, month_state in state.months.items() if period in asked.stay}
    errors: list[PipelineError] = []
    for number, (period, why) in enumerate(reversed(stale.items()), 1):
        work.say(f"building {dataset.name} {period}: {reasons_in_words(why)} ({number} of {len(stale)})")
        wanted, before = asked.wanted[period], months.get(period)
        made = tried(partial(_built, work, dataset, wanted, before, inputs=inputs, references=references))
        if isinstance(made, PipelineError):
            errors.append(made)
        else:
            months[period] = made
    desk = work.settings.desk
    months = let_in(desk, dataset.name, state.months, months)
    months, _ = hold_recovered(desk, dataset.name, state.months, months)
    withdrawn = {period: month_state for period, month_state in state.months.items() if period not in asked.stay}
    notes = (*_notes(work, dataset, state, months, stale), *_withdrawals(work, withdrawn))
    taken = withdraw_made(work, dataset, months)
    months = taken.months
    seen = history_of_made(work, dataset, months, (*asked.aside, *(note.month for note in taken.notes)))
    new = replace(
        state,
        months=dict(sorted(months.items())),
        changes=(*state.changes, *notes, *taken.notes),
        lacking=dict(missing(work, dataset, inputs, asked)),
        versions=seen.versions,
        findings=(*taken.findings, *lost_decisions(seen, months)),
        decided=to_remember(seen, months, state.decided),
    )
    if work.writes:
        keep(work, dataset, state, new)
    return Outcome(
        dataset=dataset,
        state=new,
        built={period: why for period, why in stale.items() if period in months},
        changed=new != state,
        lacking={period: asked.lacks(period) for period in asked.lacking if period not in withdrawn},
        remarks=tuple(_remarks(withdrawn, asked)),
        running=tuple(asked.running),
        aside=seen.let_go,
        error=several(errors) if errors else None,
        before=state,
    )


# --- what is built ------------------------------------------------------------------------------------


def _built(
    work: Workplace,
    dataset: Dataset,
    wanted: Wanted,
    before: MonthState | None,
    *,
    inputs: Mapping[str, Outcome],
    references: References,
) -> MonthState:
    """Return a period as it would be released."""
    product = product_of(work, dataset, wanted.period, wanted.releases, references=references)
    taken = folders([before]) if before else ()
    draft = draft_of(
        work,
        dataset,
        wanted.period,
        product,
        references=references,
        number=digest([dict(wanted.inputs), dict(wanted.made_from), *taken])[:12],
        watched=partial(_watched, work, wanted, inputs),
    )
    built = draft.described(rows=product.table.rows, released_on=work.as_of, quality=product.quality)
    built = replace(built, made_from=dict(wanted.made_from))
    built = completed(work, dataset, built, draft, before)
    return MonthState(
        released=built,
        waiting=waiting_for(dataset.name, wanted.period, built, product.doubts),
        inputs=dict(wanted.inputs),
        made_from=dict(wanted.made_from),
        accounts=product.accounts,
        fed=dict(wanted.inputs),
    )


def _watched(work: Workplace, wanted: Wanted, inputs: Mapping[str, Outcome]) -> Iterator[Watched]:
    """Yield the identifying cells of the extracts that the inputs were made of, as far as these are there unchanged."""
    reader = work.reader
    for name, months in wanted.releases.items():
        dataset, state = inputs[name].dataset, inputs[name].state
        fed = {path: sha256 for month in months for path, sha256 in state.months[month].fed.items()}
        for feed in dataset.feeds:
            for path in reader.files(feed):
                if feed.source.whole or fed.get(path) == reader.sha256(feed, path):
                    for extracted in reader.watchlist(feed, path):
                        rows = np.arange(len(extracted.rows))
                        for column, cells in extracted.cells.items():
                            yield Watched(feed.name, column, rows, plain(cells))


# --- what is said -------------------------------------------------------------------------------------


def _notes(
    work: Workplace,
    dataset: Dataset,
    state: State,
    months: Mapping[Period, MonthState],
    stale: Mapping[Period, tuple[Why, ...]],
) -> Iterator[ChangeNote]:
    """Yield the lines of the change log for periods that take the place of their last release."""
    for period, month_state in sorted(months.items()):
        before = state.months.get(period)
        last = before.released if before else None
        if month_state.released and (last is None or not is_same(last, month_state.released)):
            reasons = stale.get(period, (CHECKED_AGAIN,))
            yield note_of(work, dataset.name, period, month_state.released, last=last, reasons=reasons)


def _withdrawals(work: Workplace, withdrawn: Mapping[Period, MonthState]) -> Iterator[ChangeNote]:
    for period, month_state in withdrawn.items():
        if month_state.released:
            yield withdrawal(period, work.as_of.isoformat(), rows=month_state.released.rows, reason=INPUT_WITHDRAWN)


def _remarks(withdrawn: Mapping[Period, MonthState], asked: Asked) -> Iterator[str]:
    for period, month_state in withdrawn.items():
        lacks = " and ".join(asked.lacks(period)) or "all that it was made from"
        if month_state.released:
            yield f"{INPUT_WITHDRAWN}: {period} is withdrawn: {lacks} is public no longer"
    for name, months in asked.untold.items():
        if months:
            yield f"the extracts of {name} {', '.join(ranges(months))} were never counted and are gone: bring them back"
