"""Entries of a register: each stands once, and dates of one follow each other."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import filled, mask_of, plain
from pipeline.columns.dates import days
from pipeline.columns.groups import groups
from pipeline.model.handling import Problem, nowhere, problem
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.model.tables import WHOLE_ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.examples import Draw
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True)
class Entries:
    """Settles rows of one entry: copies of a row are one, and rows that contradict each other are all bad.

    ``said`` is what all rows of an entry have to agree on, ``row`` what makes two of them copies.
    """

    entry: NDArray[np.int64]
    said: NDArray[np.int64]
    row: NDArray[np.int64]

    def settle(self, standing: Mask, _bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield the rows of entries that contradict themselves, then the later copies."""
        rows = np.flatnonzero(standing)
        pairs = np.unique(np.column_stack([self.entry[rows], self.said[rows]]), axis=0)
        entries, ways = np.unique(pairs[:, 0], return_counts=True)
        conflict = standing & np.isin(self.entry, entries[ways > 1])
        yield "item-conflict", conflict
        rows = np.flatnonzero(standing & ~conflict)
        _, first = np.unique(np.column_stack([self.entry[rows], self.row[rows]]), axis=0, return_index=True)
        copies = nowhere(len(standing))
        copies[rows] = True
        copies[rows[first]] = False
        yield "duplicate", copies


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEntry(RowRule):
    """Publishes each entry of a register once: rows that are alike are one, rows that are not are all bad.

    ``entry`` are the published columns that name one.  Rows are alike whose raw cells are all equal.  Where an entry
    may have several rows, ``several`` are the raw columns in which these differ; they agree on all others that are not
    withheld, or on ``common``.
    """

    whole_rows: ClassVar[bool] = True
    directly: ClassVar[bool] = True
    what: str = "Second copies of an entry"
    why: str = "it stands in the register twice"
    entry: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    several: tuple[str, ...] = ()

    def among(self, columns: tuple[str, ...]) -> Self:
        """Return the rule with what rows of one entry agree on, where it may have several."""
        if self.common or not self.several:
            return self
        return replace(self, common=tuple(name for name in columns if name not in self.several))

    @property
    def reads(self) -> tuple[str, ...]:
        """What rows of one entry agree on, and what they differ in, where it may have several."""
        return (*self.common, *self.several)

    @property
    def optional(self) -> tuple[str, ...]:
        """All: what a system does not hold is the same on every row."""
        return self.reads

    def judge(self, raw: RawTable, columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        """Return which rows are of one entry, and which of them are alike."""
        entry = groups(*(columns[name] for name in self.entry))
        if not self.common:
            row = groups(raw.cells[WHOLE_ROW])
            return Judgement((Entries(entry, row, row),))
        said = groups(*(raw.cells[name] for name in self.common))
        return Judgement((Entries(entry, said, groups(*(raw.cells[name] for name in self.reads))),))


@dataclass(frozen=True, slots=True)
class InOrder(RowRule):
    """Refuses a row with a date that lies before the last one that is filled before it, in the order of ``dates``."""

    refuses: ClassVar[bool] = True
    dates: tuple[str, ...]
    _: KW_ONLY
    what: str = "Entries whose dates contradict each other"
    why: str = "a date cannot lie before the one that it must follow"

    @property
    def reads(self) -> tuple[str, ...]:
        """The dates."""
        return self.dates

    @property
    def optional(self) -> tuple[str, ...]:
        """All: a date that a system does not hold follows any other."""
        return self.dates

    def check(self, raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the dates that come before the one that they have to follow."""
        found: list[Problem] = []
        last = pa.nulls(len(raw), pa.string())
        for name in self.dates:
            day = plain(days(raw.cells[name], time_allowed=False))
            early = mask_of(pc.less(day, last)) & filled(day)
            found += problem(name, "date-order", early)
            last = pc.coalesce(day, last)
        return found

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the same day for all dates of a row."""
        return dict.fromkeys(self.dates, draw.days())

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return each date before all others."""
        return tuple({name: "1999-12-31"} for name in self.dates[1:])
