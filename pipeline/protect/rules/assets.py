"""Information assets: which of them an inventory lists, and cells that follow from their status."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.columns.arrays import filled, mask_on_distinct
from pipeline.columns.keys import fold_column, folded
from pipeline.model.handling import problem
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.protect.handling import key_problems, marked
from pipeline.protect.rules.protected_record import KeepsBack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.handling import Problem
    from pipeline.model.tables import RawTable

#: The only marking of what may be known to be held.
_OPEN: Final = "OFFICIAL"


@dataclass(frozen=True, slots=True)
class FilledWhen(RowRule):
    """Refuses a row whose cell is empty although ``of`` holds ``code``, or filled although it does not."""

    beside = ("cell", "of")
    refuses = True
    cell: str
    _: KW_ONLY
    of: str
    code: str
    what: str = "Entries whose cells do not go with their status"
    why: str = "a cell that its status asks for is empty, or another is filled"

    @property
    def optional(self) -> tuple[str, ...]:
        """The cell: a system that holds none has no such entry."""
        return (self.cell,)

    def check(self, raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the cells that are empty or filled where they should not be."""
        asked = mask_on_distinct(raw.cells[self.of], self.code.__eq__)
        return problem(self.cell, "blank-value", filled(raw.cells[self.cell]) != asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesDataset(RowRule):
    """Withholds an entry that names a published dataset: its declaration speaks for it.

    A name that no dataset has is a problem.  An entry that is called as a dataset and does not name it contradicts the
    declaration.  ``entry`` are the published columns of title and publisher.
    """

    typical = ("of", "")
    odd = ("inventory", "no-such-dataset")  # a dataset, and a name that none has
    lackable = True
    takes = 1
    what: str = "Entries that are datasets here"
    why: str = "the declaration of the dataset speaks for them"
    entry: tuple[str, ...] = ()

    def check(self, raw: RawTable, context: Context) -> Sequence[Problem]:
        """Return the names that no dataset has."""
        column = raw.cells[self.column]
        unknown = filled(column) & ~mask_on_distinct(column, context.declared.__contains__)
        return key_problems(self.column, column, problem(self.column, "unknown-reference", unknown))

    def judge(self, raw: RawTable, columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the entries that are datasets, and those that are called as one."""
        listed = {name: known for name, known in context.declared.items() if known}
        named = mask_on_distinct(raw.cells[self.column], listed.__contains__)
        called = {tuple(map(folded, each)) for each in listed.values()}
        cells = zip(*(columns[name].to_pylist() for name in self.entry), strict=True)
        alike = np.array([tuple(folded(text or "") for text in cell) in called for cell in cells], np.bool_)
        return Judgement((marked("duplicate", named), marked("item-conflict", alike & ~named)))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptQuiet(KeepsBack):
    """Withholds every entry whose title any row bears with a marking above `OFFICIAL`, or an unknown one."""

    odd = ("SECRET", "official")  # other markings
    typical = ("of", _OPEN, "")
    takes = 1
    register = "asset"
    marked = "marking"
    because = "not-for-inventory"
    holds = "information assets that are kept quiet"
    scope: str = "asset"
    what: str = "Entries that must be kept quiet"
    why: str = "that they are held must not be known"

    def protects(self, column: pa.Array, _context: Context, *, known: bool) -> Mask:
        """Return the entries with another marking; the open one written differently tells of its own row alone."""
        other = filled(column) & ~mask_on_distinct(column, _OPEN.__eq__)
        return other & ~mask_on_distinct(fold_column(column), folded(_OPEN).__eq__) if known else other
