"""The one place where rows as treated become cells: what leaves it has exactly the columns that are published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.columns.arrays import plain, whole
from pipeline.errors import PrivacyError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.context import Context
    from pipeline.model.counting import Counting, Suppressed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellTable:
    """Cells as text in published columns, small numbers hidden, and how many were; it holds no row and no reference."""

    table: pa.Table
    suppressed: Suppressed


def cells_of(rows: pa.Table, counting: Counting, *, names: Sequence[str], context: Context, where: str) -> CellTable:
    """Return the cells that rows are counted into, in the columns ``names`` of the schema.

    Raises:
        SettingsError: ``bad-declaration``: the counting makes other columns than the schema has.
        PrivacyError: ``not-the-schema``: the rows have other columns than the counting reads, or the cells others than
            it says, or one is no text.
    """
    if sorted(counting.makes) != sorted(names):
        what = f"the cells have the columns {', '.join(counting.makes)}, and the schema {', '.join(names)}"
        fix = "give both the same names, letter by letter"
        raise SettingsError("bad-declaration", what, where=where, fix=fix)
    if rows.column_names != list(counting.reads):
        raise _not_the_schema(where)
    counted = counting.count({name: whole(rows.column(name)) for name in rows.column_names}, context)
    if sorted(counted.columns) != sorted(names):
        raise _not_the_schema(where)
    table = pa.table({name: plain(counted.columns[name]) for name in names})
    if any(field.type != pa.string() for field in table.schema):
        raise _not_the_schema(where)
    return CellTable(table=table, suppressed=counted.suppressed)


def _not_the_schema(where: str) -> PrivacyError:
    what = "a table of cells has other columns than are declared"
    fix = "this is a fault of the declaration; please report it"
    return PrivacyError("not-the-schema", what, where=where, fix=fix)
