"""Lines for the public change log: of months that were built, of those that were only protected, and of registers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.model.release import WITHDRAWN
from pipeline.release.change_log import CORRECTED, Why, note
from pipeline.release.differences import Changes, entry_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.build.inputs import DatasetInputs
    from pipeline.build.run_context import Workplace
    from pipeline.model.periods import Period
    from pipeline.model.release import ChangeNote
    from pipeline.storage.state import Built, MonthState


#: Why a month goes out that was not built.
CHECKED_AGAIN = Why("checked again", CORRECTED)


def is_same(last: Built, built: Built) -> bool:
    """Return whether the public sees no difference: where it stands and what it was made from is our own business."""
    ours: dict[str, Any] = {"folder": "", "quality": {}, "made_from": {}, "points": "", "keys": "", "totals": None}
    return replace(last, **ours) == replace(built, **ours)


def note_of(
    work: Workplace, dataset: str, month: Period, built: Built, *, last: Built | None, reasons: Sequence[Why]
) -> ChangeNote:
    """Return the line of the change log for a month that takes the place of its last release."""
    store, file = work.store, f"{dataset}-{month}.csv"
    return note(
        month,
        built.released_on,
        reasons,
        rows=built.rows,
        before=store.folder(dataset, last.folder) / file if last else None,
        after=(store.bench and store.bench.path(dataset, built.folder, file))
        or store.folder(dataset, built.folder) / file,
    )


def notes_of_protections(
    inputs: DatasetInputs, before: Mapping[Period, MonthState], after: Mapping[Period, MonthState]
) -> list[ChangeNote]:
    """Return the lines of the change log for months that are public with new protections, and were not built."""
    return [
        note_of(
            inputs.work,
            inputs.dataset.name,
            month,
            now.released,
            last=before[month].released,
            reasons=(CHECKED_AGAIN,),
        )
        for month, now in after.items()
        if now.released and now.released != before[month].released
    ]


def counted(
    inputs: DatasetInputs, notes: Iterable[ChangeNote], months: Mapping[Period, MonthState]
) -> tuple[ChangeNote, ...]:
    """Return lines as they are written: those of a register count entries, against the snapshot before.

    Both are as they are public from now on, so that anybody can count the same.
    """
    if not inputs.dataset.period.register:
        return tuple(notes)
    return tuple(note if note.change == WITHDRAWN else _of_register(inputs, note, months) for note in notes)


def _of_register(inputs: DatasetInputs, line: ChangeNote, months: Mapping[Period, MonthState]) -> ChangeNote:
    public = {month: month_state.released for month, month_state in months.items() if month_state.released}
    earlier = max((month for month in public if month < line.month), default="")
    now, before = (_csv(inputs, month, public.get(month)) for month in (line.month, earlier))
    changes = entry_changes(before, now, inputs.dataset.entry) if now else Changes(0, 0, 0)
    added, removed, revised = map(str, changes)
    return line._replace(rows_added=added, rows_removed=removed, revised=revised)


def _csv(inputs: DatasetInputs, month: Period, built: Built | None) -> bytes | None:
    return inputs.work.store.csv(inputs.dataset.name, month, built) if built else None
