"""The two files of a release: deterministic CSV and Parquet of the same rows, in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.cells import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.release.tables import PublishableTable

_BLOCK_ROWS = 131_072
#: RFC 4180: a field with any of these is quoted.
_SPECIAL = '[,"\r\n]'


def csv_blocks(table: PublishableTable) -> Iterator[pa.Buffer]:
    """Yield the CSV in blocks: RFC 4180, UTF-8, no BOM, LF, quotes only where they are needed.

    Distinct values are quoted once and columns are joined whole; no row is looked at alone.
    """
    names = table.text.schema.names
    yield pa.py_buffer((",".join(_quoted_names(names)) + "\n").encode())
    columns = [_quoted(whole(table.text.column(name)), end="\n" if name == names[-1] else "") for name in names]
    for start in range(0, table.rows, _BLOCK_ROWS):
        block = [_plain(column.slice(start, _BLOCK_ROWS)) for column in columns]
        lines = pc.binary_join_element_wise(*block, ",") if len(block) > 1 else block[0]
        _, offsets, data = lines.buffers()
        ends = memoryview(offsets).cast("i")
        yield data.slice(ends[lines.offset], ends[lines.offset + len(lines)] - ends[lines.offset])


def _quoted_names(names: list[str]) -> list[str]:
    return [str(name) for name in _quote(pa.array(names)).to_pylist()]


def _quote(texts: pa.Array) -> pa.Array:
    needs = pc.match_substring_regex(texts, _SPECIAL)
    if not pc.any(needs).as_py():
        return texts
    doubled = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(needs, doubled, texts)


def _quoted(column: pa.Array, *, end: str) -> pa.Array:
    """Return the column as CSV fields, ``end`` behind each: empty where it is null."""
    if pa.types.is_dictionary(column.type):
        values = _ended(_quote(column.dictionary), end)
        if column.null_count and end:
            values = pa.concat_arrays([values, pa.array([end])])
            return pa.DictionaryArray.from_arrays(column.indices.fill_null(len(values) - 1), values)
        return pa.DictionaryArray.from_arrays(column.indices, values)
    return _ended(_quote(column).fill_null(""), end)


def _ended(texts: pa.Array, end: str) -> pa.Array:
    return pc.binary_join_element_wise(texts, end, "") if end else texts


def _plain(column: pa.Array) -> pa.Array:
    texts = column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
    return texts.fill_null("") if texts.null_count else texts


def parquet_buffer(table: PublishableTable, facts: Mapping[str, str]) -> pa.Buffer:
    """Return the Parquet: zstd, real types, plain strings, no index, ``facts`` as its only metadata.

    A dictionary column keeps values that its rows no longer hold (standards 4.4), so there is none.
    """
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, compression="zstd", version="2.6", store_schema=False) as writer:
        writer.write_table(table.typed, row_group_size=_BLOCK_ROWS)
        writer.add_key_value_metadata(dict(facts))
    return sink.getvalue()
