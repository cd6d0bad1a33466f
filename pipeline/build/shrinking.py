"""Whether a built month may take the place of the last one: a month that shrinks waits for an approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model.periods import neighbour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.periods import Month
    from pipeline.settings.sections import Limits


def shrinks(month: Month, rows: int, *, last: int | None, others: Mapping[Month, int], limits: Limits) -> str:
    """Return why a release of ``rows`` rows has to wait, "" where it need not.

    ``last`` is the rows of its last release; a new month is compared with the mean of its neighbours, whose
    rows are in ``others``.
    """
    if last is not None:
        expected, what = float(last), "its last release"
    else:
        beside = [others[each] for each in (neighbour(month, -1), neighbour(month, 1)) if each in others]
        if not beside:
            return ""
        expected, what = sum(beside) / len(beside), "the months beside it"
    if rows < limits.shrink_share * expected and expected - rows >= limits.shrink_rows:
        return f"it holds {rows:,} rows, {what} {expected:,.0f}"
    return ""
