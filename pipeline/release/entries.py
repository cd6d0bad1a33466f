"""How the entries of a register differ from those of the snapshot before."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipeline.model.constants import SNAPSHOT

if TYPE_CHECKING:
    from collections.abc import Sequence

_BETWEEN, _EMPTY = "\x1f", "\x1e"


class Changes(NamedTuple):
    """How many entries came, went, and have other rows than before."""

    added: int
    removed: int
    revised: int


def entry_changes(before: bytes | None, after: bytes, entry: Sequence[str]) -> Changes:
    """Return how the entries of one published CSV differ from those of another, all new where there is none.

    ``entry`` are the columns that name an entry, which may have several rows; none: every column does.
    """
    then, now = _rows_of(before, entry) if before else {}, _rows_of(after, entry)
    revised = sum(then[each] != now[each] for each in then.keys() & now.keys())
    return Changes(len(now.keys() - then.keys()), len(then.keys() - now.keys()), revised)


def _rows_of(text: bytes, entry: Sequence[str]) -> dict[str, list[str]]:
    """Return the rows of each entry, as text without the snapshot that they are of, in no order but their own."""
    header = text.split(b"\n", 1)[0].decode()
    names = pa.csv.read_csv(pa.BufferReader(f"{header}\n".encode())).column_names
    types = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    parsed = pa.csv.ParseOptions(newlines_in_values=True)
    table = pa.csv.read_csv(pa.BufferReader(text), parse_options=parsed, convert_options=types)
    own = [name for name in sorted(names) if name != SNAPSHOT]
    keys, rows = _joined(table, entry or own), _joined(table, own)
    found: dict[str, list[str]] = defaultdict(list)
    for key, row in sorted(zip(keys.to_pylist(), rows.to_pylist(), strict=True)):
        found[key].append(row)
    return found


def _joined(table: pa.Table, names: Sequence[str]) -> pa.ChunkedArray:
    columns = [table.column(name) for name in names]
    return pc.binary_join_element_wise(*columns, _BETWEEN, null_handling="replace", null_replacement=_EMPTY)
