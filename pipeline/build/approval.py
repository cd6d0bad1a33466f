"""Which release of each month is public from now on: the one just built, unless it has to wait for an approval."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.build.shrinking import shrinks
from pipeline.model.findings import Finding
from pipeline.release.change_log import RULES, Why, note
from pipeline.storage.state import MonthState, Waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.build.candidate import CandidateRelease, DatasetInputs
    from pipeline.model.periods import Month
    from pipeline.model.release import ChangeNote
    from pipeline.storage.state import Built


def accept(
    inputs: DatasetInputs, months: dict[Month, MonthState], candidates: Mapping[Month, CandidateRelease]
) -> list[ChangeNote]:
    """Point each month to its newest release, unless that has to wait; return lines for the change log."""
    waiting = {month: each.waiting.built for month, each in months.items() if each.waiting and month not in candidates}
    rows = {month: each.released.rows for month, each in months.items() if each.released}
    rows |= {month: built.rows for month, built in waiting.items()}
    rows |= {month: each.built.rows for month, each in candidates.items()}
    notes: list[ChangeNote] = []
    for month in sorted({*candidates, *waiting}):
        made = candidates.get(month)
        built = made.built if made else waiting[month]
        last = months[month].released if month in months else None
        why = _must_wait(inputs, month, built, last=last, rows=rows)
        if not why and (last is None or not _is_same(last, built)):
            notes.append(note_of(inputs, month, built, last=last, made=made))
        months[month] = _month_state(months.get(month), made, built=built, why=why)
    return notes


def _is_same(last: Built, built: Built) -> bool:
    """Return whether the public sees no difference: the folder is the store's own business."""
    return replace(last, folder="", quality={}) == replace(built, folder="", quality={})


def _must_wait(
    inputs: DatasetInputs, month: Month, built: Built, *, last: Built | None, rows: Mapping[Month, int]
) -> tuple[Finding, ...]:
    """Return what a release has to wait for and nobody has settled."""
    settings = inputs.work.settings
    why = shrinks(month, built.rows, last=last.rows if last else None, others=rows, limits=settings.limits)
    name = inputs.dataset.name
    found = [Finding(code="shrank", dataset=name, periods=(month,), words=why, binds=built.csv_sha256)] if why else []
    return tuple(finding for finding in found if settings.desk.approval(finding) is None)


def note_of(
    inputs: DatasetInputs, month: Month, built: Built, *, last: Built | None, made: CandidateRelease | None
) -> ChangeNote:
    """Return the line of the change log for a month that takes the place of its last release."""
    reasons = made.stale.reasons if made else (Why("checked again", RULES),)
    store, name = inputs.work.store, inputs.dataset.name
    file = f"{name}-{month}.csv"
    return note(
        month,
        built.released_on,
        reasons,
        rows=built.rows,
        before=store.folder(name, last.folder) / file if last else None,
        after=(store.bench and store.bench.path(name, built.folder, file)) or store.folder(name, built.folder) / file,
    )


def _month_state(
    before: MonthState | None, made: CandidateRelease | None, *, built: Built, why: tuple[Finding, ...]
) -> MonthState:
    released = before.released if before else None
    now = released if why else built
    waits = Waiting(built=built, findings=why) if why else None
    if before is not None and made is None:
        return replace(before, released=now, waiting=waits)
    if made is None:  # a month without a candidate was remembered as waiting
        raise KeyError(built.folder)
    return MonthState(
        released=now,
        waiting=waits,
        inputs=dict(made.stale.inputs),
        made_from=dict(made.stale.made_from),
        accounts=made.told.accounts,
        bad=made.told.bad,
        restricted=made.told.applied,
    )
