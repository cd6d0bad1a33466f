"""Columns of invented cells, drawn as a whole, and small lists as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Integers = npt.NDArray[np.int64]
#: A text for each row, and such columns by name.
Texts = npt.NDArray[np.object_]
Table = dict[str, Texts]

#: Rows that are drawn and written at a time: bounds the memory of a large sample.
CHUNK = 250_000


def column(index: Integers, values: Sequence[str] | Texts) -> Texts:
    """Return the column that holds ``values[index]`` row by row."""
    return np.asarray(values, dtype=np.object_)[index]


def led(lead: str, numbers: Integers, width: int = 1) -> Texts:
    """Return ``lead`` and the number, filled up with noughts to ``width``."""
    return np.array([f"{lead}{number:0{width}d}" for number in numbers.tolist()], dtype=np.object_)


def rows_of(table: Table) -> list[dict[str, str]]:
    """Return the cells of each row by column."""
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def spread(table: Table, rows: Sequence[Mapping[str, str]]) -> Table:
    """Return ``table`` with ``rows`` set between its own at even distances; both keep their order."""
    height = len(next(iter(table.values())))
    places = np.linspace(1, height, len(rows), endpoint=False).astype(np.int64)
    return {name: np.insert(cells, places, [row[name] for row in rows]) for name, cells in table.items()}


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return a small CSV of ``rows``, the first of which is its header."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
