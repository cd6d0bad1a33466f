"""Events to come, venues that are not public, sensitive audiences."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, plain, where
from pipeline.model.handling import Decisive, Judgement, RowRule, nowhere
from pipeline.model.public_rows import PublicRevision
from pipeline.protect.rules.rule import Marked, only
from pipeline.protect.treatments.dates import before

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.examples import Draw
    from pipeline.model.public_rows import PublicRows
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyHeld(RowRule):
    """Withholds an event that starts on or after the day of the run."""

    what: str = "Events to come"
    why: str = "an event to come may be at a place that must be kept quiet"
    starts_at: str

    @property
    def reads(self) -> tuple[str, ...]:
        """When the event starts."""
        return (self.starts_at,)

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the events to come."""
        to_come = ~before(raw.cells[self.starts_at], context.as_of.isoformat())
        return Judgement((Marked("not-yet-held", to_come),))

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return an event to come."""
        return ({self.starts_at: "2024-05-14 19:00"},)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProtectedEvent(RowRule):
    """What rules about events share: an event that was protected in a release stays so until somebody decides.

    Events are compared by the folded form of ``reference``.
    """

    register: ClassVar[str] = "event"
    holds: ClassVar[str] = "protected events"
    mark: ClassVar[str] = ""
    scope: str = "event"
    coded: str
    reference: str

    @property
    def reads(self) -> tuple[str, ...]:
        """What protects, and the event."""
        return (self.coded, self.reference)

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """What protects."""
        return (Decisive(self.coded),)

    @property
    def _key(self) -> str:
        return f"protected {self.scope}"

    @abstractmethod
    def protects(self, column: pa.Array, context: Context, *, known: bool) -> Mask:
        """Return the rows that are protected by themselves; with ``known`` only those whose code is on the list."""

    def keys(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, pa.Array]:
        """Return the key of each event."""
        return {self._key: context.pseudonyms.protection(self.scope, cells[self.reference])}

    def enter(self, cells: Mapping[str, pa.Array], _rows: pa.Array, context: Context) -> Mapping[str, str]:
        """Return the events that are protected."""
        protected = pa.array(self.protects(cells[self.coded], context, known=True))
        references = pc.unique(pc.filter(plain(cells[self.reference]), protected).drop_null()).to_pylist()
        found = [context.pseudonyms.protection_of(self.scope, text) for text in references]
        return {f"{self.mark} {key}": "Y" for key in found if key}

    def bearing(self, cells: Mapping[str, pa.Array], keys: Collection[str], context: Context) -> pa.Array:
        """Return the key of each row's event."""
        event = plain(context.pseudonyms.protection(self.scope, cells[self.reference]))
        return only(pc.binary_join_element_wise(self.mark, event, " "), keys)

    def _remembered(self, keys: pa.Array, context: Context) -> tuple[Mask, tuple[str, ...]]:
        """Return the rows whose event is in the register, and the entries that say so."""
        entries = context.registers.get(self.register, {})
        bears = pc.binary_join_element_wise(self.mark, plain(keys), " ")
        mask = facts_of_distinct(bears, entries.__contains__, dtype=np.bool_, empty=False)
        return mask, tuple(sorted(map(str, pc.unique(pc.filter(bears, pa.array(mask))).to_pylist())))

    def _protected(self, raw: RawTable, context: Context) -> tuple[Mask, tuple[str, ...]]:
        remembered, hit = self._remembered(raw.cells[self._key], context)
        return self.protects(raw.cells[self.coded], context, known=False) | remembered, hit

    def revise_public(self, rows: PublicRows, context: Context) -> PublicRevision | None:
        """Return what becomes of public events that were found to need protection since."""
        keys = rows.key(self._key)
        if keys is None:
            return None
        mask, hit = self._remembered(keys, context)
        return self._revised(rows, mask, hit) if mask.any() else None

    @abstractmethod
    def _revised(self, rows: PublicRows, mask: Mask, hit: Sequence[str]) -> PublicRevision | None:
        """Return what becomes of the events of a mask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicVenue(_ProtectedEvent):
    """Withholds an event at a kind of venue that the code list does not call public: a home or a refuge is not."""

    mark: ClassVar[str] = "venue"
    what: str = "Events at venues that are not public"
    why: str = "homes, refuges and hostels are kept quiet"
    codelist: str = "venue-kind"

    def protects(self, column: pa.Array, context: Context, *, known: bool) -> Mask:
        """Return the events at venues that are not public."""
        public = context.codelists.read(self.codelist).mapping("code", "is_public", month=context.first_month)
        is_public = facts_of_distinct(column, lambda code: public.get(code) == "Y", dtype=np.bool_, empty=False)
        return ~is_public & _listed(column, public) if known else ~is_public

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the events at other venues."""
        mask, hit = self._protected(raw, context)
        return Judgement((Marked("private-venue", mask),), applied=hit)

    def _revised(self, _rows: PublicRows, mask: Mask, hit: Sequence[str]) -> PublicRevision:
        return PublicRevision("private-venue", mask, applied=hit)

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return kinds of venue that are public."""
        return {self.coded: draw.of(tuple(row["code"] for row in draw.codes(self.codelist) if row["is_public"] == "Y"))}

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return an event at somebody's home."""
        return ({self.coded: "private-home"},)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitiveAudience(_ProtectedEvent):
    """Blanks the day and the ward of events for audiences that the code list marks sensitive."""

    mark: ClassVar[str] = "audience"
    what: str = "Day and ward of events for sensitive audiences"
    why: str = "day and ward would lead to a sensitive group"
    blanks: tuple[str, ...]
    codelist: str = "engagement-audience"

    def protects(self, column: pa.Array, context: Context, *, known: bool) -> Mask:
        """Return the events for sensitive audiences; an unknown audience is quarantined, and sensitive until then."""
        marks = context.codelists.read(self.codelist).mapping("code", "is_sensitive")
        sensitive = ~facts_of_distinct(column, lambda code: marks.get(code) == "N", dtype=np.bool_, empty=False)
        return sensitive & _listed(column, marks) if known else sensitive

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the entries of the register that blank something."""
        return Judgement(applied=self._protected(raw, context)[1])

    def amend(self, columns: dict[str, pa.Array], raw: RawTable, context: Context) -> dict[str, pa.Array]:
        """Return the columns with the day and the ward of sensitive events empty."""
        sensitive, _ = self._protected(raw, context)
        return columns | {name: where(sensitive, None, columns[name]) for name in self.blanks}

    def _revised(self, rows: PublicRows, mask: Mask, hit: Sequence[str]) -> PublicRevision | None:
        columns = {name: rows.text(name) for name in self.blanks}
        if not any((mask & filled(column)).any() for column in columns.values()):
            return None
        blanked = {name: plain(where(mask, None, column)) for name, column in columns.items()}
        return PublicRevision("", nowhere(len(mask)), blanked, applied=hit)


def _listed(column: pa.Array, codes: Mapping[str, str]) -> Mask:
    return facts_of_distinct(column, codes.__contains__, dtype=np.bool_, empty=False)
