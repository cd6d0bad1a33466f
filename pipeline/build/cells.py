"""Rows that stand, counted into cells: what a counted dataset publishes, and what is kept beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa

from pipeline.build.judged import judged, of_no_extract, published
from pipeline.columns.arrays import plain, whole
from pipeline.disclose.counted import cells_of
from pipeline.errors import PrivacyError
from pipeline.settings.sections import Referee

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model.context import Context
    from pipeline.model.counting import Counting, Suppressed
    from pipeline.model.declaration import Dataset
    from pipeline.release.publishable import Part, PublishableTable
    from pipeline.validate.schema import TableSchema

#: What the names begin with under which the rows as treated are kept beside the cells: a later protection needs them.
_TREATED: Final = "treated "


class Cells(NamedTuple):
    """The cells of a period, judged as rows are, and how many of them are hidden.

    The references of ``table`` are what is kept of each row that was counted, not of each cell.
    """

    table: PublishableTable
    suppressed: Suppressed


def count_rows(
    dataset: Dataset,
    counting: Counting,
    rows: pa.Table,
    keys: Mapping[str, pa.Array],
    *,
    context: Context,
    schema: TableSchema,
) -> Cells:
    """Return what rows as treated come to, with their private ``keys``; every cell is judged by the schema, twice.

    Raises:
        PrivacyError: ``not-the-schema``: a cell does not keep the schema.
    """
    where = f"schemas/{dataset.family}/{dataset.name}.json"
    cells = cells_of(rows, counting, names=schema.names, context=context, where=where)
    refereed = judged(cells.table, dataset, schema, context, Referee(0, everything=True))
    if rejections := refereed.checked.rejections:
        raise PrivacyError(
            "not-the-schema",
            f"{len(rejections):,} cells of {context.month} do not keep the schema",
            where=where,
            fix="mend the list that its sides come from, or the schema",
        )
    table = published([of_no_extract(refereed)], dataset, schema)
    treated = {f"{_TREATED}{name}": plain(whole(rows.column(name))) for name in rows.column_names}
    return Cells(table.with_references({**keys, **treated}), cells.suppressed)


def treated_rows(kept: Mapping[str, pa.Array], counting: Counting) -> tuple[pa.Table, dict[str, pa.Array]]:
    """Return the rows as treated, and their private keys, of what is kept beside the cells of a release."""
    rows = pa.table({name: kept[f"{_TREATED}{name}"] for name in counting.reads})
    return rows, {name: column for name, column in kept.items() if not name.startswith(_TREATED)}


def stacked(parts: Sequence[Part], names: Sequence[str]) -> tuple[pa.Table, dict[str, pa.Array]]:
    """Return the chosen rows of all feeds as treated, one behind the other, and their private keys."""
    rows = [part.text.select(list(names)).take(pa.array(part.chosen)) for part in parts]
    plains = [pa.table({name: plain(whole(row.column(name))).cast(pa.string()) for name in names}) for row in rows]
    scopes = dict.fromkeys(scope for part in parts for scope in part.references)
    keys = {
        scope: pa.concat_arrays(
            [part.references.get(scope, pa.nulls(len(part.row))).cast(pa.string()) for part in parts]
        )
        for scope in scopes
    }
    return pa.concat_tables(plains).combine_chunks(), keys
