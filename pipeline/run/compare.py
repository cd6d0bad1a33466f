"""What a plan says of rows: for each month that would change, those added, removed and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.release.differences import RowDifferences, differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.build.outcome import Outcome
    from pipeline.build.run_context import Workplace
    from pipeline.model.periods import Period
    from pipeline.storage.state import Built


class RowChange(NamedTuple):
    """The rows of one month: how many are public now and would be then, and how many differ; ``waits`` if it would.

    ``known`` is false where the rows could not be compared.
    """

    dataset: str
    month: Period
    now: int
    then: int
    added: int
    removed: int
    changed: int
    waits: bool
    known: bool = True


def row_changes(work: Workplace, outcomes: Sequence[Outcome]) -> Iterator[RowChange]:
    """Yield every month whose rows would be other ones than those that are public, dataset by dataset."""
    for outcome in outcomes:
        for month, before in outcome.before.months.items():
            if before.released and month not in outcome.state.months:
                rows = before.released.rows
                yield RowChange(outcome.dataset.name, month, rows, 0, 0, rows, 0, waits=False)
        for month, last, built, waits in changed_months(outcome):
            now = last.rows if last else 0
            found = compared(work, outcome, month, last, built)
            if found is None:
                counts = (max(built.rows - now, 0), max(now - built.rows, 0), 0)
            else:
                counts = (len(found.added), len(found.removed), len(found.changed[0]))
            yield RowChange(outcome.dataset.name, month, now, built.rows, *counts, waits=waits, known=found is not None)


def changed_months(outcome: Outcome) -> Iterator[tuple[Period, Built | None, Built, bool]]:
    """Yield each month with another release than the public one: that one, the new one, and whether it waits."""
    for month, each in outcome.state.months.items():
        before = outcome.before.months.get(month)
        last = before.released if before else None
        built = each.waiting.built if each.waiting else each.released
        if built is not None and (last is None or built.csv_sha256 != last.csv_sha256):
            yield month, last, built, each.waiting is not None


def compared(
    work: Workplace, outcome: Outcome, month: Period, last: Built | None, built: Built
) -> RowDifferences | None:
    """Return how the rows of a month would differ, None where one of the two files is not at hand."""
    name = outcome.dataset.name
    before = work.store.csv(name, month, last) if last else None
    after = work.store.csv(name, month, built)
    if after is None or (last is not None and before is None):
        return None
    return differences(before, after, next(iter(outcome.dataset.references.values()), ""))
