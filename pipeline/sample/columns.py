"""Columns of invented cells, drawn as a whole, and their text as CSV; no loop over rows."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]


#: Rows that are drawn and written at a time: bounds the memory of a large sample.
CHUNK = 250_000


def column(index: Integers, values: Sequence[str]) -> pa.DictionaryArray:
    """Return the column that holds ``values[index]`` row by row."""
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(values, pa.string()))


def led(lead: str, numbers: Integers, width: int = 1) -> pa.StringArray:
    """Return ``lead`` and the number, filled up with noughts to ``width``."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(lead, digits, "")


def plain(cells: pa.Array) -> pa.StringArray:
    """Return ``cells`` as plain text."""
    return cells.cast(pa.string()) if pa.types.is_dictionary(cells.type) else cells


def spread(table: pa.Table, rows: Sequence[Mapping[str, str]]) -> pa.Table:
    """Return ``table`` with ``rows`` set between its own at even distances; both keep their order."""
    names = table.column_names
    extra = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})
    whole = pa.concat_tables([pa.table({name: plain(table[name].combine_chunks()) for name in names}), extra])
    places = np.linspace(1, table.num_rows, len(rows), endpoint=False).astype(np.int64)
    order = np.insert(np.arange(table.num_rows), places, np.arange(table.num_rows, whole.num_rows))
    return whole.take(pa.array(order)).combine_chunks()


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return a small CSV of ``rows``, the first of which is its header."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def write_csv(path: Path, names: Sequence[str], chunks: Iterator[pa.Table]) -> int:
    """Write ``chunks`` as UTF-8 CSV with LF and minimal quoting; return how many rows there are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    with path.open("wb") as file:
        file.write((",".join(names) + "\n").encode())
        for chunk in chunks:
            file.write(_text(chunk.select(list(names))))
            rows += chunk.num_rows
    return rows


def _text(table: pa.Table) -> memoryview:
    """Return the lines of ``table``; the bytes lie one after another in the joined column."""
    cells = [plain(_quoted(table[name].combine_chunks())) for name in table.column_names]
    cells[-1] = pc.binary_join_element_wise(cells[-1], "\n", "")
    joined = pc.binary_join_element_wise(*cells, ",")
    return memoryview(joined.buffers()[2])[: pc.sum(pc.binary_length(joined)).as_py()]


def _quoted(cells: pa.Array) -> pa.Array:
    """Return ``cells`` with quotes around those that need them; a repeated value is looked at once."""
    if pa.types.is_dictionary(cells.type):
        return pa.DictionaryArray.from_arrays(cells.indices, _quoted(cells.dictionary))
    needs = pc.match_substring_regex(cells, '[",\r\n]')
    if not pc.any(needs).as_py():
        return cells
    doubled = pc.replace_substring(cells, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), cells)
