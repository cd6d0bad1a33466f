"""Files that hold many releases of a dataset: their rows as one Parquet, their CSV files as one ZIP.

They are made of the bytes of releases and of nothing else, one release at a time: equal releases give equal
bytes by the same libraries.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterable, Mapping

    from pipeline.model.periods import Period

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
