"""Items of a service: each is of the month that was asked for, and stands once."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pipeline.columns.arrays import facts_of_distinct, filled
from pipeline.columns.dates import days, months
from pipeline.columns.groups import groups
from pipeline.model.handling import problem
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.model.tables import WHOLE_ROW
from pipeline.protect.handling import filled_keys
from pipeline.protect.rules.entries import Entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw
    from pipeline.model.handling import Problem
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class OfItsFile(RowRule):
    """Refuses a row whose moment lies in another month, as clocks in London showed it, than its file is of."""

    #: What is no moment, and one of another month.
    odd: ClassVar[tuple[str, ...]] = ("2024-02-31T10:00:00Z", "2019-06-30T23:30:00+00:00")
    takes: ClassVar[int | None] = 1
    first: ClassVar[bool] = True
    refuses: ClassVar[bool] = True
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

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return moments of the period, in universal time."""
        return {self.column: draw.instants()}


@dataclass(frozen=True, slots=True)
class OneItem(RowRule):
    """Counts each item of a file once: copies that are alike are one, and items that contradict each other are bad."""

    odd: ClassVar[tuple[str, ...]] = ("",)  # no name
    leads_back: ClassVar[bool] = True
    takes: ClassVar[int | None] = 1
    whole_rows: ClassVar[bool] = True
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
        return Judgement((Entries(entry, row, row),))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the names of items."""
        return {self.column: draw.references("item")}
