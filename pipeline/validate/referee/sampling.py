"""Which rows the referee sees: chosen by what is in them, so that nobody and no order of rows can choose."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.columns.arrays import filled
from pipeline.columns.groups import edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from pipeline.validate.column import Column

    Hashes = npt.NDArray[np.uint64]
    Positions = npt.NDArray[np.int64]

_WORD = 8
#: Odd 64-bit constants of the splitmix generator: they spread every bit over the whole word.
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def chosen_rows(columns: Sequence[Column], strata: Sequence[int], *, size: int, salt: str) -> Positions:
    """Return the positions of the rows to look at, ascending.

    They are the ``size`` rows with the lowest hashes, and for each value (the blank among them) that occurs in
    the columns ``strata`` the row with the lowest.  The same rows and salt give the same choice.
    """
    hashes = row_hashes(columns, salt)
    lowest = np.argpartition(hashes, size)[:size] if 0 < size < len(hashes) else np.arange(len(hashes))
    chosen = [lowest if size else lowest[:0]]
    chosen += [_one_of_each(columns[number], hashes) for number in strata]
    return np.unique(np.concatenate(chosen))


def row_hashes(columns: Sequence[Column], salt: str) -> Hashes:
    """Return one number for each row, made from the salt and its cells, whatever stands in other rows.

    Not a digest: of a long text only the length and both ends count, which is enough to choose by.
    """
    total: Hashes = np.zeros(1, dtype=np.uint64)
    for number, column in enumerate(columns):
        seed = hashlib.sha256(f"{number} {salt}".encode()).digest()[:_WORD]
        # the last entry stands for an empty cell; mixed here, where each distinct value is mixed once
        cells = _mixed(np.append(_text_hashes(column.values), np.uint64(0)) ^ np.frombuffer(seed, dtype="<u8"))
        if column.indices is None:
            total = total + cells[:-1]
        else:
            total = total + cells[column.indices.fill_null(len(cells) - 1).to_numpy(zero_copy_only=False)]
    return _mixed(total)


def _text_hashes(values: pa.StringArray) -> Hashes:
    """Return a number for each text, made from its first and last eight bytes and its length; 0 for null."""
    first, last, length = edges(values)
    hashes = _mixed(_mixed(first + length.astype(np.uint64)) ^ last)
    return np.where(filled(values), hashes, np.uint64(0)) if values.null_count else hashes


def _mixed(words: Hashes) -> Hashes:
    words = (words ^ (words >> np.uint64(30))) * np.uint64(_MIX_1)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(_MIX_2)
    return words ^ (words >> np.uint64(31))


def _one_of_each(column: Column, hashes: Hashes) -> Positions:
    """Return for each value that occurs the position of its row with the lowest hash."""
    indices = column.values.dictionary_encode().indices if column.indices is None else column.indices
    codes = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
    lowest = np.full(int(codes.max(initial=0)) + 1, ~np.uint64(0))
    np.minimum.at(lowest, codes, hashes)
    candidates = np.flatnonzero(hashes == lowest[codes])
    return candidates[np.unique(codes[candidates], return_index=True)[1]]
