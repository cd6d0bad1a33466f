"""What is counted in each cell of a table: rows, things of which several rows may tell, means of what rows say."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.columns.arrays import encoded, filled, plain
from pipeline.columns.rounding import rounded_ratios
from pipeline.disclose.small_numbers import SMALLEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.disclose.dimensions import Standing


@dataclass(frozen=True, slots=True)
class Count:
    """A count, published in the column ``into``."""

    into: str

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of rows as treated."""
        return ()

    @abstractmethod
    def counted(self, rows: Mapping[str, pa.Array], cells: Standing, size: int) -> NDArray[np.int64]:
        """Return the true count of each of so many cells."""


@dataclass(frozen=True, slots=True)
class Rows(Count):
    """How many rows stand in a cell."""

    def counted(self, rows: Mapping[str, pa.Array], cells: Standing, size: int) -> NDArray[np.int64]:
        """Return the number of rows of each cell."""
        del rows
        return np.bincount(cells.place, minlength=size).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Distinct(Count):
    """How many different things rows of a cell tell of: one that several rows name counts once in each cell."""

    _: KW_ONLY
    of: str

    @property
    def reads(self) -> tuple[str, ...]:
        """What names the thing."""
        return (self.of,)

    def counted(self, rows: Mapping[str, pa.Array], cells: Standing, size: int) -> NDArray[np.int64]:
        """Return the number of different things of each cell."""
        names = encoded(rows[self.of])
        codes = np.asarray(names.indices.fill_null(len(names.dictionary))).astype(np.int64)
        pairs = np.unique(cells.place * (len(names.dictionary) + 1) + codes[cells.row])
        return np.bincount(pairs // (len(names.dictionary) + 1), minlength=size).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of the whole numbers that rows of a cell have, blank where fewer than eight of them have one."""

    into: str
    _: KW_ONLY
    of: str
    decimals: int = 1

    @property
    def reads(self) -> tuple[str, ...]:
        """The numbers."""
        return (self.of,)

    def means(self, rows: Mapping[str, pa.Array], cells: Standing, hidden: Mask) -> pa.Array:
        """Return the mean of each cell as text, null where it is ``hidden``."""
        there = filled(rows[self.of])[cells.row]
        place = cells.place[there]
        numbers = np.asarray(plain(rows[self.of]).cast(pa.int64()).fill_null(0))[cells.row[there]]
        sums, counts = np.zeros(len(hidden), np.int64), np.bincount(place, minlength=len(hidden)).astype(np.int64)
        np.add.at(sums, place, numbers)
        return rounded_ratios(sums, counts, self.decimals, known=~hidden & (counts >= SMALLEST)).cast(pa.string())
