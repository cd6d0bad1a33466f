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

from pipeline.columns.arrays import BLANKS, mask_of
from pipeline.errors import PrivacyError
from pipeline.model.release import Scanned
from pipeline.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.release import ReleasedFile

#: Shorter cells are words that recur by chance.
SHORTEST = 5


class Watched(NamedTuple):
    """One identifying column of a source, in its own order: each row's position in the release (-1: not in it).

    ``apart`` are published columns in which its cells may stand: what stands there is public, and is not looked for in
    that row.
    """

    feed: str
    column: str
    positions: NDArray[np.int64]
    cells: pa.Array
    apart: tuple[str, ...] = ()


def read_back(files: Sequence[ReleasedFile], columns: Sequence[str]) -> list[pa.Table]:
    """Return ``columns`` of each written file, the CSV's as text; the files must agree, else the release stops."""
    tables = [_read(file, columns) for file in sorted(files, key=lambda file: file.format == "parquet")]
    try:  # the texts, read as the types of the other table, say what stands there
        agree = all(tables[0].cast(table.schema).equals(table) for table in tables[1:])
    except pa.ArrowInvalid:
        agree = False
    if not agree:
        raise PrivacyError("files-differ", "the files of a release do not hold the same text", fix="run again")
    return tables


def _read(file: ReleasedFile, columns: Sequence[str]) -> pa.Table:
    if file.format == "parquet":
        return pq.read_table(plain(file.path), columns=list(columns)).replace_schema_metadata(None).combine_chunks()
    options = pa.csv.ConvertOptions(
        include_columns=list(columns),
        column_types=dict.fromkeys(columns, pa.string()),
        strings_can_be_null=True,
        null_values=[""],
        quoted_strings_can_be_null=False,
    )
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    return pa.csv.read_csv(plain(file.path), parse_options=parse, convert_options=options).combine_chunks()


def check(
    published: pa.Table, watched: Iterable[Watched], *, where: str, files: tuple[ReleasedFile, ...] = ()
) -> Scanned:
    """Return the proof that ``files``, which say ``published``, were scanned; only this makes one.

    A cell that is published is a `PrivacyError` naming columns only.
    """
    compared = 0
    texts = {name: _Text.of(published.column(name)) for name in published.schema.names}
    for watch in watched:
        published_rows = watch.positions >= 0
        compared += int(published_rows.sum())
        published_rows &= ~_is_public(watch, texts)
        for name, text in texts.items():
            near = np.flatnonzero(published_rows & text.near(watch.cells))
            hits = _hits(watch.cells.take(pa.array(near)), text.trimmed, pa.array(watch.positions[near]))
            if hits:
                raise PrivacyError(
                    "identity-published",
                    f"{hits:,} cells of `{watch.column}`, which identifies somebody, would be published in `{name}`",
                    where=where,
                    fix=f"correct the source of `{watch.feed}`; nothing of this release has left",
                )
    return Scanned(files=files, compared=compared)


def _is_public(watch: Watched, texts: Mapping[str, _Text]) -> Mask:
    """Return the cells that stand in a column of their row in which they may stand."""
    found = np.zeros(len(watch.positions), np.bool_)
    rows = np.flatnonzero(watch.positions >= 0)
    for name in set(watch.apart) & texts.keys():
        cells, shown = watch.cells.take(pa.array(rows)), pc.take(texts[name].trimmed, pa.array(watch.positions[rows]))
        found[rows] |= mask_of(pc.equal(pc.utf8_lower(cells), pc.utf8_lower(shown)).combine_chunks())
    return found


def _hits(cells: pa.Array, column: pa.ChunkedArray, rows: pa.Array) -> int:
    """Return how many ``cells`` that are long enough equal the published text of their row, case aside."""
    if len(cells) == 0:
        return 0
    long = pc.greater_equal(pc.utf8_length(cells), SHORTEST)
    equal = pc.equal(pc.utf8_lower(cells), pc.utf8_lower(pc.take(column, rows)))
    return int(pc.sum(pc.and_(long, equal)).as_py() or 0)


class _Text(NamedTuple):
    """A published column, trimmed; ``length`` is that of all its texts where they are ASCII and equally long."""

    trimmed: pa.ChunkedArray
    length: int | None

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> _Text:
        """Return what is to be known of a column."""
        trimmed = pc.utf8_trim(column, characters=BLANKS) if len(column) else column
        lengths = pc.unique(pc.binary_length(trimmed)).drop_null()
        alike = len(lengths) == 1 and pc.all(pc.string_is_ascii(trimmed)).as_py()
        return cls(trimmed, lengths[0].as_py() if alike else None)

    def near(self, cells: pa.Array) -> Mask:
        """Return the cells that could stand here: as long as the texts, which for ASCII is exact, or long at all."""
        length = pc.binary_length(cells)
        # it saves comparing a million pseudonyms with names
        if self.length is not None and pc.all(pc.string_is_ascii(cells)).as_py():
            return mask_of(pc.equal(length, self.length))
        return mask_of(pc.greater_equal(length, SHORTEST))
