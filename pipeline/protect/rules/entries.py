"""Entries of a register and items of a service: each stands once, dates of an entry follow each other."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, mask_of, plain
from pipeline.columns.dates import days, months
from pipeline.columns.groups import groups
from pipeline.model.handling import Problem, nowhere, problem
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.model.tables import WHOLE_ROW
from pipeline.protect.handling import filled_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.handling import Draw, Problem
    from pipeline.model.tables import RawTable


def _settle_entries(
    entry: NDArray[np.int64], said: NDArray[np.int64], row: NDArray[np.int64], standing: Mask, _bad: Mask
) -> Iterator[tuple[str, Mask]]:
    """Settle rows of one entry: copies of a row are one, and rows that contradict each other are all bad.

    ``said`` is what all rows of an entry have to agree on, ``row`` what makes two of them copies.
    """
    rows = np.flatnonzero(standing)
    pairs = np.unique(np.column_stack([entry[rows], said[rows]]), axis=0)
    entries, ways = np.unique(pairs[:, 0], return_counts=True)
    conflict = standing & np.isin(entry, entries[ways > 1])
    yield "item-conflict", conflict
    rows = np.flatnonzero(standing & ~conflict)
    _, first = np.unique(np.column_stack([entry[rows], row[rows]]), axis=0, return_index=True)
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

    beside = ("common", "several")
    whole_rows = True
    directly = True
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
    def optional(self) -> tuple[str, ...]:
        """All: what a system does not hold is the same on every row."""
        return self.reads

    def judge(self, raw: RawTable, columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        """Return which rows are of one entry, and which of them are alike."""
        entry = groups(*(columns[name] for name in self.entry))
        if not self.common:
            row = groups(raw.cells[WHOLE_ROW])
            return Judgement((partial(_settle_entries, entry, row, row),))
        said = groups(*(raw.cells[name] for name in self.common))
        return Judgement((partial(_settle_entries, entry, said, groups(*(raw.cells[name] for name in self.reads))),))


@dataclass(frozen=True, slots=True)
class InOrder(RowRule):
    """Refuses a row with a date that lies before the last one that is filled before it, in the order of ``dates``."""

    beside = ("dates",)
    refuses = True
    dates: tuple[str, ...]
    _: KW_ONLY
    what: str = "Entries whose dates contradict each other"
    why: str = "a date cannot lie before the one that it must follow"

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


@dataclass(frozen=True, slots=True, kw_only=True)
class OfItsFile(RowRule):
    """Refuses a row whose moment lies in another month, as clocks in London showed it, than its file is of."""

    typical = ("instants",)
    #: What is no moment, and one of another month.
    odd = ("2024-02-31T10:00:00Z", "2019-06-30T23:30:00+00:00")
    takes = 1
    first = True
    refuses = True
    what: str = "Items of another month than their file's"
    why: str = "the service was asked for another month"

    @property
    def moments(self) -> tuple[str, ...]:
        """The moment."""
        return self.columns

    def check(self, raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return what is no moment, and moments of another month."""
        month = months(days(raw.cells[self.column], time_allowed=True))
        files = np.array(raw.files, np.object_)[raw.source] if len(raw) else np.array([], np.object_)
        own = facts_of_distinct(month, str, dtype=np.object_, empty="")
        wrong = filled(month) & (files != "") & (own != files)
        return (*problem(self.column, "bad-date", ~filled(month)), *problem(self.column, "other-month", wrong))


@dataclass(frozen=True, slots=True)
class OneItem(RowRule):
    """Counts each item of a file once: copies that are alike are one, and items that contradict each other are bad."""

    typical = ("references", "item")
    odd = ("",)  # no name
    leads_back = True
    takes = 1
    whole_rows = True
    _: KW_ONLY
    what: str = "Second copies of an item"
    why: str = "the service gave it twice"

    def check(self, raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the items without a name that can be trusted."""
        return filled_keys(self.column, raw.cells[self.column], "blank-reference", self.joined)

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        """Return which rows of a file are one item, and which of them are alike."""
        names = groups(raw.cells[self.column])
        entry = names * len(raw.paths) + raw.source
        row = groups(raw.cells[WHOLE_ROW])
        return Judgement((partial(_settle_entries, entry, row, row),))
