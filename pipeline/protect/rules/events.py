"""Events to come, venues that are not public, sensitive audiences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.columns.arrays import facts_of_distinct, filled, on_distinct, where
from pipeline.model.handling import Judgement
from pipeline.protect.rules.rule import Marked, RowRuleBase
from pipeline.protect.treatments.dates import before

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyHeld(RowRuleBase):
    """Withholds an event that starts on or after the day of the run."""

    starts_at: str

    @property
    def reads(self) -> tuple[str, ...]:
        """When the event starts."""
        return (self.starts_at,)

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the events to come."""
        to_come = ~before(raw.cells[self.starts_at], context.as_of.isoformat())
        return Judgement((Marked("not-yet-held", to_come),))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicVenue(RowRuleBase):
    """Withholds an event at a kind of venue that the code list does not call public: a home or a refuge is not."""

    column: str
    codelist: str = "venue-kind"

    @property
    def reads(self) -> tuple[str, ...]:
        """The kind of venue."""
        return (self.column,)

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the events at other venues."""
        public = context.codelists.read(self.codelist).mapping("code", "is_public", month=context.month)
        is_public = on_distinct(raw.cells[self.column], lambda code: "Y" if public.get(code) == "Y" else None)
        return Judgement((Marked("private-venue", ~filled(is_public)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitiveAudience(RowRuleBase):
    """Blanks the day and the ward of events for audiences that the code list marks sensitive."""

    column: str
    blanks: tuple[str, ...]
    codelist: str = "engagement-audience"

    @property
    def reads(self) -> tuple[str, ...]:
        """The audience."""
        return (self.column,)

    def amend(self, columns: dict[str, pa.Array], raw: RawTable, context: Context) -> dict[str, pa.Array]:
        """Return the columns with the day and the ward of sensitive events empty."""
        marks = context.codelists.read(self.codelist).mapping("code", "is_sensitive")
        # an unknown audience is quarantined; until then it is treated as sensitive
        sensitive = ~facts_of_distinct(
            raw.cells[self.column], lambda code: marks.get(code) == "N", dtype=np.bool_, empty=False
        )
        return columns | {name: where(sensitive, None, columns[name]) for name in self.blanks}
