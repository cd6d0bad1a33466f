"""What may happen to a row: restricted records, duplicates, events to come, venues that are not public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, mask_of, on_distinct, plain, where
from pipeline.columns.groups import NO_BYTES, first_bytes, groups
from pipeline.protect.place import Judgement, Overtaken, Place, Problem, PublicRows, nowhere, problem
from pipeline.protect.pseudonyms import FULL
from pipeline.protect.treatments import before

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True)
class Marked:
    """Settles the rows of one mask with one reason."""

    code: str
    mask: Mask

    def settle(self, standing: Mask, _bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield the marked rows that still stand."""
        yield self.code, self.mask & standing


@dataclass(frozen=True, slots=True)
class _Rule:
    """What all row rules share: what they keep back, a reason, and doing nothing where there is nothing to do."""

    what: str
    why: str
    register: ClassVar[str] = ""

    @property
    def settles(self) -> tuple[str, ...]:
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        return self.settles

    @property
    def identifies(self) -> tuple[str, ...]:
        return ()

    def enters(self, _cells: Mapping[str, pa.Array], _place: Place) -> Mapping[str, str]:
        return {}

    def check(self, _raw: RawTable, _place: Place) -> Sequence[Problem]:
        return ()

    def forgive(self, problems: Sequence[Problem], _raw: RawTable, _place: Place) -> Sequence[Problem]:
        return problems

    def amend(self, columns: dict[str, pa.Array], _raw: RawTable, _place: Place) -> dict[str, pa.Array]:
        return columns

    def unpublishable(self, _raw: RawTable, _place: Place) -> Mask | None:
        return None

    def judge(self, _raw: RawTable, _columns: Mapping[str, pa.Array], _place: Place) -> Judgement:
        return Judgement()

    def overtake(self, _rows: PublicRows, _place: Place) -> Overtaken | None:
        return None

    def review(self, _raw: RawTable, _place: Place, _apart: Mask) -> Sequence[str]:
        return ()


def is_yes(column: pa.Array) -> Mask:
    """Return where a flag is `Y`."""
    return facts_of_distinct(column, "Y".__eq__, dtype=np.bool_, empty=False)


def is_flag(column: pa.Array) -> Mask:
    """Return where a flag is `Y` or `N`."""
    return facts_of_distinct(column, {"Y", "N"}.__contains__, dtype=np.bool_, empty=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedRow(_Rule):
    """Withholds a row that is marked `Y`; a blank or another mark is a problem."""

    column: str

    @property
    def settles(self) -> tuple[str, ...]:
        """The mark."""
        return (self.column,)

    def check(self, raw: RawTable, _place: Place) -> Sequence[Problem]:
        """Return the marks that are neither `Y` nor `N`."""
        return problem(self.column, "bad-flag", ~is_flag(raw.cells[self.column]))

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], _place: Place) -> Judgement:
        """Return the marked rows."""
        return Judgement((Marked("restricted", is_yes(raw.cells[self.column])),))


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedRecord(RestrictedRow):
    """Withholds every row of a reference that any row ever received marks `Y`, in every month.

    The reference counts as the own force's, whatever the row says, so that a bad row restricts too.
    """

    register: ClassVar[str] = "restricted"
    reference: str
    published: str
    scope: str = "crime"

    @property
    def reads(self) -> tuple[str, ...]:
        """The mark and the reference."""
        return (self.column, self.reference)

    def enters(self, cells: Mapping[str, pa.Array], place: Place) -> Mapping[str, str]:
        """Return the keyed references that are marked."""
        marked = pc.filter(cells[self.reference], pa.array(is_yes(cells[self.column])))
        references = pc.unique(marked.drop_null()).to_pylist()
        return {place.pseudonyms.one(self.scope, place.force, text, length=FULL): "Y" for text in references}

    def judge(self, _raw: RawTable, columns: Mapping[str, pa.Array], place: Place) -> Judgement:
        """Return the rows of restricted references."""
        column = columns[self.published]
        if not place.restricted:
            return Judgement((Marked("restricted", nowhere(len(column))),))
        mask = mask_of(pc.is_in(column, value_set=pa.array(sorted(place.restricted), pa.string())))
        hit = pc.unique(pc.filter(column, pa.array(mask)))
        return Judgement((Marked("restricted", mask),), applied=sorted(str(each) for each in hit.to_pylist()))

    def overtake(self, rows: PublicRows, place: Place) -> Overtaken | None:
        """Remove the rows of references that were restricted since."""
        references = rows.references(self.scope)
        if references is None or not place.restricted:
            return None
        out = mask_of(pc.is_in(references, value_set=pa.array(sorted(place.restricted), pa.string())))
        return Overtaken(out, applied=pc.unique(references.filter(pa.array(out))).to_pylist()) if out.any() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenceAgrees(_Rule):
    """Uses the offence code: a listed one must agree with the crime type; an unlisted one is counted."""

    column: str
    crime_type: str
    codelist: str = "offence-code"

    @property
    def settles(self) -> tuple[str, ...]:
        """The offence code."""
        return (self.column,)

    @property
    def reads(self) -> tuple[str, ...]:
        """The offence code and the crime type."""
        return (self.column, self.crime_type)

    def _expected(self, raw: RawTable, place: Place) -> pa.Array:
        listed = place.codelists.read(self.codelist).mapping("code", "crime_type", month=place.month)
        return on_distinct(raw.cells[self.column], listed.get)

    def check(self, raw: RawTable, place: Place) -> Sequence[Problem]:
        """Return the listed codes that belong to another crime type."""
        differs = pc.not_equal(plain(self._expected(raw, place)), plain(raw.cells[self.crime_type]))
        return problem(self.column, "offence-mismatch", mask_of(differs))

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], place: Place) -> Judgement:
        """Return the rows whose offence code is unlisted or empty: they are published, and counted."""
        return Judgement(quality={"unlisted_offence_code": ~filled(self._expected(raw, place))})


@dataclass(frozen=True, slots=True)
class _OneOfEach:
    """Keeps the first standing row of each group; ``group`` is -1 where a row is alone."""

    group: NDArray[np.int64]

    def settle(self, standing: Mask, _bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield the later copies."""
        copies = nowhere(len(standing))
        candidates = np.flatnonzero(standing & (self.group >= 0))
        _, first = np.unique(self.group[candidates], return_index=True)
        copies[candidates] = True
        copies[candidates[first]] = False
        yield "duplicate", copies


def _alike(column: pa.Array) -> NDArray[np.int64]:
    """Return the rows whose text begins with the same eight bytes as another row's: all equal ones are among them."""
    first = first_bytes(plain(column))
    ordered = np.sort(first)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    alike = pc.is_in(pa.array(first), value_set=pa.array(np.unique(again[again != NO_BYTES])))
    return np.flatnonzero(np.asarray(alike))


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRecord(_Rule):
    """Withholds the extra copies of rows that agree in every published column, ``key`` included."""

    key: str

    def judge(self, _raw: RawTable, columns: Mapping[str, pa.Array], _place: Place) -> Judgement:
        """Return the groups of equal rows; rows whose key stands on a different row too are counted."""
        near = _alike(columns[self.key])
        equal = np.full(len(columns[self.key]), -1, np.int64)
        differing = nowhere(len(equal))
        if len(near):
            some = pa.array(near)
            keys = groups(columns[self.key].take(some))
            equal[near] = groups(*(column.take(some) for column in columns.values()))
            pairs = np.unique(np.column_stack([keys, equal[near]]), axis=0)
            differing[near] = np.bincount(pairs[:, 0])[keys] > 1
        return Judgement((_OneOfEach(equal),), quality={"shared_reference": differing})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyHeld(_Rule):
    """Withholds an event that starts on or after the day of the run."""

    starts_at: str

    @property
    def reads(self) -> tuple[str, ...]:
        """When the event starts."""
        return (self.starts_at,)

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], place: Place) -> Judgement:
        """Return the events to come."""
        to_come = ~before(raw.cells[self.starts_at], place.as_of.isoformat())
        return Judgement((Marked("not-yet-held", to_come),))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicVenue(_Rule):
    """Withholds an event at a kind of venue that the code list does not call public: a home or a refuge is not."""

    column: str
    codelist: str = "venue-kind"

    @property
    def reads(self) -> tuple[str, ...]:
        """The kind of venue."""
        return (self.column,)

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], place: Place) -> Judgement:
        """Return the events at other venues."""
        public = place.codelists.read(self.codelist).mapping("code", "is_public", month=place.month)
        is_public = on_distinct(raw.cells[self.column], lambda code: "Y" if public.get(code) == "Y" else None)
        return Judgement((Marked("private-venue", ~filled(is_public)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitiveAudience(_Rule):
    """Blanks the day and the ward of events for audiences that the code list marks sensitive."""

    column: str
    blanks: tuple[str, ...]
    codelist: str = "engagement-audience"

    @property
    def reads(self) -> tuple[str, ...]:
        """The audience."""
        return (self.column,)

    def amend(self, columns: dict[str, pa.Array], raw: RawTable, place: Place) -> dict[str, pa.Array]:
        """Return the columns with the day and the ward of sensitive events empty."""
        marks = place.codelists.read(self.codelist).mapping("code", "is_sensitive")
        # an unknown audience is quarantined; until then it is treated as sensitive
        sensitive = ~facts_of_distinct(
            raw.cells[self.column], lambda code: marks.get(code) == "N", dtype=np.bool_, empty=False
        )
        return columns | {name: where(sensitive, None, columns[name]) for name in self.blanks}
