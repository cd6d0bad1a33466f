"""A table of counts by one thing and another, small numbers hidden."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.disclose.dimensions import Dimension, Standing
from pipeline.disclose.small_numbers import Shown, small_numbers, small_numbers_in_groups
from pipeline.model.counting import Counted, Counting, Suppressed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.disclose.dimensions import Count, Mean
    from pipeline.model.context import Context

    Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossTable(Counting):
    """Counts rows by every combination of its sides, zeros included; small numbers are hidden and others rounded.

    ``period`` is the published column of the period.  One of ``by`` may have a total, whose parts its places are; it is
    open unless ``closed`` says that each case stands in a part.  ``suppressed`` is the published column that says
    whether a count is hidden, "" where a blank one says it.  ``means`` are blank where the count is hidden.
    """

    period: str
    by: tuple[Dimension, ...]
    count_of: Count
    means: tuple[Mean, ...] = ()
    suppressed: str = ""
    closed: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """What sides, count and means read."""
        every = (*(each.reads for each in self.by), self.count_of.reads, *(each.reads for each in self.means))
        return tuple(dict.fromkeys(name for names in every for name in names))

    @property
    def makes(self) -> tuple[str, ...]:
        """Period, sides, count, means, and whether it is hidden."""
        sides = (each.into for each in self.by)
        last = (self.suppressed,) if self.suppressed else ()
        return (self.period, *sides, self.count_of.into, *(each.into for each in self.means), *last)

    @property
    def needs(self) -> tuple[str, ...]:
        """What sides look up."""
        return tuple(dict.fromkeys(name for each in self.by for name in each.needs))

    @property
    def placed(self) -> tuple[str, ...]:
        """The sides that a list has the places of."""
        return tuple(each.into for each in self.by if each.needs)

    def count(self, rows: Mapping[str, pa.Array], context: Context) -> Counted:
        """Return the cells of the period."""
        named = [(*each.places(context), *([each.total] if each.total else [])) for each in self.by]
        sizes = [len(places) for places in named]
        cells = self._cells(rows, sizes, context)
        size = int(np.prod(sizes))
        shown, suppressed = self._shown(self.count_of.counted(rows, cells, size), sizes)
        sides = list(zip(*product(*named), strict=True)) or [()] * len(named)
        columns = {self.period: pa.array([context.month] * size, pa.string())}
        columns |= {side.into: pa.array(texts, pa.string()) for side, texts in zip(self.by, sides, strict=True)}
        columns[self.count_of.into] = pa.array(shown.figures, mask=shown.hidden).cast(pa.string())
        columns |= {each.into: each.means(rows, cells, shown.hidden) for each in self.means}
        if self.suppressed:
            columns[self.suppressed] = pa.array(np.where(shown.hidden, "true", "false").tolist(), pa.string())
        return Counted(columns, suppressed)

    def _cells(self, rows: Mapping[str, pa.Array], sizes: Sequence[int], context: Context) -> Standing:
        """Return which rows stand in which cell: where they stand at a place of each side."""
        length = len(next(iter(rows.values())))
        found = Standing(np.arange(length), np.zeros(length, np.int64))
        for side, size in zip(self.by, sizes, strict=True):
            there = side.standing(rows, context)
            order = np.argsort(there.row, kind="stable")
            times = np.bincount(there.row, minlength=length)
            starts = np.cumsum(times) - times
            each = times[found.row]
            step = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
            place = there.place[order[np.repeat(starts[found.row], each) + step]]
            found = Standing(np.repeat(found.row, each), np.repeat(found.place, each) * size + place)
        return found

    def _shown(self, counts: Counts, sizes: Sequence[int]) -> tuple[Shown, Suppressed]:
        """Return what is shown of the counts, and how many were hidden."""
        with_total = [number for number, each in enumerate(self.by) if each.total]
        if not with_total:
            shown = small_numbers(counts)
            return shown, Suppressed(len(counts), int(shown.hidden.sum()))
        (side,) = with_total
        place = np.indices(sizes)[side].ravel()
        is_total = place == sizes[side] - 1
        numbers = np.cumsum(is_total) - 1  # the number of each total
        # a part's total is the cell at the last place of its side
        stride = int(np.prod(sizes[side + 1 :]))
        of = numbers[np.arange(len(counts)) + (sizes[side] - 1 - place) * stride]
        found = small_numbers_in_groups(counts[~is_total], of[~is_total], counts[is_total], is_open=not self.closed)
        figures, hidden = np.zeros_like(counts), np.zeros(len(counts), np.bool_)
        for chosen, each in ((~is_total, found.parts), (is_total, found.totals)):
            figures[chosen], hidden[chosen] = each.figures, each.hidden
        return Shown(figures, hidden), Suppressed(len(counts), int(hidden.sum()), found.tested, found.failed)
