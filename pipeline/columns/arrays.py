"""Whole columns of text: distinct values, masks.  No row is looked at alone.

A text column is an Arrow array of ``string`` or ``dictionary<int32, string>``; an empty cell is null.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


#: What is trimmed from a cell of an extract: spaces and no-break spaces, not tabs.
BLANKS = " \u00a0"


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return ``column`` as one array, its dictionaries made one."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    combined = column.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):  # an empty table has no chunk to combine
        return pa.array([], column.type) if combined.num_chunks == 0 else combined.chunk(0)
    return combined


def encoded(column: pa.Array) -> pa.DictionaryArray:
    """Return ``column`` as a dictionary of its distinct values."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def plain(column: pa.Array) -> pa.Array:
    """Return ``column`` as plain strings."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def mask_of(column: pa.Array) -> Mask:
    """Return a boolean Arrow array as a numpy mask, null counting as false."""
    mask: Mask = np.asarray(column.fill_null(False) if column.null_count else column)  # noqa: FBT003 - Arrow's signature
    return mask


def filled(column: pa.Array) -> Mask:
    """Return where ``column`` is not empty."""
    mask: Mask = np.asarray(pc.is_valid(column))
    return mask


def on_distinct(column: pa.Array, function: Callable[[str], str | None]) -> pa.DictionaryArray:
    """Return ``function`` of each cell, computed once per distinct value; null stays null."""
    source = encoded(column)
    results = pa.array([function(value) for value in source.dictionary.to_pylist()], pa.string())
    return through(source, results.dictionary_encode())


def through(source: pa.DictionaryArray, results: pa.DictionaryArray) -> pa.DictionaryArray:
    """Return the result of each cell of ``source``, given that of each of its distinct values."""
    indices = results.indices.take(source.indices)
    return pa.DictionaryArray.from_arrays(indices, results.dictionary)


def facts_of_distinct(column: pa.Array, function: Callable[[str], Any], *, dtype: Any, empty: Any) -> NDArray[Any]:  # noqa: ANN401 - any numpy type
    """Return ``function`` of each cell as a numpy array, ``empty`` where the cell is null."""
    source = encoded(column)
    values = np.array([function(value) for value in source.dictionary.to_pylist()] + [empty], dtype=dtype)
    positions = np.asarray(source.indices.fill_null(len(values) - 1))
    result: NDArray[Any] = values[positions]
    return result


def mask_on_distinct(column: pa.Array, test: Callable[[str], object]) -> Mask:
    """Return where a cell passes a ``test``, made once per distinct value; an empty cell does not."""
    return facts_of_distinct(column, lambda value: bool(test(value)), dtype=np.bool_, empty=False)


def constant(value: str | None, length: int) -> pa.DictionaryArray:
    """Return a column of one value."""
    if value is None:
        return pa.DictionaryArray.from_arrays(pa.nulls(length, pa.int32()), pa.array([], pa.string()))
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(length, np.int32)), pa.array([value]))


def where(mask: Mask, chosen: str | None, otherwise: pa.Array) -> pa.Array:
    """Return ``otherwise`` with ``chosen`` where ``mask`` is true."""
    if not mask.any():
        return otherwise
    replaced = pc.if_else(pa.array(mask), pa.scalar(chosen, pa.string()), plain(otherwise))
    return replaced.dictionary_encode()


def concatenated(columns: Sequence[pa.Array]) -> pa.Array:
    """Return ``columns`` one after the other."""
    return columns[0] if len(columns) == 1 else whole(pa.chunked_array(columns))


_Given = TypeVar("_Given")
_Made = TypeVar("_Made")

#: More would not be faster where two cores are usual, and each holds a column's worth of memory.
_HANDS = 2
#: Of fewer rows than these a column is done sooner than a thread begins.
_WORTH_A_THREAD = 20_000


def map_columns(function: Callable[[_Given], _Made], items: Iterable[_Given], *, rows: int) -> Iterator[_Made]:
    """Yield ``function`` of each item, in their order; the first error stops it.  Each is about so many ``rows``."""
    if rows < _WORTH_A_THREAD:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(_HANDS) as hands:
        yield from hands.map(function, items)
