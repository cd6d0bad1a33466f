"""The first leak check: no identifying cell of a row stands, whole, in the bytes that were written for that row.

It reads the files back.  Columns that come from a closed list or from the map points are not looked at.

A further file holds texts that belong to no row: of JSON every string, name of a member and number, as a program that
opens the file is given it.  A text that is a cell of the public rows was judged in its row.  Of every other one, no
identifying cell of any row of the release's sources may be that text, blanks and case aside.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.columns.arrays import BLANKS, mask_of, whole
from pipeline.errors import PrivacyError
from pipeline.model.distribution import ENDINGS_OF_ROWS
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
    of_rows = [file for file in files if file.format in ENDINGS_OF_ROWS]
    tables = [_read(file, columns) for file in sorted(of_rows, key=lambda file: file.format == "parquet")]
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
    published: pa.Table,
    watched: Iterable[Watched],
    *,
    where: str,
    files: tuple[ReleasedFile, ...] = (),
    beside: Mapping[str, pa.Array] = MappingProxyType({}),
    of_no_row: Mapping[str, pa.Array] = MappingProxyType({}),
) -> Scanned:
    """Return the proof that ``files``, which say ``published``, were scanned; only this makes one.

    ``beside`` are, by name, the texts of each file that holds something else than rows, ``of_no_row`` those of columns
    whose cells come from no row of an extract: both are compared with the cells of all rows.  A cell that is published
    is a `PrivacyError` naming columns only.
    """
    if beside.keys() != {file.name for file in files if file.format not in ENDINGS_OF_ROWS}:
        raise PrivacyError("files-differ", "a file of the release was not read back", where=where, fix="run again")
    further = {name: _folded(texts) for name, texts in (*beside.items(), *of_no_row.items()) if len(texts)}
    compared = 0
    texts = {name: _Text.of(published.column(name)) for name in published.schema.names}
    for watch in watched:
        published_rows = watch.positions >= 0
        compared += int(published_rows.sum())
        published_rows &= ~_is_public(watch, texts)
        for name, text in texts.items():
            near = np.flatnonzero(published_rows & text.near(watch.cells))
            hits = _hits(watch.cells.take(pa.array(near)), text.trimmed, pa.array(watch.positions[near]))
            _refuse(watch, name, hits, where)
        for name, folded in further.items():
            _refuse(watch, name, _hits_beside(watch.cells, folded), where)
    return Scanned(files=files, compared=compared)


def not_of_rows(beside: Mapping[str, pa.Array], rows: pa.Table) -> dict[str, pa.Array]:
    """Return the texts of further files that are no cell of the public ``rows``."""
    if not beside:
        return {}
    cells = pa.chunked_array([pc.unique(whole(column)).cast(pa.string()) for column in rows.columns], pa.string())
    return {name: texts.filter(pc.invert(pc.is_in(texts, value_set=cells))) for name, texts in beside.items()}


def _refuse(watch: Watched, name: str, hits: int, where: str) -> None:
    if hits:
        what = f"{hits:,} cells of `{watch.column}`, which identifies somebody, would be published in `{name}`"
        fix = f"correct the source of `{watch.feed}`; nothing of this release has left"
        raise PrivacyError("identity-published", what, where=where, fix=fix)


def _folded(texts: pa.Array) -> pa.Array:
    return pc.utf8_lower(pc.utf8_trim(texts, characters=BLANKS))


def _hits_beside(cells: pa.Array, folded: pa.Array) -> int:
    """Return how many ``cells`` that are long enough are one of the texts of a further file."""
    long = cells.filter(pc.greater_equal(pc.utf8_length(cells), SHORTEST))
    return int(pc.sum(pc.is_in(_folded(long), value_set=folded)).as_py() or 0)


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
