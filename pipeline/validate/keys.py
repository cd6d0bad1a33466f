"""Keys that come more than once, over whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pyarrow as pa

    from pipeline.columns.arrays import Mask


class Repeats(NamedTuple):
    """Rows whose key an earlier row has (``again``), rows without any key (``empty``), first rows of repeated keys."""

    again: Mask
    empty: Mask
    first: npt.NDArray[np.int64]


def repeats(columns: Sequence[pa.Array], height: int) -> Repeats:
    """Return which rows repeat a key; a key is the values of ``columns``, in their types, null where unreadable.

    A key that is null throughout names nothing and repeats nothing.
    """
    codes = np.zeros(height, dtype=np.int64)
    empty = np.ones(height, dtype=np.bool_)
    for column in columns:
        encoded = column.dictionary_encode()
        part = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        empty &= part < 0
        # dense again after each column, so that the product never leaves 64 bits
        codes = np.unique(codes * (len(encoded.dictionary) + 1) + part + 1, return_inverse=True)[1]
    _, first, group = np.unique(codes, return_index=True, return_inverse=True)
    again = (first[group] != np.arange(height)) & ~empty
    return Repeats(again, empty, np.unique(first[group[again]]))
