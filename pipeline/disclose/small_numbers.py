"""The small-number rule: counts of 1 to 7 are hidden, others rounded, and a total that would tell a hidden one goes.

Eight is the smallest count that is shown, as for the map points of data.police.uk.  What is asked of a total is whether
the bounds that the public can work out leave each hidden part anything from 1 to 7 (ONS, disclosure control for tables:
secondary suppression).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask

    Counts = NDArray[np.int64]

#: The smallest count that is shown, 0 apart.
SMALLEST: Final = 8
#: Counts are shown as multiples of this.
BASE: Final = 5
_HALF: Final = BASE // 2


class Shown(NamedTuple):
    """Counts as anybody may see them: ``figures`` are rounded, and 0 where ``hidden`` says that there is none."""

    figures: Counts
    hidden: Mask

    @property
    def low(self) -> Counts:
        """The least that each count can be."""
        return np.where(self.hidden, 1, np.where(self.figures, np.maximum(SMALLEST, self.figures - _HALF), 0))

    @property
    def high(self) -> Counts:
        """The most that each count can be; of a hidden one that is no total."""
        return np.where(self.hidden, SMALLEST - 1, np.where(self.figures, self.figures + _HALF, 0))


class Grouped(NamedTuple):
    """Parts and their totals as anybody may see them; ``tested`` totals were shown until ``failed`` ones went."""

    parts: Shown
    totals: Shown
    tested: int
    failed: int


def small_numbers(counts: Counts) -> Shown:
    """Return counts, each by itself: 0 is shown, 1 to 7 are hidden, others are the nearest multiple of 5."""
    hidden = (counts > 0) & (counts < SMALLEST)
    return Shown(np.where(hidden, 0, (counts + _HALF) // BASE * BASE), hidden)


def small_numbers_in_groups(parts: Counts, group: NDArray[np.int64], totals: Counts, *, is_open: bool) -> Grouped:
    """Return parts and the totals of their groups, totals hidden that would say more of a hidden part than 1 to 7.

    ``group`` is the position of each part's total.  Totals are counts of their own, never sums; an open one
    (``is_open``) may hold cases that are in no part.
    """
    shown, total = small_numbers(parts), small_numbers(totals)
    known = np.bincount(group, shown.hidden, minlength=len(totals)) > 0
    low, high = (_sum(group, bound, len(totals)) for bound in (shown.low, shown.high))
    # the hidden parts of a group have the same bounds, so what is left for one is left for each
    most = total.high - (low - 1)
    least = np.zeros_like(totals) if is_open else total.low - (high - (SMALLEST - 1))
    tested = known & ~total.hidden
    failed = tested & ((most < SMALLEST - 1) | (least > 1))
    hidden = Shown(np.where(failed, 0, total.figures), total.hidden | failed)
    return Grouped(shown, hidden, int(tested.sum()), int(failed.sum()))


def _sum(group: NDArray[np.int64], bounds: Counts, groups: int) -> Counts:
    found = np.zeros(groups, np.int64)
    np.add.at(found, group, bounds)
    return found
