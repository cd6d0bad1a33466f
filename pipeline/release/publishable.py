"""The one place where a `PublishableTable` is made: rows that were judged, in their published order.

Text is ordered by code point, numbers as numbers, blanks last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import concatenated, encoded, map_columns, plain, whole
from pipeline.columns.groups import NO_BYTES, first_bytes
from pipeline.errors import PrivacyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray


_MOST = 2**62


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


def sorted_positions(
    text: pa.Table, chosen: NDArray[np.int64], order: Sequence[str], schema: pa.Schema
) -> NDArray[np.int64]:
    """Return the order of the rows ``chosen`` of ``text``, as positions in ``chosen``.

    They are sorted by the columns ``order``, the first first; ``schema`` says which of them are numbers.
    """
    keys: list[NDArray[np.int64]] = []
    size = 1
    for rank, kinds in map_columns(
        lambda name: _ranks(whole(text.column(name)), chosen, schema.field(name).type), order[:-1], rows=len(chosen)
    ):
        if keys and size * kinds < _MOST:
            keys[-1] = keys[-1] * kinds + rank
            size *= kinds
        else:
            keys.append(rank)
            size = kinds
    return _finish(keys, whole(text.column(order[-1])), chosen, schema.field(order[-1]).type)


def _ranks(column: pa.Array, chosen: NDArray[np.int64], kind: pa.DataType) -> tuple[NDArray[np.int64], int]:
    """Return each chosen row's rank among the distinct values of its column, and how many ranks there are."""
    source = encoded(column)
    codes = np.asarray(source.indices.fill_null(len(source.dictionary)))[chosen]
    used = np.flatnonzero(np.bincount(codes, minlength=1)[: len(source.dictionary)])
    values = source.dictionary.take(pa.array(used))
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_integer(kind):
        values = values.cast(kind)
    unique = pc.unique(values)
    rank_of_unique = np.empty(len(unique), np.int64)
    rank_of_unique[np.asarray(pc.sort_indices(unique))] = np.arange(len(unique))
    rank = np.full(len(source.dictionary) + 1, len(unique), np.int64)
    rank[used] = rank_of_unique[np.asarray(pc.index_in(values, unique))]
    return rank[codes], len(unique) + 1


def _finish(
    keys: list[NDArray[np.int64]], text: pa.Array, chosen: NDArray[np.int64], kind: pa.DataType
) -> NDArray[np.int64]:
    """Return the order by ``keys``, then by the last column, which may be a million different texts."""
    if pa.types.is_dictionary(text.type) or not pa.types.is_string(kind):
        rank, _ = _ranks(text, chosen, kind)
        return np.lexsort((rank, *reversed(keys)))
    prefix = first_bytes(text)[chosen]
    key, *more = keys or [np.zeros(len(chosen), np.int64)]
    if more:
        order = np.lexsort((prefix, *reversed(keys)))
        same = np.ones(max(len(order) - 1, 0), np.bool_)
        for each in (prefix, *keys):
            same &= each[order[1:]] == each[order[:-1]]
    else:  # one number holds the ranks and as much of the text as there is room for
        room = 63 - int(key.max(initial=0)).bit_length()
        blank = np.uint64((1 << room) - 1)  # behind every text, however few bits are left to tell them apart
        beginning = np.minimum(prefix >> np.uint64(64 - room), blank - np.uint64(1))
        packed = (key.astype(np.uint64) << np.uint64(room)) | np.where(prefix == NO_BYTES, blank, beginning)
        order = np.argsort(packed)
        alike = np.flatnonzero((packed[order[1:]] == packed[order[:-1]]) & (prefix[order[1:]] != NO_BYTES))
        near = np.union1d(alike, alike + 1)
        rows = order[near]
        order[near] = rows[np.lexsort((prefix[rows], packed[rows]))]
        same = (packed[order[1:]] == packed[order[:-1]]) & (prefix[order[1:]] == prefix[order[:-1]])
    # rows that are alike so far: many are blank, of the others a few in a million have to be looked at
    tied = np.flatnonzero(same & ((prefix[order[1:]] != NO_BYTES) | (prefix[order[:-1]] != NO_BYTES)))
    for start, end in _runs(tied):
        rows = order[start : end + 1]
        texts = [text[int(chosen[row])].as_py() for row in rows]
        ranked = sorted(range(len(rows)), key=lambda place: (texts[place] is None, texts[place] or ""))
        order[start : end + 1] = rows[ranked]
    return order


def _runs(positions: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return the runs of neighbours: ``[4, 5, 9]`` means rows 4 to 6 and rows 9 to 10 are tied."""
    if len(positions) == 0:
        return []
    breaks = np.flatnonzero(np.diff(positions) > 1)
    starts = positions[np.append(0, breaks + 1)]
    ends = positions[np.append(breaks, len(positions) - 1)] + 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
