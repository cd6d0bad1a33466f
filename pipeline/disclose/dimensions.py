"""What rows are counted by, and what is counted: the sides of a table and their places, rows, things and means."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import encoded, filled, mask_of, plain
from pipeline.columns.rounding import rounded_ratios
from pipeline.disclose.small_numbers import SMALLEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context


class Standing(NamedTuple):
    """Which rows stand at which place: a pair of numbers for each; a row may stand at several, or at none."""

    row: NDArray[np.int64]
    place: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One side of a table, published in the column ``into``; every place of it is shown, also where nothing stands.

    ``total`` is what the place of all rows is called, "" where there is none; it comes last.
    """

    into: str
    _: KW_ONLY
    total: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of rows as treated."""
        return (self.into,)

    @property
    def needs(self) -> tuple[str, ...]:
        """The lists below ``data/reference`` that it looks up."""
        return ()

    @abstractmethod
    def places(self, context: Context) -> tuple[str, ...]:
        """Return what its places are called, the total left out."""

    def standing(self, rows: Mapping[str, pa.Array], context: Context) -> Standing:
        """Return which rows stand at which place; at the total stand all."""
        found = self.parts(rows, context)
        if not self.total:
            return found
        every = np.arange(len(rows[self.reads[0]]))
        last = np.full(len(every), len(self.places(context)))
        return Standing(np.concatenate([found.row, every]), np.concatenate([found.place, last]))

    def parts(self, rows: Mapping[str, pa.Array], context: Context) -> Standing:
        """Return which rows stand at which place but the total; a row with no known place stands at none."""
        places = pa.array(self.places(context), pa.string())
        found = np.asarray(pc.index_in(plain(rows[self.into]), value_set=places).fill_null(-1)).astype(np.int64)
        row = np.flatnonzero((found >= 0) & filled(rows[self.into]))
        return Standing(row, found[row])


@dataclass(frozen=True, slots=True)
class ByList(Dimension):
    """By a column of a list of the force: each value of it is a place, in order."""

    reference: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The list."""
        return (self.reference,)

    def places(self, context: Context) -> tuple[str, ...]:
        """Return the values of the column."""
        table = context.references.table(self.reference)
        values: Sequence[str] = table.column(self.into).to_pylist() if table is not None else ()
        return tuple(sorted(set(values) - {""}))


@dataclass(frozen=True, slots=True)
class ByLabel(Dimension):
    """By a column that holds labels of a code list: each label that is valid at the end of the period is a place."""

    codelist: str

    def places(self, context: Context) -> tuple[str, ...]:
        """Return the labels, in the list's order."""
        return tuple(dict.fromkeys(_valid(self.codelist, "label", context)))


@dataclass(frozen=True, slots=True)
class ByMark(Dimension):
    """By marks of a row: each label of a code list stands for the mark that the list names; a row may have several."""

    codelist: str
    marks: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The marks."""
        return self.marks

    def places(self, context: Context) -> tuple[str, ...]:
        """Return the labels, in the list's order."""
        return tuple(_valid(self.codelist, "flag", context))

    def parts(self, rows: Mapping[str, pa.Array], context: Context) -> Standing:
        """Return the rows that have each mark."""
        marks = _valid(self.codelist, "flag", context).values()
        found = [np.flatnonzero(mask_of(pc.equal(plain(rows[mark]), "true"))) for mark in marks]
        place = np.repeat(np.arange(len(found)), [len(each) for each in found])
        return Standing(np.concatenate([np.zeros(0, np.int64), *found]), place)


def _valid(codelist: str, value: str, context: Context) -> dict[str, str]:
    """Return a column of a code list by label, as far as it is valid in the last month of the period."""
    return context.codelists.read(codelist).mapping("label", value, month=context.last_month)


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
