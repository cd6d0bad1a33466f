"""Whole columns of text: trimming, distinct values, dates, amounts.  No row is looked at alone.

A text column is an Arrow array of ``string`` or ``dictionary<int32, string>``; an empty cell is null.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

#: What is trimmed from a cell of an extract: spaces and no-break spaces, not tabs.
BLANKS = " \u00a0"
DICTIONARY = pa.dictionary(pa.int32(), pa.string())
#: What `first_bytes` gives for an empty cell: it sorts behind every text.
NO_BYTES = np.iinfo(np.uint64).max
_FORMULA = ("=", "+", "-", "@", "\t")
_SHAPE = r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}/[0-9]{2}/[0-9]{4})"
_TIMED = r"(?: (?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?"
_DATE = re.compile(r"(?:(\d{4})-(\d{2})-(\d{2})|(\d{2})/(\d{2})/(\d{4}))", re.ASCII)
_TIME = re.compile(r" ([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_MONEY = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_MONEY_SLACK = Decimal("0.000001")
_PENNY = Decimal("0.01")
_MOST_DIGITS = 16
_WORD = 8


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
    return _through(source, results.dictionary_encode())


def _through(source: pa.DictionaryArray, results: pa.DictionaryArray) -> pa.DictionaryArray:
    indices = results.indices.take(source.indices)
    return pa.DictionaryArray.from_arrays(indices, results.dictionary)


def facts_of_distinct(column: pa.Array, function: Callable[[str], Any], *, dtype: Any, empty: Any) -> NDArray[Any]:  # noqa: ANN401 - any numpy type
    """Return ``function`` of each cell as a numpy array, ``empty`` where the cell is null."""
    source = encoded(column)
    values = np.array([function(value) for value in source.dictionary.to_pylist()] + [empty], dtype=dtype)
    positions = np.asarray(source.indices.fill_null(len(values) - 1))
    result: NDArray[Any] = values[positions]
    return result


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


def is_formula(column: pa.Array) -> Mask:
    """Return where a spreadsheet would run the text as a formula (formula injection)."""
    return facts_of_distinct(column, lambda text: text.startswith(_FORMULA), dtype=np.bool_, empty=False)


def civil_day(text: str, *, time_allowed: bool) -> dt.date | None:
    """Return the day that ``text`` names, or None: `YYYY-MM-DD` or `DD/MM/YYYY`, with ` HH:MM[:SS]` where allowed."""
    found = _DATE.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    if rest and not (time_allowed and _TIME.fullmatch(rest)):
        return None
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def days(column: pa.Array, *, time_allowed: bool) -> pa.DictionaryArray:
    """Return each cell's day as ISO text, null where it is no day."""
    source = encoded(column)
    # times are many and days are few: the shape of all is checked at once, then each day is looked at once
    shape = _SHAPE + (_TIMED if time_allowed else "")
    shaped = pc.match_substring_regex(source.dictionary, rf"\A{shape}\z")
    day = pc.if_else(shaped, pc.utf8_slice_codeunits(source.dictionary, 0, 10), None)
    return _through(source, on_distinct(day, _iso_day))


def _iso_day(text: str) -> str | None:
    found = civil_day(text, time_allowed=False)
    return found.isoformat() if found else None


def months(day_column: pa.Array) -> pa.DictionaryArray:
    """Return the `YYYY-MM` of a column of ISO days."""
    return on_distinct(day_column, lambda text: text[:7])


def money(text: str) -> str | None:
    """Return an amount in pounds and pence with two places, or None where ``text`` is none.

    Thousands commas and ``(…)`` for a negative are understood, nothing else; what lies within
    0.000001 of two places is that (binary fractions of workbooks).
    """
    bracketed = text.startswith("(") and text.endswith(")")
    digits = text[1:-1] if bracketed else text
    if not (_MONEY.fullmatch(digits) or _GROUPED.fullmatch(digits)) or (bracketed and digits.startswith("-")):
        return None
    if len(digits.partition(".")[0].replace(",", "").lstrip("-0")) > _MOST_DIGITS:
        return None
    exact = Decimal(digits.replace(",", ""))
    rounded = exact.quantize(_PENNY)
    if abs(exact - rounded) > _MONEY_SLACK:
        return None
    signed = -rounded if bracketed else rounded
    return f"{signed or abs(signed):.2f}"


def concatenated(columns: Sequence[pa.Array]) -> pa.Array:
    """Return ``columns`` one after the other."""
    return columns[0] if len(columns) == 1 else whole(pa.chunked_array(columns))


def first_bytes(text: pa.Array) -> NDArray[np.uint64]:
    """Return the first eight bytes of each text as a number that sorts as the text does; blanks last."""
    first = np.minimum(edges(text).first.byteswap(), NO_BYTES - np.uint64(1))
    return np.where(filled(text), first, NO_BYTES) if text.null_count else first


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
