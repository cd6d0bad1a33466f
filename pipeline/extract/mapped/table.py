"""One table of a force's own exports, and which agreed columns of it hold what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pipeline.model.mapping import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: what receipts call it, the name of its sheet, where each mentioned column stands by its folded name.

    ``columns`` are text by place, empty cells null; ``problems`` are row numbers, places and codes.
    """

    name: str
    sheet: str = ""
    places: dict[str, int]
    columns: tuple[pa.Array, ...]
    rows: NDArray[np.int64]
    ragged: tuple[int, ...] = ()
    problems: tuple[tuple[int, int, str], ...] = ()
    footers: tuple[int, ...] = ()


class Kinds(NamedTuple):
    """Which agreed columns hold dates, amounts, the period of their file, and by which rows belong together."""

    dates: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    together: tuple[str, ...] = ()


def cells_named(table: Table, names: Sequence[str]) -> pa.Array | None:
    """Return the column of a table that stands under one of some spellings, None where none does."""
    places = (table.places[folded(name)] for name in names if folded(name) in table.places)
    place = next(places, None)
    return None if place is None or place >= len(table.columns) else table.columns[place]
