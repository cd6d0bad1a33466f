"""The one place where a `PublishableTable` is made: rows that were judged, in their published order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.columns.arrays import concatenated, plain, whole
from pipeline.columns.parallel import map_columns
from pipeline.errors import PrivacyError
from pipeline.release.sort import sorted_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """The judged rows of one feed as text, which of them (``chosen``) are published, and where each came from.

    ``feed``, ``source``, ``row`` and ``references`` are of the chosen rows only.
    """

    text: pa.Table
    chosen: NDArray[np.int64]
    feed: NDArray[np.int32]
    source: NDArray[np.int32]
    row: NDArray[np.int64]
    references: Mapping[str, pa.Array]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublishableTable:
    """Rows that may leave, sorted, in exactly the columns and types of their schema.

    ``cast`` gives them their types, block by block.  Beside the table, and never written with it: ``feed`` and
    ``source`` (int32) and ``row`` (int64) say where each row came from, ``references`` hold keyed references by
    scope for the private index.
    """

    schema: pa.Schema
    text: pa.Table
    cast: Callable[[pa.Table], pa.Table]
    feed: NDArray[np.int32]
    source: NDArray[np.int32]
    row: NDArray[np.int64]
    references: Mapping[str, pa.Array]

    def __post_init__(self) -> None:
        """Refuse any other columns or types than the schema's, and any text that does not match."""
        if self.text.schema.names != self.schema.names or self.text.num_rows != len(self.row):
            raise _not_the_schema()
        self.typed(0, 0)

    def typed(self, start: int, rows: int) -> pa.Table:
        """Return some rows in the types of the schema, as plain arrays that hold no other row's values."""
        part = self.text.slice(start, rows)
        block = self.cast(part)
        if not block.schema.equals(self.schema) or block.num_rows != part.num_rows:
            raise _not_the_schema()
        return block

    @property
    def rows(self) -> int:
        """How many rows would be published."""
        return len(self.row)

    def with_references(self, references: Mapping[str, pa.Array]) -> PublishableTable:
        """Return the same rows, with other columns beside them that are never written with them."""
        return replace(self, references=references)


def _not_the_schema() -> PrivacyError:
    fix = "this is a fault of the declaration; please report it"
    return PrivacyError("not-the-schema", "a table has other columns or types than its schema", fix=fix)


def publishable(
    parts: Sequence[Part], schema: pa.Schema, order: Sequence[str], *, cast: Callable[[pa.Table], pa.Table]
) -> PublishableTable:
    """Return the published rows of all feeds as one table in its order; ``cast`` turns text into the schema's types."""
    size = sum(part.text.num_rows for part in parts)
    columns = map_columns(
        lambda name: _stacked([whole(part.text.column(name)) for part in parts]), schema.names, rows=size
    )
    text = pa.table(list(columns), names=schema.names)
    starts = np.cumsum([0, *(part.text.num_rows for part in parts)])
    chosen = np.concatenate([part.chosen + start for part, start in zip(parts, starts, strict=False)])
    positions = sorted_positions(text, chosen, order, schema)
    rows = pa.array(chosen[positions])
    taken = map_columns(lambda column: whole(column).take(rows), text.columns, rows=size)
    return PublishableTable(
        schema=schema,
        text=pa.table(list(taken), names=schema.names),
        cast=cast,
        feed=np.concatenate([part.feed for part in parts])[positions],
        source=np.concatenate([part.source for part in parts])[positions],
        row=np.concatenate([part.row for part in parts])[positions],
        references=_references(parts, pa.array(positions)),
    )


def _stacked(columns: Sequence[pa.Array]) -> pa.Array:
    """Return the columns of all feeds as one: dictionaries where all are, else plain text."""
    if len({column.type for column in columns}) > 1:
        columns = [plain(column) for column in columns]
    return concatenated(columns)


def _references(parts: Sequence[Part], rows: pa.Array) -> dict[str, pa.Array]:
    scopes = dict.fromkeys(scope for part in parts for scope in part.references)
    return {
        scope: pa.concat_arrays(
            [part.references.get(scope, pa.nulls(len(part.row))).cast(pa.string()) for part in parts]
        ).take(rows)
        for scope in scopes
    }
