"""The offence code against the crime type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import filled, mask_of, on_distinct, plain
from pipeline.model.handling import Problem, problem
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.protect.handling import key_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenceAgrees(RowRule):
    """Uses the offence code: a listed one must agree with the crime type; an unlisted one is counted."""

    beside = ("crime_type",)
    typical = ("truth", "offence", "code", "crime_type")
    lackable = True  # the crime type is published
    takes = 1
    refuses = True
    what: str = "Crimes with an offence code of another crime type"
    why: str = "such a code is a mistake at its source"
    crime_type: str
    codelist: str = "offence-code"

    def _expected(self, raw: RawTable, context: Context) -> pa.Array:
        listed = context.codelists.read(self.codelist).mapping("code", "crime_type", month=context.first_month)
        return on_distinct(raw.cells[self.column], listed.get)

    def check(self, raw: RawTable, context: Context) -> Sequence[Problem]:
        """Return the listed codes that belong to another crime type, and damaged ones."""
        differs = pc.not_equal(plain(self._expected(raw, context)), plain(raw.cells[self.crime_type]))
        mismatch = problem(self.column, "offence-mismatch", mask_of(differs))
        return key_problems(self.column, raw.cells[self.column], mismatch)

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the rows whose offence code is unlisted or empty: they are published, and counted."""
        return Judgement(quality={"unlisted_offence_code": ~filled(self._expected(raw, context))})

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return codes that are of another type, unlisted or empty."""
        return ({self.column: "28/3", self.crime_type: "Shoplifting"}, {self.column: "999/9"}, {self.column: ""})
