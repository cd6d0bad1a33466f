"""The first leak check: no identifying cell of a row stands, whole, in the bytes that were written for that row.

It reads the files back.  Columns that come from a closed list or from the map points are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.cells import BLANKS, mask_of
from pipeline.errors import PrivacyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pipeline.model import ReleasedFile

#: Shorter cells are words that recur by chance (requirement D7).
SHORTEST = 5


class Watched(NamedTuple):
    """Identifying cells of some rows of a release: the raw column, the rows' positions in it, their cells."""

    feed: str
    column: str
    positions: NDArray[np.int64]
    cells: pa.Array


def read_back(files: Sequence[ReleasedFile], columns: Sequence[str]) -> list[pa.Table]:
    """Return ``columns`` of each written file as text; the files must agree, else the release stops."""
    tables = [_read(file, columns) for file in files]
    if any(not table.equals(tables[0]) for table in tables[1:]):
        raise PrivacyError("files-differ", "the files of a release do not hold the same text", fix="run again")
    return tables


def _read(file: ReleasedFile, columns: Sequence[str]) -> pa.Table:
    if file.format == "parquet":
        return pq.read_table(file.path, columns=list(columns)).replace_schema_metadata(None).combine_chunks()
    options = pa.csv.ConvertOptions(
        include_columns=list(columns),
        column_types=dict.fromkeys(columns, pa.string()),
        strings_can_be_null=True,
        null_values=[""],
        quoted_strings_can_be_null=False,
    )
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    return pa.csv.read_csv(file.path, parse_options=parse, convert_options=options).combine_chunks()


def check(published: pa.Table, watched: Iterable[Watched], *, where: str) -> int:
    """Return how many cells were compared; one that is published is a `PrivacyError` naming columns only."""
    compared = 0
    texts = {
        name: pc.utf8_trim(published.column(name), characters=BLANKS) if published.num_rows else published.column(name)
        for name in published.schema.names
    }
    for watch in watched:
        compared += len(watch.cells)
        long = np.flatnonzero(mask_of(pc.greater_equal(pc.utf8_length(watch.cells), SHORTEST)))
        if len(long) == 0:
            continue
        cells = watch.cells.take(pa.array(long))
        rows = pa.array(watch.positions[long])
        for name, text in texts.items():
            hits = _hits(cells, text, rows)
            if hits:
                raise PrivacyError(
                    "identity-published",
                    f"{hits:,} cells of `{watch.column}`, which identifies somebody, would be published in `{name}`",
                    where=where,
                    fix=f"correct the source of `{watch.feed}`; nothing of this release has left",
                )
    return compared


def _hits(cells: pa.Array, column: pa.ChunkedArray, rows: pa.Array) -> int:
    """Return how many ``cells`` equal the trimmed published text of their row, case aside."""
    # comparing lengths first is exact for ASCII and saves comparing a million pseudonyms with names
    if pc.all(pc.string_is_ascii(cells)).as_py() and len(pc.unique(pc.binary_length(column)).drop_null()) == 1:
        length = pc.binary_length(column).drop_null()[0]
        near = np.flatnonzero(mask_of(pc.equal(pc.binary_length(cells), length)))
        if len(near) == 0:
            return 0
        cells, rows = cells.take(pa.array(near)), rows.take(pa.array(near))
    equal = pc.equal(_folded(cells), _folded(pc.take(column, rows)))
    return int(pc.sum(equal).as_py() or 0)


def _folded(texts: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return pc.utf8_lower(texts)
