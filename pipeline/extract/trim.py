"""Trimming of whole columns: spaces and no-break spaces, not tabs; what is left empty becomes null."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_SPACE = 0x20
#: First and last byte of a no-break space in UTF-8; the last also ends other letters, which costs only time.
_FIRST, _LAST = 0xC2, 0xA0


def trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a `string` ``column`` with its cells trimmed, empty ones null."""
    if not any(_may_have_blanks(chunk) for chunk in column.chunks):
        return column
    text = pc.utf8_trim(column, BLANKS)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _may_have_blanks(texts: pa.StringArray) -> bool:
    """Return whether a text of ``texts`` is empty, or begins or ends with a byte that a blank has there."""
    return any(found.any() for found in _suspicions(texts))


def _suspicions(texts: pa.StringArray) -> Iterator[NDArray[np.bool_]]:
    _, offsets, data = texts.buffers()
    if offsets is None or data is None or not len(texts):
        return
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    filled = ends[1:] > ends[:-1]
    every = np.frombuffer(data, np.uint8)
    first, last = every[ends[:-1][filled]], every[ends[1:][filled] - 1]
    yield (first == _SPACE) | (first == _FIRST)
    yield (last == _SPACE) | (last == _LAST)
