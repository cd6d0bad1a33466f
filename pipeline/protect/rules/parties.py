"""Who is on the other side, by name: named when somebody has said that it is no private person."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, mask_on_distinct, on_distinct, plain, where
from pipeline.columns.groups import groups
from pipeline.columns.keys import fold_column
from pipeline.columns.open_text import is_damaged, is_formula, with_plain_blanks
from pipeline.model.handling import Decisive, Treated, Treatment, nowhere, problem
from pipeline.model.row_rule import Blanked, PublicRevision, Question
from pipeline.model.suggestion import PERSONAL, PROTECTED, PROTECTION
from pipeline.protect.handling import only
from pipeline.protect.rules.party_register import (
    called,
    kinds_of_public,
    listed,
    most_by_name,
    protective,
)
from pipeline.protect.rules.payee_register import ByType, entries_of_list, in_doubt, strengths, type_of
from pipeline.protect.rules.transactions import together, with_any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.handling import Draw
    from pipeline.model.row_rule import PublicRows
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True)
class Party(Treatment, ByType):
    """Publishes who is on the other side, in two columns: the name, and the code of what stands in its place.

    It stands at the raw column of the name, and at that of the type where the extract has one.  A name takes the most
    protective type that the extract and the force's list give it; until one does it waits, and is blank.  ``tied`` are
    published columns that are blank unless the party is named, ``protected`` those that are blank for a protected one
    as well, and ``whole`` those that it takes from all rows of its entry, which the raw column ``entry_of`` names.
    ``blank``: a row may name nobody.
    """

    beside = ("entry_of",)
    takes = None
    needs = ("named-parties",)
    register = "party"
    holds = "types of parties"
    guards = "parties who are not named"
    listing = "reference/named-parties.csv"
    asks_about = "parties"
    into: tuple[str, str]
    _: KW_ONLY
    tied: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    entry_of: str = ""
    blank: bool = False
    scope: str = "party"
    what: str = "Who a private person or a protected party is"
    why: str = "people are not named; a name that nobody has looked at waits"

    @property
    def makes(self) -> tuple[str, ...]:
        """The name, and what stands in its place."""
        return self.into

    @property
    def open_text(self) -> tuple[str, ...]:
        """The name."""
        return self.into[:1]

    @property
    def optional(self) -> tuple[str, ...]:
        """The type: without it a name waits that the force has not listed."""
        return self.columns[1:]

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """The type; one for all would name everybody."""
        return tuple(Decisive(name, (*PERSONAL, *PROTECTED), constant=False) for name in self.columns[1:])

    # --- the register -----------------------------------------------------------------------------------

    def keys(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, pa.Array]:
        """Return the key of each row's name, and those of all names of its entry."""
        key = context.pseudonyms.protection(self.scope, cells[self.column])
        return {_KEY: key, **({_TOGETHER: together(self._entry(cells), key)} if self.entry_of else {})}

    def _entry(self, cells: Mapping[str, pa.Array]) -> NDArray[np.int64]:
        """Return the number of each row's entry, -1 where nothing names it."""
        named = fold_column(cells[self.entry_of])
        return np.where(filled(named), groups(named), -1)

    def _given(self, cells: Mapping[str, pa.Array]) -> pa.Array:
        """Return the type that each row gives, null where the extract has none."""
        return cells[self.columns[1]] if self.columns[1:] else pa.nulls(len(cells[self.column]), pa.string())

    def enter(self, cells: Mapping[str, pa.Array], _rows: pa.Array, context: Context) -> Mapping[str, str]:
        """Return what an extract says of each name; bad rows count too, and those of nobody's name do not."""
        key = plain(context.pseudonyms.protection(self.scope, cells[self.column]))
        table = pa.table({"key": key, "kind": plain(self._given(cells))})
        grouped = table.filter(pc.is_valid(table["key"])).group_by("key").aggregate([("kind", "distinct")])
        pairs = zip(grouped["key"].to_pylist(), grouped["kind_distinct"].to_pylist(), strict=True)
        return {key: type_of(given) for key, given in pairs}

    def enter_lists(self, context: Context) -> Mapping[str, Mapping[str, str]]:
        """Return what the force's list says of names; one that cannot be read says nothing new."""
        lines = context.references.table("named-parties")
        if lines is None:
            return {}
        return {self.listing: entries_of_list(lines, ("name", "type"), scope=self.scope, context=context)}

    def strength(self, value: str) -> int:
        """Return how protective a type is, where it redacts: one in doubt waits, and redacts nothing."""
        return PROTECTION.get(protective(value), 0)

    def seen(self, sources: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
        """Return the keys of names in extracts; a line of the list alone protects nobody yet."""
        return frozenset(key for path, entered in sources.items() if path != self.listing for key in entered)

    def borne(self, weaker: Mapping[str, str], seen: frozenset[str]) -> Collection[str]:
        """Return the keys that a row of some extract stands under."""
        return weaker.keys() & seen

    def bearing(self, cells: Mapping[str, pa.Array], keys: Collection[str], context: Context) -> pa.Array:
        """Return the key of each row's name."""
        return only(context.pseudonyms.protection(self.scope, cells[self.column]), keys)

    def unmatched(self, sources: Mapping[str, Mapping[str, str]]) -> Mapping[str, Collection[int]]:
        """Return the lines of the list whose name no extract ever held."""
        return {self.listing: frozenset(self.unlisted(sources))}

    # --- rows -------------------------------------------------------------------------------------------

    def kinds(self, cells: Mapping[str, pa.Array], context: Context) -> NDArray[np.object_]:
        """Return each row's type, "" where it waits: that of its name, or the row's own where it names nobody.

        Whatever protects is compared by the folded form of a name, and holds in every extract ever received.
        """
        own = facts_of_distinct(self._given(cells), lambda kind: type_of([kind]), dtype=np.object_, empty="")
        names = called(cells[self.column])
        most = most_by_name(names, own, context)
        pooled = facts_of_distinct(names, most.__getitem__, dtype=np.object_, empty="")
        entries = context.registers.get(self.register, {})
        known = facts_of_distinct(cells[_KEY], lambda key: entries.get(key, ""), dtype=np.object_, empty="")
        kinds = np.where(in_doubt(known), known, np.where(filled(names), pooled, own))
        strong = _each(known, protective)
        kinds = np.where(strengths(strong) > strengths(kinds), strong, kinds)
        return np.where(np.isin(kinds, list(PROTECTION)), kinds, _each(kinds, protective))

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return names and what stands in their place; a name that is shown as it is written is checked."""
        kinds = self.kinds(cells, context)
        named = np.isin(kinds, ("ORG", "SOLE"))
        shown = {name: each.shown for name, each in listed(context).items() if each.shown}
        instead = on_distinct(called(cells[self.column]), shown.get)
        text = with_plain_blanks(cells[self.column])
        as_written = named & ~filled(instead)
        formula = is_formula(cells[self.column]) & as_written
        empty = ~filled(text) & ~np.isin(kinds, (*PERSONAL, *PROTECTED)) & (not self.blank)
        problems = [
            *problem(self.column, "blank-value", empty),
            *problem(self.column, "formula-text", formula),
            *problem(self.column, "damaged-text", is_damaged(text) & as_written & ~formula),
        ]
        name = where(~named, None, pc.coalesce(plain(instead), plain(text)))
        marked = _marked(name, np.isin(kinds, PERSONAL), np.isin(kinds, PROTECTED), context)
        waits = (kinds == "") & filled(cells[self.column])
        return Treated(dict(zip(self.into, marked, strict=True)), problems, {"parties_waiting": waits})

    def blanked(self, raw: RawTable, context: Context) -> Mapping[str, Blanked]:
        """Return where columns are blank: by the row's own party, and where a redaction explains it."""
        kinds = self.kinds(raw.cells, context)
        personal, other = np.isin(kinds, PERSONAL), np.isin(kinds, PROTECTED)
        waits = (kinds == "") & filled(raw.cells[self.column])
        beside = with_any(self._entry(raw.cells), other) if self.entry_of else other
        found = {name: Blanked(personal | other | waits, personal | other) for name in self.tied}
        found |= {name: Blanked(other, other) for name in self.protected}
        for name in self.whole:
            known = found.get(name, Blanked(nowhere(len(raw)), nowhere(len(raw))))
            found[name] = Blanked(known.own, known.redacted | beside)
        return found

    def amend(self, columns: dict[str, pa.Array], raw: RawTable, context: Context) -> dict[str, pa.Array]:
        """Return the columns with what a party that is not named leaves blank."""
        blanked = self.blanked(raw, context)
        return columns | {name: where(each.own | each.redacted, None, columns[name]) for name, each in blanked.items()}

    def revise_public(self, rows: PublicRows, context: Context) -> PublicRevision | None:
        """Redact the rows of parties who were found to need more protection since.

        Where nothing is kept beside the rows, as the memory of them was lost, they are known by their public names.
        """
        keys = rows.key(_KEY)
        entries = context.registers.get(self.register, {})
        if keys is None:
            kinds = kinds_of_public(rows.text(self.into[0]), entries, scope=self.scope, context=context)
        else:
            kinds = facts_of_distinct(keys, lambda key: protective(entries.get(key, "")), dtype=np.object_, empty="")
        given = {"personal": PROTECTION["IND"], "other": PROTECTION["PROT"]}
        enough = facts_of_distinct(rows.text(self.into[1]), given.__getitem__, dtype=np.int64, empty=0)
        other = np.isin(kinds, PROTECTED) & (enough < PROTECTION["PROT"])
        personal = np.isin(kinds, PERSONAL) & (enough < PROTECTION["IND"])
        beside = self._beside(rows, other, entries)
        blanked = {name: rows.text(name) for name in dict.fromkeys((*self.tied, *self.protected, *self.whole))}
        hidden = dict.fromkeys(self.tied, personal | other) | dict.fromkeys(self.protected, other)
        hidden |= {name: hidden.get(name, nowhere(len(kinds))) | beside for name in self.whole}
        if not (personal | other).any() and not any((hidden[name] & filled(blanked[name])).any() for name in hidden):
            return None
        columns = {name: plain(where(hidden[name], None, text)) for name, text in blanked.items()}
        name, code = _marked(rows.text(self.into[0]), personal, other, context, before=rows.text(self.into[1]))
        columns |= {self.into[0]: plain(name), self.into[1]: plain(code)}
        return PublicRevision("", nowhere(len(kinds)), columns)

    def _beside(self, rows: PublicRows, other: Mask, entries: Mapping[str, str]) -> Mask:
        """Return the rows that a protected party of their entry takes columns from."""
        several = rows.key(_TOGETHER)
        if several is None:
            return with_any(rows.entries(), other) if self.entry_of else other

        def any_of(keys: str) -> bool:
            return any(protective(entries.get(key, "")) in PROTECTED for key in keys.split())

        beside: Mask = other | mask_on_distinct(several, any_of)
        return beside

    def questions(self, raw: RawTable, context: Context, apart: Mask) -> Sequence[Question]:
        """Return the names that wait, each once."""
        asked = (self.kinds(raw.cells, context) == "") & filled(raw.cells[self.column]) & ~apart
        names = plain(raw.cells[self.column]).filter(pa.array(asked))
        counts = pc.value_counts(names).to_pylist()
        return [Question(each["values"], (each["values"],), 0, each["counts"], 0, "") for each in counts]

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return parties with their types."""
        party = draw.truth("supplier")
        return {name: party[part] for name, part in zip(self.columns, ("name", "kind"), strict=False)}


def _each(kinds: NDArray[np.object_], function: Callable[[str], str]) -> NDArray[np.object_]:
    return np.array([function(kind) for kind in kinds], np.object_)


_KEY = "protected party"
#: The names of an entry, those of rows that are not published included.
_TOGETHER = "protected parties"


def _marked(
    name: pa.Array, personal: Mask, other: Mask, context: Context, *, before: pa.Array | None = None
) -> tuple[pa.Array, pa.Array]:
    """Return the names with what stands in the place of people and of protected parties, and its code."""
    marker = context.codelists.read("redaction-marker").mapping()
    code = pa.nulls(len(name), pa.string()) if before is None else before
    for each, mask in (("personal", personal), ("other", other)):
        name, code = where(mask, marker[each], name), where(mask, each, code)
    return name, code
