"""Which rows the referee sees: some of all, and one for each value of each closed list."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.validate.column import Column

    Positions = npt.NDArray[np.int64]


def chosen_rows(columns: Sequence[Column], strata: Sequence[int], *, size: int, salt: str) -> Positions:
    """Return the positions of the rows to look at, ascending; the same rows and salt give the same choice.

    They are ``size`` rows by lot, and for each value (the blank among them) that occurs in the columns ``strata`` a row
    by lot.  The lot is drawn with ``salt``: whoever orders the rows does not choose.
    """
    seed = int.from_bytes(hashlib.sha256(salt.encode()).digest())
    drawn: Positions = np.random.default_rng(seed).permutation(columns[0].length)
    chosen = [drawn[:size]]
    for number in strata:
        codes = _codes(columns[number])
        of_each = np.full(codes.max(initial=0) + 1, -1)
        of_each[codes[drawn]] = drawn  # the last one drawn of each stays
        chosen.append(of_each[of_each >= 0])
    return np.unique(np.concatenate(chosen))


def _codes(column: Column) -> Positions:
    """Return a number for the value of each row, 0 for the blank."""
    indices = column.values.dictionary_encode().indices if column.indices is None else column.indices
    codes: Positions = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes + 1
