"""The two files of a release: deterministic CSV and Parquet of the same rows, in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.columns.arrays import plain, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.release.publishable import PublishableTable

_BLOCK_ROWS = 131_072
#: Joining more pairs than this once would not pay.
_MOST_PAIRS = 32_768
#: RFC 4180: a field with any of these is quoted.
_SPECIAL = '[,"\r\n]'
_SPECIAL_BYTES = b',"\r\n'


def csv_blocks(table: PublishableTable) -> Iterator[pa.Buffer]:
    """Yield the CSV in blocks: RFC 4180, UTF-8, no BOM, LF, quotes only where they are needed.

    Distinct values are quoted once and columns are joined whole; no row is looked at alone.
    """
    names = table.text.schema.names
    yield pa.py_buffer((",".join(_quote(pa.array(names)).to_pylist()) + "\n").encode())
    columns = _merged([_fields(whole(table.text.column(name))) for name in names])
    for start in range(0, table.rows, _BLOCK_ROWS):
        block = [plain(column.slice(start, _BLOCK_ROWS)) for column in columns]
        block[-1] = pc.binary_join_element_wise(block[-1], "", "\n", null_handling="replace")  # the line's end
        lines = _joined(block)
        _, offsets, data = lines.buffers()
        ends = memoryview(offsets).cast("i")
        yield data.slice(ends[lines.offset], ends[lines.offset + len(lines)] - ends[lines.offset])


def _joined(fields: Sequence[pa.Array]) -> pa.Array:
    return pc.binary_join_element_wise(*fields, ",", null_handling="replace") if len(fields) > 1 else fields[0]


def _merged(fields: Sequence[pa.Array]) -> list[pa.Array]:
    """Return fewer columns of the same text: neighbours whose cells recur together are joined once per pair."""
    merged: list[pa.Array] = []
    for field in fields:
        pair = _pair(merged[-1], field) if merged else None
        if pair is None:
            merged.append(field)
        else:
            merged[-1] = pair
    return merged


def _pair(left: pa.Array, right: pa.Array) -> pa.Array | None:
    """Return two columns as one with a comma between, or nothing where most of their pairs are different."""
    if not (pa.types.is_dictionary(left.type) and pa.types.is_dictionary(right.type)):
        return None
    width = len(right.dictionary) + 1  # a blank is the last
    codes = np.asarray(left.indices.fill_null(len(left.dictionary))).astype(np.int64) * width
    codes += np.asarray(right.indices.fill_null(width - 1))
    pairs = pa.array(codes).dictionary_encode()
    if len(pairs.dictionary) > _MOST_PAIRS:
        return None
    of_left, of_right = np.divmod(np.asarray(pairs.dictionary), width)
    texts = _joined([_at(left.dictionary, of_left), _at(right.dictionary, of_right)])
    return pa.DictionaryArray.from_arrays(pairs.indices, texts)


def _at(texts: pa.Array, places: NDArray[np.int64]) -> pa.Array:
    """Return the text at each place, none behind the last."""
    return texts.take(pa.array(places, mask=places == len(texts)))


def _quote(texts: pa.Array) -> pa.Array:
    if _least_byte(texts) > max(_SPECIAL_BYTES):  # references are many, and have none of these
        return texts
    needs = pc.match_substring_regex(texts, _SPECIAL)
    if not pc.any(needs).as_py():
        return texts
    doubled = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(needs, doubled, texts)


def _least_byte(texts: pa.Array) -> int:
    _, _, data = texts.buffers()
    return int(np.frombuffer(data, np.uint8).min(initial=255)) if data is not None else 255


def _fields(column: pa.Array) -> pa.Array:
    """Return a column as CSV fields, null where it is empty; distinct values are quoted once."""
    if not pa.types.is_dictionary(column.type):
        return _quote(column)
    return pa.DictionaryArray.from_arrays(column.indices, _quote(column.dictionary))


def parquet_blocks(table: PublishableTable, facts: Mapping[str, str]) -> Iterator[pa.Buffer]:
    """Yield the Parquet: zstd, real types, plain strings, no index, ``facts`` as its only metadata.

    A dictionary column keeps values that its rows no longer hold, so there is none.
    """
    sink = pa.BufferOutputStream()
    # a dictionary page is tried only where values recur: of a million different references it would be for nothing
    recurring = [name for name in table.schema.names if pa.types.is_dictionary(table.text.schema.field(name).type)]
    with pq.ParquetWriter(
        sink, table.schema, compression="zstd", version="2.6", store_schema=False, use_dictionary=recurring
    ) as writer:
        for start in range(0, max(table.rows, 1), _BLOCK_ROWS):
            writer.write_table(table.typed(start, _BLOCK_ROWS))
        writer.add_key_value_metadata(dict(facts))
    yield sink.getvalue()
