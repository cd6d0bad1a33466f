"""Rows that agree, and the beginnings of their texts as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import encoded, filled

if TYPE_CHECKING:
    from numpy.typing import NDArray
#: What `first_bytes` gives for an empty cell: it sorts behind every text.
NO_BYTES = np.uint64(np.iinfo(np.uint64).max)
_WORD = 8


def groups(*columns: pa.Array) -> NDArray[np.int64]:
    """Return a number for each row, the same for rows that agree in every column (null equals null)."""
    code = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        part = encoded(column)
        width = len(part.dictionary) + 1
        code = code * width + np.asarray(part.indices.fill_null(width - 1)).astype(np.int64)
        # keep the numbers small, so that the next product cannot overflow
        _, code = np.unique(code, return_inverse=True)
        code = code.astype(np.int64)
    return code


def first_bytes(text: pa.Array) -> NDArray[np.uint64]:
    """Return the first eight bytes of each text as a number that sorts as the text does; blanks last.

    A shorter text is filled up with zeros.
    """
    _, offsets, data = text.buffers()
    if not len(text) or offsets is None:
        return np.full(len(text), NO_BYTES)
    places = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    first, length = _words(data, places[:-1]), np.diff(places)
    short = np.flatnonzero(length < _WORD)
    first[short] &= (np.uint64(1) << (_WORD * length[short]).astype(np.uint64)) - np.uint64(1)
    sorts = np.minimum(first.byteswap(), NO_BYTES - np.uint64(1))
    return np.where(filled(text), sorts, NO_BYTES) if text.null_count else sorts


def alike(*text: pa.Array) -> NDArray[np.int64]:
    """Return the rows whose text begins with the same eight bytes as another row's: all equal ones are among them.

    Several arrays count as one behind the other.
    """
    first = np.concatenate([np.zeros(0, np.uint64), *map(first_bytes, text)])
    ordered = np.sort(first)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    found = pc.is_in(pa.array(first), value_set=pa.array(np.unique(again[again != NO_BYTES])))
    return np.flatnonzero(np.asarray(found))


def _words(data: pa.Buffer | None, places: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return the eight bytes from each place on, zeros beyond the end of ``data``."""
    if data is None or len(data) < _WORD:
        data = pa.py_buffer((data.to_pybytes() if data else b"").ljust(_WORD, b"\0"))
    words = np.ndarray(shape=(len(data) - _WORD + 1,), dtype="<u8", buffer=data, strides=(1,))
    inside = np.minimum(places, len(words) - 1)
    found = words[inside].astype(np.uint64)
    beyond = np.flatnonzero(inside != places)
    found[beyond] >>= (_WORD * (places - inside)[beyond]).astype(np.uint64)
    return found
