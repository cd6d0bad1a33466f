"""Who was paid: people are redacted, and whom nobody has classified waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, plain, where
from pipeline.model.handling import Judgement, Problem, PublicRevision, PublicRows, nowhere
from pipeline.protect.rules.rule import RowRuleBase
from pipeline.protect.rules.transactions import transactions, with_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable

#: From the least to the most protective; a payee takes the most protective type ever given.
PROTECTION = {"ORG": 1, "SOLE": 2, "IND": 3, "STAFF": 3, "PROT": 4}
PERSONAL = ("IND", "STAFF")
PROTECTED = ("PROT",)


def most_protective(types: Iterable[str]) -> str:
    """Return the most protective of known types, "" where there is none."""
    known = sorted((kind for kind in types if kind in PROTECTION), key=lambda kind: (-PROTECTION[kind], kind))
    return known[0] if known else ""


@dataclass(frozen=True, slots=True)
class _Review:
    """Withholds whole transactions that have a standing line with an unknown payee."""

    group: NDArray[np.int64]
    unknown: Mask

    def settle(self, standing: Mask, _bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield their standing lines."""
        yield "payee-needs-review", with_any(self.group, self.unknown & standing) & standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Published columns that redaction touches, and the raw columns whose problems it settles."""

    name: str = "supplier_name"
    code: str = "redaction"
    always_blank: tuple[str, ...] = ("supplier_id", "company_number", "contract_reference")
    protected_blank: tuple[str, ...] = ("department", "category", "purpose")
    raw_always: tuple[str, ...] = ("Supplier Name", "Supplier No", "Company No", "Contract Ref")
    raw_protected: tuple[str, ...] = ("Cost Centre Name", "Account Name")

    @property
    def touches(self) -> tuple[str, ...]:
        """Every published column that may change."""
        return (self.name, self.code, *self.always_blank, *self.protected_blank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee(RowRuleBase):
    """Redacts people, and withholds transactions whose payee nobody has classified."""

    register: ClassVar[str] = "payee"
    holds: ClassVar[str] = "types of suppliers"
    every_row: ClassVar[bool] = True
    column: str
    supplier: str
    body: str
    number: str
    redaction: Redaction
    markers: str = "redaction-marker"
    scope: str = "supplier"

    @property
    def settles(self) -> tuple[str, ...]:
        """The type that the ledger gives."""
        return (self.column,)

    @property
    def reads(self) -> tuple[str, ...]:
        """The type, the supplier, the transaction."""
        return (self.column, self.supplier, self.body, self.number)

    def enter(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, str]:
        """Return the most protective type that this source gives to each supplier; "" where it gives none."""
        pairs = pa.table({"supplier": plain(cells[self.supplier]), "kind": plain(cells[self.column])})
        kinds = pairs.filter(pc.is_valid(pairs["supplier"])).group_by("supplier").aggregate([("kind", "distinct")])
        return {
            context.pseudonyms.one(self.scope, supplier): most_protective(kind for kind in given if kind)
            for supplier, given in zip(kinds["supplier"].to_pylist(), kinds["kind_distinct"].to_pylist(), strict=True)
        }

    def combine(self, values: Iterable[str]) -> str:
        """Return the most protective type."""
        return most_protective(values)

    def kinds(self, raw: RawTable, context: Context) -> NDArray[np.object_]:
        """Return each line's type: its supplier's over all ledgers, else its own; "" where unknown."""
        own = facts_of_distinct(
            raw.cells[self.column], lambda kind: kind if kind in PROTECTION else "", dtype=np.object_, empty=""
        )
        supplier = raw.cells[self.supplier]
        known = facts_of_distinct(
            supplier,
            lambda number: context.registers.get(self.register, {}).get(context.pseudonyms.one(self.scope, number), ""),
            dtype=np.object_,
            empty="",
        )
        return np.where(filled(supplier), known, own)

    def questions(self, raw: RawTable, context: Context, apart: Mask) -> Sequence[str]:
        """Return the numbers of the suppliers whom nobody has classified."""
        unknown = pc.filter(plain(raw.cells[self.supplier]), pa.array((self.kinds(raw, context) == "") & ~apart))
        return sorted(str(number) for number in pc.unique(unknown.drop_null()).to_pylist())

    def _masks(self, raw: RawTable, context: Context) -> tuple[Mask, Mask]:
        kinds = self.kinds(raw, context)
        return np.isin(kinds, PERSONAL), np.isin(kinds, PROTECTED)

    def excuse(self, problems: Sequence[Problem], raw: RawTable, context: Context) -> Sequence[Problem]:
        """Return the problems without those of cells that redaction blanks or replaces."""
        personal, protected = self._masks(raw, context)
        kept = []
        for found in problems:
            mask = found.mask
            if found.column in self.redaction.raw_always:
                mask = mask & ~(personal | protected)
            elif found.column in self.redaction.raw_protected:
                mask = mask & ~protected
            kept.append(found._replace(mask=mask))
        return [found for found in kept if found.mask.any()]

    def amend(self, columns: dict[str, pa.Array], raw: RawTable, context: Context) -> dict[str, pa.Array]:
        """Return the columns with people redacted."""
        personal, protected = self._masks(raw, context)
        return self._redacted(columns, personal, protected, context)

    def _redacted(
        self, columns: Mapping[str, pa.Array], personal: Mask, protected: Mask, context: Context
    ) -> dict[str, pa.Array]:
        marker = context.codelists.read(self.markers).mapping()
        done = dict(columns)
        for code, mask in (("personal", personal), ("other", protected)):
            done[self.redaction.name] = where(mask, marker[code], done[self.redaction.name])
            done[self.redaction.code] = where(mask, code, done[self.redaction.code])
        for name in self.redaction.always_blank:
            done[name] = where(personal | protected, None, done[name])
        for name in self.redaction.protected_blank:
            done[name] = where(protected, None, done[name])
        return done

    def revise_public(self, rows: PublicRows, context: Context) -> PublicRevision | None:
        """Redact the rows of suppliers who were found to need more protection since."""
        references = rows.references(self.scope)
        if references is None:
            return None
        kinds = facts_of_distinct(
            references, lambda each: context.registers.get(self.register, {}).get(each, ""), dtype=np.object_, empty=""
        )
        given = {"personal": PROTECTION["IND"], "other": PROTECTION["PROT"]}
        enough = facts_of_distinct(rows.text(self.redaction.code), given.__getitem__, dtype=np.int64, empty=0)
        personal = np.isin(kinds, PERSONAL) & (enough < PROTECTION["IND"])
        protected = np.isin(kinds, PROTECTED) & (enough < PROTECTION["PROT"])
        if not (personal | protected).any():
            return None
        columns = {name: rows.text(name) for name in self.redaction.touches}
        done = self._redacted(columns, personal, protected, context)
        return PublicRevision(nowhere(len(references)), {name: plain(column) for name, column in done.items()})

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the lines whose payee is unknown."""
        unknown = self.kinds(raw, context) == ""
        return Judgement((_Review(transactions(raw, self.body, self.number), unknown),))
