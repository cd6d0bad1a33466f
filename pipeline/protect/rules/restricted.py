"""Records that the force has restricted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import mask_of
from pipeline.model.handling import Judgement, Problem, PublicRevision, PublicRows, nowhere, problem
from pipeline.protect.pseudonyms import FULL
from pipeline.protect.rules.rule import Marked, RowRuleBase, is_flag, is_yes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedRow(RowRuleBase):
    """Withholds a row that is marked `Y`; a blank or another mark is a problem."""

    column: str

    @property
    def settles(self) -> tuple[str, ...]:
        """The mark."""
        return (self.column,)

    def check(self, raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the marks that are neither `Y` nor `N`."""
        return problem(self.column, "bad-flag", ~is_flag(raw.cells[self.column]))

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        """Return the marked rows."""
        return Judgement((Marked("restricted", is_yes(raw.cells[self.column])),))


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedRecord(RestrictedRow):
    """Withholds every row of a reference that any row ever received marks `Y`, in every month.

    The reference counts as the own force's, whatever the row says, so that a bad row restricts too.
    """

    register: ClassVar[str] = "restricted"
    holds: ClassVar[str] = "restricted records"
    reference: str
    published: str
    scope: str = "crime"

    @property
    def reads(self) -> tuple[str, ...]:
        """The mark and the reference."""
        return (self.column, self.reference)

    def enter(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, str]:
        """Return the keyed references that are marked."""
        marked = pc.filter(cells[self.reference], pa.array(is_yes(cells[self.column])))
        references = pc.unique(marked.drop_null()).to_pylist()
        return {context.pseudonyms.one(self.scope, context.force, text, length=FULL): "Y" for text in references}

    def judge(self, _raw: RawTable, columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the rows of restricted references."""
        column = columns[self.published]
        marked = context.registers.get(self.register, {})
        if not marked:
            return Judgement((Marked("restricted", nowhere(len(column))),))
        mask = mask_of(pc.is_in(column, value_set=pa.array(sorted(marked), pa.string())))
        hit = pc.unique(pc.filter(column, pa.array(mask)))
        return Judgement((Marked("restricted", mask),), applied=sorted(str(each) for each in hit.to_pylist()))

    def revise_public(self, rows: PublicRows, context: Context) -> PublicRevision | None:
        """Remove the rows of references that were restricted since."""
        references = rows.references(self.scope)
        marked = context.registers.get(self.register, {})
        if references is None or not marked:
            return None
        out = mask_of(pc.is_in(references, value_set=pa.array(sorted(marked), pa.string())))
        return (
            PublicRevision(out, applied=pc.unique(references.filter(pa.array(out))).to_pylist()) if out.any() else None
        )
