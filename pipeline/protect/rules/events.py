"""Events to come, venues that are not public, sensitive audiences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import mask_on_distinct
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.protect.handling import marked
from pipeline.protect.rules.protected_record import BlanksCells, KeepsBack
from pipeline.protect.treatments.dates import before

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.handling import Draw
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyHeld(RowRule):
    """Withholds an event that starts on or after the day of the run."""

    odd = ("2024-05-14 19:00",)  # an event to come
    beside = ("starts_at",)
    what: str = "Events to come"
    why: str = "an event to come may be at a place that must be kept quiet"
    starts_at: str

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the events to come."""
        to_come = ~before(raw.cells[self.starts_at], context.as_of.isoformat())
        return Judgement((marked("not-yet-held", to_come),))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicVenue(KeepsBack):
    """Withholds an event at a kind of venue that the code list does not call public: a home or a refuge is not."""

    odd = ("private-home",)
    register = "event"
    marked = "venue"
    because = "private-venue"
    holds = "protected events"
    scope: str = "event"
    what: str = "Events at venues that are not public"
    why: str = "homes, refuges and hostels are kept quiet"
    codelist: str = "venue-kind"

    def protects(self, column: pa.Array, context: Context, *, known: bool) -> Mask:
        """Return the events at venues that are not public."""
        public = context.codelists.read(self.codelist).mapping("code", "is_public", month=context.first_month)
        is_public = mask_on_distinct(column, lambda code: public.get(code) == "Y")
        return ~is_public & mask_on_distinct(column, public.__contains__) if known else ~is_public

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return kinds of venue that are public."""
        return {self.coded: draw.of(tuple(row["code"] for row in draw.codes(self.codelist) if row["is_public"] == "Y"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitiveAudience(BlanksCells):
    """Blanks the day and the ward of events for audiences that the code list marks sensitive."""

    register = "event"
    marked = "audience"
    holds = "protected events"
    scope: str = "event"
    what: str = "Day and ward of events for sensitive audiences"
    why: str = "day and ward would lead to a sensitive group"
    codelist: str = "engagement-audience"

    def protects(self, column: pa.Array, context: Context, *, known: bool) -> Mask:
        """Return the events for sensitive audiences; an unknown audience is quarantined, and sensitive until then."""
        marks = context.codelists.read(self.codelist).mapping("code", "is_sensitive")
        sensitive = ~mask_on_distinct(column, lambda code: marks.get(code) == "N")
        return sensitive & mask_on_distinct(column, marks.__contains__) if known else sensitive
