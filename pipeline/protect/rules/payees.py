"""Who was paid: people are redacted, and whom nobody has classified waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, on_distinct, plain, where
from pipeline.columns.groups import groups
from pipeline.columns.keys import fold_column
from pipeline.model.handling import Judgement, Problem, PublicRevision, PublicRows
from pipeline.protect.rules.payee_register import (
    ASKED,
    HELD,
    PERSONAL,
    PROTECTED,
    PROTECTION,
    SUPPLIER_TYPES,
    UNKNOWN,
    entries_of_ledger,
    entries_of_list,
    resolved,
    strongest,
    type_of,
)
from pipeline.protect.rules.rule import RowRuleBase, written_differently
from pipeline.protect.rules.transactions import transactions, with_any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable


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
    """Redacts people, and withholds transactions whose payee nobody has classified.

    One payee is one payee, however its number is written, and by its name too.  A protected line takes supplier,
    department, category, purpose and contract reference from its whole transaction.
    """

    register: ClassVar[str] = "payee"
    holds: ClassVar[str] = "types of suppliers"
    every_row: ClassVar[bool] = True
    column: str
    supplier: str
    name: str
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
        return (self.column, self.supplier, self.name, self.body, self.number)

    def keys(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, pa.Array]:
        """Return the key of each line's supplier."""
        return {_KEY: context.pseudonyms.protection(self.scope, cells[self.supplier])}

    def enter(self, cells: Mapping[str, pa.Array], rows: pa.Array, context: Context) -> Mapping[str, str]:
        """Return what a ledger says of its payees."""
        columns = (cells[self.supplier], cells[self.column], cells[self.name])
        return entries_of_ledger(*columns, rows, scope=self.scope, context=context)

    def enter_lists(self, context: Context) -> Mapping[str, Mapping[str, str]]:
        """Return what the force's list says of payees; a list that is not there says nothing new."""
        lines = context.references.table("supplier-types")
        if lines is None or context.references.is_absent("supplier-types"):
            return {}
        return {SUPPLIER_TYPES: entries_of_list(lines, scope=self.scope, context=context)}

    def absent_lists(self, context: Context) -> Collection[str]:
        """Return the force's list where it has none; one that cannot be read is not absent."""
        unread = context.references.table("supplier-types") is None
        return () if unread or not context.references.is_absent("supplier-types") else (SUPPLIER_TYPES,)

    def combine(self, values: Iterable[str]) -> str:
        """Return the most protective type."""
        return strongest(values)

    def strength(self, value: str) -> int:
        """Return how protective a type is, where it redacts."""
        kind = value.removeprefix(UNKNOWN).partition(" ")[0]
        return PROTECTION[kind] if kind in (*PERSONAL, *PROTECTED) else 0

    def resolve(self, entries: dict[str, str]) -> dict[str, str]:
        """Return the type of each payee, and the names that are held."""
        return resolved(entries)

    def count(self, keys: Collection[str]) -> int:
        """Return the number of payees: those that are called otherwise too are counted once."""
        return sum(not key.startswith("m:") for key in keys) or len(keys)

    def borne(self, weaker: Mapping[str, str], entered: Collection[str]) -> Collection[str]:
        """Return the keys whose payee, by number or by name, some ledger holds; one without a type is held anyway."""
        called = {key[2:].partition("|")[0] for key in entered if key.startswith("n:")}
        return {
            key
            for key, now in weaker.items()
            if (key[2:] in called if key.startswith("m:") else now in PROTECTION and {key, f"x:{key}"} & set(entered))
        }

    def asks(self, entries: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
        """Return the listed numbers whose name is protected under another number."""
        return {"name-also-protected": frozenset(key for key, value in entries.items() if value == ASKED)}

    def remarks(self, sources: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        """Yield numbers that are written in several ways, and lines of the list that match no ledger."""
        spelt: dict[str, set[str]] = {}
        for entered in sources.values():
            for key, value in entered.items():
                if key.startswith("x:"):
                    spelt.setdefault(value.partition(" ")[0], set()).add(key)
        for path, entered in sources.items():
            rows = [value.partition(" ") for key, value in entered.items() if key.startswith("x:")]
            differing = [int(row) for key, _, row in rows if len(spelt[key]) > 1]
            if differing:
                yield written_differently(path, differing)
        unmatched = [
            int(value.partition(" ")[2])
            for key, value in sources.get(SUPPLIER_TYPES, {}).items()
            if key.startswith("l:") and not any(key[2:] in entered for entered in sources.values())
        ]
        if unmatched:
            rows_of = ", ".join(f"{row:,}" for row in sorted(unmatched))
            yield f"{SUPPLIER_TYPES}, rows {rows_of}: no ledger ever held such a supplier number"

    def kinds(self, raw: RawTable, context: Context) -> NDArray[np.object_]:
        """Return each line's type: its supplier's over all ledgers, else its own; "" where it has to be reviewed."""
        entries = context.registers.get(self.register, {})
        called = context.pseudonyms.protection("name", raw.cells[self.name])
        own = facts_of_distinct(raw.cells[self.column], lambda kind: type_of([kind]), dtype=np.object_, empty="")
        most = facts_of_distinct(called, lambda each: entries.get(f"m:{each}", ""), dtype=np.object_, empty="")
        own = np.where(_protects(most) > _protects(own), "", own)
        supplier = raw.cells[_KEY]
        known = facts_of_distinct(supplier, lambda key: entries.get(key, ""), dtype=np.object_, empty="")
        older = self._of_before(raw.cells[self.supplier], entries, context)
        known = np.where(_protects(older) > _protects(known), older, known)
        held = _pairs(called, supplier, entries)
        kinds = np.where(filled(supplier), np.where(held, "", known), own)
        return np.where(np.isin(kinds, list(PROTECTION)), kinds, "")

    def _of_before(self, supplier: pa.Array, entries: Mapping[str, str], context: Context) -> NDArray[np.object_]:
        """Return what an older version remembers of each supplier, by the pseudonym of its exact number."""

        def older(number: str) -> str:
            return entries.get(context.pseudonyms.one(self.scope, number), "")

        if all(key[1:2] == ":" for key in entries):
            return np.full(len(supplier), "", np.object_)
        return facts_of_distinct(supplier, older, dtype=np.object_, empty="")

    def questions(self, raw: RawTable, context: Context, apart: Mask) -> Sequence[str]:
        """Return the numbers of the suppliers whom nobody has classified."""
        unknown = pc.filter(plain(raw.cells[self.supplier]), pa.array((self.kinds(raw, context) == "") & ~apart))
        return sorted(str(number) for number in pc.unique(unknown.drop_null()).to_pylist())

    def _masks(self, raw: RawTable, context: Context) -> tuple[Mask, Mask]:
        """Return the lines of people, and all lines of transactions with a protected one.

        A protected line of no known body protects its transaction number in every body of its file.
        """
        kinds = self.kinds(raw, context)
        lines = np.isin(kinds, PROTECTED)
        body = raw.cells[self.body]
        number = context.pseudonyms.protection("transaction", raw.cells[self.number])
        source = pa.array(raw.source)
        of_body = np.where(filled(number), groups(source, fold_column(body), number), -1)
        of_any = np.where(filled(number), groups(source, number), -1)
        nobodys = lines & ~filled(on_distinct(body, context.bodies.get))
        protected = with_any(of_body, lines) | with_any(of_any, nobodys)
        return np.isin(kinds, PERSONAL) & ~protected, protected

    def excuse(self, problems: Sequence[Problem], raw: RawTable, context: Context) -> Sequence[Problem]:
        """Return the problems without those of cells that redaction blanks or replaces; a damaged key stays bad."""
        personal, protected = self._masks(raw, context)
        kept = []
        for found in problems:
            mask = found.mask
            if found.column in self.redaction.raw_always and found.code != "damaged-key":
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
        """Redact the rows of suppliers who were found to need more protection since; take out whoever is held."""
        named = rows.references(self.scope)
        if named is None:
            return None
        entries = context.registers.get(self.register, {})
        aliases = pa.array([entries.get(f"x:{each}", "").partition(" ")[0] or None for each in named.to_pylist()])
        keys = rows.key(_KEY)
        keys = aliases.cast(pa.string()) if keys is None else pc.coalesce(keys, aliases.cast(pa.string()))
        kinds = facts_of_distinct(keys, lambda key: entries.get(key, ""), dtype=np.object_, empty="")
        older = facts_of_distinct(named, lambda each: entries.get(each, ""), dtype=np.object_, empty="")
        kinds = np.where(_protects(older) > _protects(kinds), older, kinds)
        given = {"personal": PROTECTION["IND"], "other": PROTECTION["PROT"]}
        enough = facts_of_distinct(rows.text(self.redaction.code), given.__getitem__, dtype=np.int64, empty=0)
        called = context.pseudonyms.protection("name", rows.text(self.redaction.name))
        doubtful = ((kinds == UNKNOWN) | _pairs(called, keys, entries)) & (enough == 0)
        group = groups(rows.references("transaction"))
        protected = with_any(group, np.isin(kinds, PROTECTED)) & (enough < PROTECTION["PROT"])
        personal = np.isin(kinds, PERSONAL) & (enough < PROTECTION["IND"]) & ~protected
        out = with_any(group, doubtful & ~protected)
        if not (personal | protected | out).any():
            return None
        columns = {name: rows.text(name) for name in self.redaction.touches}
        done = self._redacted(columns, personal, protected, context)
        return PublicRevision("payee-needs-review", out, {name: plain(column) for name, column in done.items()})

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the lines whose payee is unknown."""
        unknown = self.kinds(raw, context) == ""
        return Judgement((_Review(transactions(raw, self.body, self.number), unknown),))


_KEY = "protected supplier"


def _protects(kinds: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return how protective each type is."""
    return np.array([PROTECTION.get(str(kind).removeprefix(UNKNOWN), 0) for kind in kinds], np.int64)


def _pairs(called: pa.Array, supplier: pa.Array, entries: Mapping[str, str]) -> Mask:
    """Return the lines whose name is held under their number."""
    pair = pc.binary_join_element_wise("n:", plain(called), "|", plain(supplier), "")
    return facts_of_distinct(pair, lambda key: entries.get(key, "") in (HELD, ASKED), dtype=np.bool_, empty=False)
