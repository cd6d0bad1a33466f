"""The two files of a release, deterministic CSV and Parquet of the same rows, and files that hold many releases.

Those of many are made of the bytes of releases and of nothing else, one release at a time.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.columns.arrays import plain, whole

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pipeline.model.periods import Period
    from pipeline.release.publishable import PublishableTable


_BLOCK_ROWS = 131_072
#: RFC 4180: a field with any of these is quoted.
_SPECIAL = '[,"\r\n]'
_SPECIAL_BYTES = b',"\r\n'


def csv_blocks(table: PublishableTable) -> Iterator[pa.Buffer]:
    """Yield the CSV in blocks: RFC 4180, UTF-8, no BOM, LF, quotes only where they are needed.

    Distinct values are quoted once and columns are joined whole; no row is looked at alone.
    """
    names = table.text.schema.names
    yield pa.py_buffer((",".join(_quote(pa.array(names)).to_pylist()) + "\n").encode())
    columns = [_fields(whole(table.text.column(name))) for name in names]
    for start in range(0, table.rows, _BLOCK_ROWS):
        block = [plain(column.slice(start, _BLOCK_ROWS)) for column in columns]
        block[-1] = pc.binary_join_element_wise(block[-1], "", "\n", null_handling="replace")  # the line's end
        lines = pc.binary_join_element_wise(*block, ",", null_handling="replace") if len(block) > 1 else block[0]
        _, offsets, data = lines.buffers()
        ends = memoryview(offsets).cast("i")
        yield data.slice(ends[lines.offset], ends[lines.offset + len(lines)] - ends[lines.offset])


def _quote(texts: pa.Array) -> pa.Array:
    data = texts.buffers()[2]
    if data is None or np.frombuffer(data, np.uint8).min(initial=255) > max(_SPECIAL_BYTES):
        return texts  # references are many, and have none of these
    needs = pc.match_substring_regex(texts, _SPECIAL)
    if not pc.any(needs).as_py():
        return texts
    doubled = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(needs, doubled, texts)


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


#: What the Parquet says of its row groups: the period of each, in their order.
PERIODS = "periods"
_MODE = 0o644 << 16
_UNIX = 3


class Part(NamedTuple):
    """A file of one release: its period, its name, and what gives its bytes when they are wanted."""

    period: Period
    name: str
    read: Callable[[], bytes]


def collect_rows(
    parts: Iterable[Part], schema: pa.Schema, facts: Mapping[str, str], sink: io.RawIOBase
) -> tuple[Period, ...]:
    """Write the rows of every Parquet into one, a row group for each period; return the periods that are in it.

    A column that a release was made before is empty there, and one that the ``schema`` has no longer is left out.  A
    release whose values do not fit its types is left out whole.
    """
    held = []
    with pq.ParquetWriter(sink, schema, compression="zstd", version="2.6", store_schema=False) as writer:
        for part in parts:
            rows = _fitted(pq.read_table(pa.BufferReader(part.read())), schema)
            if rows is not None:
                writer.write_table(rows, row_group_size=max(rows.num_rows, 1))
                held.append(part.period)
        writer.add_key_value_metadata({**facts, PERIODS: ",".join(held)})
    return tuple(held)


def _fitted(rows: pa.Table, schema: pa.Schema) -> pa.Table | None:
    """Return rows in the columns and types of a schema, None where a value would be another one in its type."""
    columns = [
        rows.column(field.name) if field.name in rows.schema.names else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    try:
        return pa.table(columns, names=schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def collect_files(parts: Iterable[Part], facts: Mapping[str, str], sink: io.RawIOBase) -> tuple[Period, ...]:
    """Write every CSV into one ZIP, all with the same time; return the periods that are in it."""
    held = []
    with zipfile.ZipFile(sink, "w") as archive:
        archive.comment = "\n".join(facts.values()).encode()
        for part in parts:
            entry = zipfile.ZipInfo(part.name)  # its time is the first that a ZIP can say
            entry.create_system, entry.external_attr = _UNIX, _MODE
            archive.writestr(entry, part.read(), zipfile.ZIP_DEFLATED)
            held.append(part.period)
    return tuple(held)
