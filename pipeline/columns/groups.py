"""Rows that agree, and the ends of their texts as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import encoded, filled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
#: What `first_bytes` gives for an empty cell: it sorts behind every text.
NO_BYTES = np.iinfo(np.uint64).max
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
    """Return the first eight bytes of each text as a number that sorts as the text does; blanks last."""
    first = np.minimum(edges(text).first.byteswap(), NO_BYTES - np.uint64(1))
    return np.where(filled(text), first, NO_BYTES) if text.null_count else first


def alike(*text: pa.Array) -> NDArray[np.int64]:
    """Return the rows whose text begins with the same eight bytes as another row's: all equal ones are among them.

    Several arrays count as one behind the other.
    """
    first = np.concatenate([np.zeros(0, np.uint64), *map(first_bytes, text)])
    ordered = np.sort(first)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    found = pc.is_in(pa.array(first), value_set=pa.array(np.unique(again[again != NO_BYTES])))
    return np.flatnonzero(np.asarray(found))


class Edges(NamedTuple):
    """The first and the last eight bytes of each text as little-endian numbers, a short one filled up with zeros."""

    first: NDArray[np.uint64]
    last: NDArray[np.uint64]
    length: NDArray[np.int32]


def edges(text: pa.Array) -> Edges:
    """Return both ends of each text, and its length in bytes; of a blank anything."""
    _, offsets, data = text.buffers()
    if not len(text) or offsets is None:
        return Edges(np.zeros(0, np.uint64), np.zeros(0, np.uint64), np.zeros(0, np.int32))
    places = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    start, length = places[:-1], np.diff(places)
    short = np.flatnonzero(length < _WORD)
    first = _words(data, start)
    last = _words(data, np.maximum(start, places[1:] - _WORD))
    for ends in (first, last):
        ends[short] &= (np.uint64(1) << (_WORD * length[short]).astype(np.uint64)) - np.uint64(1)
    return Edges(first, last, length)


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
