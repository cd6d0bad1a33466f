"""Who was paid: people are redacted, and whom nobody has classified waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, on_distinct, plain
from pipeline.columns.groups import groups
from pipeline.columns.keys import fold_column
from pipeline.columns.money import pence
from pipeline.model.row_rule import Judgement, PublicRevision, PublicRows, Question
from pipeline.model.suggestion import PERSONAL, PROTECTED, PROTECTION
from pipeline.protect.handling import these_rows, written_differently
from pipeline.protect.rules.kept_back import Keys, Lines, as_released, released, remembered
from pipeline.protect.rules.named import Names, Redaction
from pipeline.protect.rules.payee_register import (
    ASKED,
    SUPPLIER_TYPES,
    ByType,
    entries_of_ledger,
    entries_of_list,
    in_doubt,
    keys_borne,
    names_protected,
    of_before,
    pairs,
    people_of,
    questions_of,
    seen_in_ledgers,
    strengths,
    type_of,
    with_protected,
)
from pipeline.protect.rules.transactions import OfPayees, hold_for_review, together, transactions, with_any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.handling import Problem
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee(OfPayees, ByType):
    """Redacts people, and withholds transactions whose payee nobody has classified.

    One payee is one payee, however its number is written, and by its name too.  A protected line takes supplier,
    department, category, purpose and contract reference from its whole transaction.
    """

    beside = ("supplier", "name", "transaction", "net")
    typical = ("truth", "supplier", "kind", "number", "name")
    needs = ("supplier-types",)
    register = "payee"
    holds = "types of suppliers"
    guards = "suppliers who are not named"
    listing = SUPPLIER_TYPES
    what: str = "Who is paid, where that is an individual, staff or protected"
    why: str = "individuals and staff are not named; a payee whom nobody has classified waits"
    supplier: str
    name: str
    net: str
    redaction: Redaction = field(default_factory=Redaction)
    scope: str = "supplier"

    def keys(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, pa.Array]:
        """Return the key of each line's supplier, and those of all suppliers of its transaction."""
        supplier = context.pseudonyms.protection(self.scope, cells[self.supplier])
        number = context.pseudonyms.protection("transaction", cells[self.number])
        group = np.where(filled(number), groups(fold_column(cells[self.body]), number), -1)
        paid = pc.binary_join_element_wise(plain(fold_column(cells[self.body])), plain(cells[self.number]), " ")
        key = context.pseudonyms.protection("transaction of body", pc.if_else(pc.is_valid(number), paid, None))
        return {_KEY: supplier, _TOGETHER: together(group, supplier), _PAID: key}

    def enter(self, cells: Mapping[str, pa.Array], rows: pa.Array, context: Context) -> Mapping[str, str]:
        """Return what a ledger says of its payees."""
        columns = (cells[self.supplier], cells[self.column], cells[self.name])
        return entries_of_ledger(*columns, rows, scope=self.scope, context=context)

    def enter_lists(self, context: Context) -> Mapping[str, Mapping[str, str]]:
        """Return what the force's list says of payees; a list that is not there says nothing new."""
        lines = context.references.table("supplier-types")
        if lines is None or context.references.is_absent("supplier-types"):
            return {}
        return {SUPPLIER_TYPES: entries_of_list(lines, _OF_LIST, scope=self.scope, context=context)}

    def absent_lists(self, context: Context) -> Collection[str]:
        """Return the force's list where it has none; one that cannot be read is not absent."""
        unread = context.references.table("supplier-types") is None
        return () if unread or not context.references.is_absent("supplier-types") else (SUPPLIER_TYPES,)

    def strength(self, value: str) -> int:
        """Return how protective a type is, where it redacts: one in doubt is held, and redacts nothing."""
        kind = value.partition(" ")[0]
        return PROTECTION[kind] if kind in (*PERSONAL, *PROTECTED) else 0

    def count(self, keys: Collection[str]) -> int:
        """Return the number of payees: each may have a key of its number and one of its name."""
        called = sum(key.startswith("m:") for key in keys)
        return max(called, len(keys) - called)

    def seen(self, sources: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
        """Return the keys of numbers and names in ledgers; a line of the list alone protects nobody yet."""
        return frozenset(seen_in_ledgers(sources))

    def lasting(self, entered: Mapping[str, str]) -> Mapping[str, str]:
        """Return the names that numbers bore: who is redacted by number stays protected by that name too."""
        return {key: "" for key in entered if key.startswith("n:")}

    def borne(self, weaker: Mapping[str, str], seen: frozenset[str]) -> Collection[str]:
        """Return the keys whose payee, by number or by name, some ledger holds; one without a type is held anyway."""
        return {
            key
            for key, now in weaker.items()
            if (key in seen if key.startswith("m:") else now in PROTECTION and {key, f"x:{key}"} & seen)
        }

    def everywhere(self, entries: Mapping[str, str]) -> Collection[str]:
        """Return the names of whoever is redacted: a text of any line may hold one."""
        return names_protected(entries)

    def stands_in(self, rows: PublicRows, context: Context) -> bool:
        """Return whether a text of public rows holds a name that is protected."""
        return self.redaction.holds(rows, Names.protected(self.register, context))

    def bearing(self, cells: Mapping[str, pa.Array], keys: Collection[str], context: Context) -> pa.Array:
        """Return the key of each line's number, of its name, or of both."""
        number = context.pseudonyms.protection(self.scope, cells[self.supplier])
        return keys_borne(number, context.pseudonyms.protection("name", cells[self.name]), keys)

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
        unmatched = [*self.unlisted(sources)]
        if unmatched:
            yield f"{SUPPLIER_TYPES}, {these_rows(unmatched)}: no ledger ever held such a supplier number"

    def kinds(self, raw: RawTable, context: Context) -> NDArray[np.object_]:
        """Return each line's type: its supplier's over all ledgers, else its own; "" where it has to be reviewed."""
        entries = context.registers.get(self.register, {})
        called = context.pseudonyms.protection("name", raw.cells[self.name])
        own = facts_of_distinct(raw.cells[self.column], lambda kind: type_of([kind]), dtype=np.object_, empty="")
        most = facts_of_distinct(called, lambda each: entries.get(f"m:{each}", ""), dtype=np.object_, empty="")
        own = np.where(strengths(most) > strengths(own), "", own)
        supplier = raw.cells[_KEY]
        known = facts_of_distinct(supplier, lambda key: entries.get(key, ""), dtype=np.object_, empty="")
        older = of_before(raw.cells[self.supplier], entries, self.scope, context)
        known = np.where(strengths(older) > strengths(known), older, known)
        held = pairs(called, supplier, entries)
        kinds = np.where(filled(supplier), np.where(held, "", known), own)
        return np.where(np.isin(kinds, list(PROTECTION)), kinds, "")

    def questions(self, raw: RawTable, context: Context, apart: Mask) -> Sequence[Question]:
        """Return the suppliers whom nobody has classified, one for each folded number."""
        entries = context.registers.get(self.register, {})
        called = context.pseudonyms.protection("name", raw.cells[self.name])
        lines = pa.table(
            {
                "key": plain(fold_column(raw.cells[self.supplier])),
                "reference": plain(raw.cells[self.supplier]),
                "name": plain(raw.cells[self.name]),
                "total": facts_of_distinct(raw.cells[self.net], pence, dtype=np.int64, empty=0),
                "protected": on_distinct(called, lambda each: entries.get(f"m:{each}")).cast(pa.string()),
            }
        )
        asked = pa.array((self.kinds(raw, context) == "") & ~apart)
        return questions_of(lines.filter(pc.and_(asked, pc.is_valid(lines["key"]))))

    def _lines(self, raw: RawTable, context: Context) -> Lines:
        """Return the lines of people and of transactions with a protected one, and those that releases redacted."""
        own = self._own(raw, context)
        return as_released(self._paid(raw, context), own, released(context, self.register))

    def _paid(self, raw: RawTable, context: Context) -> Keys:
        called = context.pseudonyms.protection("name", raw.cells[self.name])
        entries = context.registers.get(self.register, {})
        people = people_of(self.kinds(raw, context), raw.cells[_KEY], called, entries)
        return Keys(raw.cells[_PAID], plain(raw.cells[_KEY]), people)

    def _own(self, raw: RawTable, context: Context) -> Lines:
        """Return the lines of people, and all lines of transactions with a protected one, as the ledger says.

        A protected line of no known body protects its transaction number in every body of its file.
        """
        kinds = self.kinds(raw, context)
        lines = np.isin(kinds, PROTECTED) | with_protected(raw.cells[_KEY], context.registers.get(self.register, {}))
        body = raw.cells[self.body]
        number = context.pseudonyms.protection("transaction", raw.cells[self.number])
        source = pa.array(raw.source)
        of_body = np.where(filled(number), groups(source, fold_column(body), number), -1)
        of_any = np.where(filled(number), groups(source, number), -1)
        nobodys = lines & ~filled(on_distinct(body, context.bodies.get))
        protected = with_any(of_body, lines) | with_any(of_any, nobodys)
        return Lines(np.isin(kinds, PERSONAL) & ~protected, protected)

    def _names(self, raw: RawTable, context: Context) -> Names:
        people = np.isin(self.kinds(raw, context), (*PERSONAL, *PROTECTED))
        return Names.of(raw.cells[self.name], people, self.register, context)

    def excuse(self, problems: Sequence[Problem], raw: RawTable, context: Context) -> Sequence[Problem]:
        """Return the problems without those of cells that redaction blanks or replaces; a damaged key stays bad."""
        personal, protected = self._lines(raw, context)
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
        """Return the columns with people redacted, and without the texts of any line that name one of them."""
        return self.redaction.redacted(columns, self._lines(raw, context), self._names(raw, context), context)

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
        kinds = np.where(strengths(older) > strengths(kinds), older, kinds)
        given = {"personal": PROTECTION["IND"], "other": PROTECTION["PROT"]}
        enough = facts_of_distinct(rows.text(self.redaction.code), given.__getitem__, dtype=np.int64, empty=0)
        called = context.pseudonyms.protection("name", rows.text(self.redaction.name))
        most = facts_of_distinct(called, lambda each: entries.get(f"m:{each}", ""), dtype=np.object_, empty="")
        # a ledger that waits has taken the place of the one that said under which number a public name stands
        unsaid = pairs(called, keys, entries, what=("",)) & (strengths(most) > strengths(kinds))
        doubtful = (in_doubt(kinds) | pairs(called, keys, entries) | unsaid) & (enough == 0)
        group = groups(rows.references("transaction"))
        together = rows.key(_TOGETHER)
        lines = np.isin(kinds, PROTECTED) | with_protected(keys, entries)
        lines |= False if together is None else with_protected(together, entries)
        protected = with_any(group, lines) & (enough < PROTECTION["PROT"])
        personal = np.isin(kinds, PERSONAL) & (enough < PROTECTION["IND"]) & ~protected
        out = with_any(group, doubtful & ~protected)
        names = Names.of(rows.text(self.redaction.name), personal | protected, self.register, context)
        if not (personal | protected | out).any() and not self.redaction.holds(rows, names):
            return None
        columns = {name: rows.text(name) for name in self.redaction.touches}
        done = self.redaction.redacted(columns, less := Lines(personal, protected), names, context)
        key = rows.key(_PAID)
        of = None if key is None else Keys(key, plain(keys), people_of(kinds, keys, called, entries))
        paid = () if of is None else remembered(of, less, less, {}).entries.texts.tolist()
        columns = {name: plain(column) for name, column in done.items()}
        return PublicRevision("payee-needs-review", out, columns, kept_back=tuple(dict.fromkeys(paid)))

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the lines whose payee is unknown, and what is kept back of the others."""
        review = partial(hold_for_review, transactions(raw, self.body, self.number), self.kinds(raw, context) == "")
        own, lines, names = self._own(raw, context), self._lines(raw, context), self._names(raw, context)
        paid = remembered(self._paid(raw, context), own, lines, released(context, self.register))
        texts = names.keys_in(raw.cells[each] for each in self.redaction.raw_protected)
        return Judgement((review,), kept=(paid,), applied=texts)


_KEY = "protected supplier"
#: The suppliers of a transaction, those of lines that are not published included.
_TOGETHER = "protected transaction"
#: Which transaction a line belongs to, by the transaction itself.
_PAID = "protected payment"
#: The columns of the force's list that say whom, and the type.
_OF_LIST = ("supplier_number", "supplier_type")
