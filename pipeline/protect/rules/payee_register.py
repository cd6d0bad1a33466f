"""What ledgers and the force's list ever said of payees: a type by number, and which numbers share a name.

Keys of the register, each with its prefix: `f:` a supplier's folded number and its type; `x:` a number as it is
written, the key of its folded form and a row; `n:` a folded name with a number that bears it; `m:` a folded name and
the most protective type under it, also on a line without a number; `l:` a line of the force's list.  A key without a
prefix is an older version's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, mask_on_distinct, plain
from pipeline.columns.keys import folded
from pipeline.model.row_rule import Question, RowRule
from pipeline.model.suggestion import PERSONAL, PROTECTED, PROTECTION, most_protective
from pipeline.protect.handling import only

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context


#: What an entry begins with where a type was filled and is on no list.
UNKNOWN = "?"
#: What becomes of a name that is protected under another number: it is held, a decision is asked for, or the list
#: names the number.
HELD, ASKED, LISTED = "held", "asked", "listed"
SUPPLIER_TYPES = "reference/supplier-types.csv"
#: A number with more names than these is no single payee's, and its names need not all be told.
MOST_NAMES = 8


def type_of(kinds: Iterable[str | None]) -> str:
    """Return what cells say together: the most protective type, marked where a filled one is on no list.

    A type that is one but for case and blanks protects as that one, and is unknown all the same.
    """
    given = [kind for kind in kinds if kind]
    unknown = UNKNOWN if any(kind not in PROTECTION for kind in given) else ""
    return unknown + most_protective(folded(kind) for kind in given)


def strongest(values: Iterable[str]) -> str:
    """Return the strongest of entries under one key."""
    given = list(values)
    if any(" " in value for value in given):  # with a row behind them
        return max(given, key=lambda value: PROTECTION.get(value.partition(" ")[0], 0))
    unknown = UNKNOWN if any(value.startswith(UNKNOWN) for value in given) else ""
    return unknown + most_protective(value.removeprefix(UNKNOWN) for value in given)


def entries_of_ledger(
    numbers: pa.Array, kinds: pa.Array, names: pa.Array, rows: pa.Array, *, scope: str, context: Context
) -> dict[str, str]:
    """Return what one ledger enters: bad lines count too."""
    table = pa.table({"number": plain(numbers), "kind": plain(kinds), "name": plain(names), "row": rows})
    numbered = table.filter(pc.is_valid(table["number"]))
    found = _unnumbered(table, scope=scope, context=context)
    grouped = numbered.group_by("number").aggregate([("kind", "distinct"), ("name", "distinct"), ("row", "min")])
    for line in grouped.to_pylist():
        key = context.pseudonyms.protection_of(scope, line["number"])
        if not key:
            continue
        found[key] = strongest([found.get(key, ""), type_of(line["kind_distinct"])])
        found[f"x:{context.pseudonyms.one(scope, line['number'])}"] = f"{key} {line['row_min']}"
        for name in filter(None, line["name_distinct"]):
            if called := context.pseudonyms.protection_of("name", name):
                found[f"n:{called}|{key}"] = ""
    return found


def _unnumbered(table: pa.Table, *, scope: str, context: Context) -> dict[str, str]:
    """Return the names that are protected on lines without a number: they protect by the name alone."""
    keys = context.pseudonyms.protection(scope, table["number"].combine_chunks())
    grouped = table.filter(pc.is_null(keys)).group_by("name").aggregate([("kind", "distinct")])
    found: dict[str, str] = {}
    for line in grouped.to_pylist():
        kind = type_of(line["kind_distinct"]).removeprefix(UNKNOWN)
        called = context.pseudonyms.protection_of("name", line["name"] or "")
        if called and kind in (*PERSONAL, *PROTECTED):
            found[f"m:{called}"] = most_protective([kind, found.get(f"m:{called}", "")])
    return found


def entries_of_list(lines: pa.Table, names: tuple[str, str], *, scope: str, context: Context) -> dict[str, str]:
    """Return what the force's list enters, a line with its row; ``names`` are the columns of whom and of the type."""
    found: dict[str, str] = {}
    for row, (whom, kind) in enumerate(zip(*(lines.column(name).to_pylist() for name in names), strict=True), 2):
        key = f"l:{context.pseudonyms.protection_of(scope, whom)}"
        if key != "l:" and kind:
            entry = f"{kind} {row}"
            found[key] = strongest([found[key], entry]) if key in found else entry
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ByType(RowRule):
    """What rules share that keep who may be named by a type, of a number or of a name: the most protective ever given.

    ``listing`` is the force's own list of types.
    """

    every_row = True
    listing: ClassVar[str]

    def combine(self, values: Iterable[str]) -> str:
        """Return the most protective type."""
        return strongest(values)

    def resolve(self, entries: dict[str, str]) -> dict[str, str]:
        """Return the type of each payee, and which names are held because they are protected under another number."""
        listed = {key[2:]: value.partition(" ")[0] for key, value in entries.items() if key.startswith("l:")}
        older = {value.partition(" ")[0]: entries.get(key[2:], "") for key, value in entries.items() if key[:2] == "x:"}
        done = {key: value for key, value in entries.items() if key[1:2] != ":"}
        # a number without its row
        done |= {key: value.partition(" ")[0] for key, value in entries.items() if key.startswith("x:")}
        types: dict[str, str] = {}
        for key in {*(key for key in entries if key.startswith("f:")), *listed}:
            given = strongest([entries.get(key, ""), older.get(key, "")])
            types[key] = most_protective([given.removeprefix(UNKNOWN), listed.get(key, "")])
            doubt = UNKNOWN if given.startswith(UNKNOWN) and key not in listed else ""
            done[key] = doubt + types[key]
        return done | dict(_names(entries, types, listed))

    def protecting(self, entered: Mapping[str, str]) -> Mapping[str, str]:
        """Return whom an extract that was taken back protects or puts in doubt: it lets nobody be named."""

        def keeps(key: str, value: str) -> bool:
            unsafe = key[1:2] != ":" or key.startswith("f:")  # a type that some payee has
            return not unsafe or value.startswith(UNKNOWN) or value in (*PERSONAL, *PROTECTED)

        return {key: value if keeps(key, value) else "" for key, value in entered.items()}

    def unlisted(self, sources: Mapping[str, Mapping[str, str]]) -> Iterator[int]:
        """Yield the lines of the list about whom no extract ever said anything."""
        every = {key for path, entered in sources.items() if path != self.listing for key in entered}
        for key, value in sources.get(self.listing, {}).items():
            if key.startswith("l:") and key[2:] not in every:
                yield int(value.partition(" ")[2])


def of_before(supplier: pa.Array, entries: Mapping[str, str], scope: str, context: Context) -> NDArray[np.object_]:
    """Return what an older version remembers of each supplier, by the pseudonym of its exact number."""
    if all(key[1:2] == ":" for key in entries):
        return np.full(len(supplier), "", np.object_)
    return facts_of_distinct(
        supplier, lambda each: entries.get(context.pseudonyms.one(scope, each), ""), dtype=np.object_, empty=""
    )


def names_protected(entries: Mapping[str, str]) -> frozenset[str]:
    """Return the entries of the names that somebody bears who must not be named."""
    return frozenset(key for key, value in entries.items() if key[:2] == "m:" and value in (*PERSONAL, *PROTECTED))


def is_protected(entries: Mapping[str, str], key: str) -> bool:
    """Return whether a supplier protects its whole transaction: also one that is in doubt."""
    return entries.get(key, "").removeprefix(UNKNOWN) in PROTECTED


def seen_in_ledgers(sources: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield the keys that rows of ledgers stand under: those of their numbers, and those of their names."""
    for path, entered in sources.items():
        for key in entered if path != SUPPLIER_TYPES else ():
            yield f"m:{key[2:].partition('|')[0]}" if key.startswith("n:") else key


def strengths(kinds: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return how protective each type is."""
    return np.array([PROTECTION.get(str(kind).removeprefix(UNKNOWN), 0) for kind in kinds], np.int64)


def keys_borne(number: pa.Array, called: pa.Array, keys: Collection[str]) -> pa.Array:
    """Return which of ``keys`` each line bears: that of its number, of its name, or of both; null where none."""
    number, called = plain(number), plain(called)
    name = pc.binary_join_element_wise("m:", called, "")
    pair = pc.binary_join_element_wise("n:", called, "|", number, "")
    return pc.coalesce(*(only(each, keys) for each in (number, name, pair)))


def _names(
    entries: Mapping[str, str], types: Mapping[str, str], listed: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    bearers: dict[str, list[str]] = defaultdict(list, {key[2:]: [] for key in entries if key.startswith("m:")})
    for key in entries:
        if key.startswith("n:"):
            called, _, number = key[2:].partition("|")
            bearers[called].append(number)
        elif key.startswith("m:"):
            bearers.setdefault(key[2:], [])
    for called, numbers in bearers.items():
        kinds = {number: types.get(number, "") for number in numbers}
        given = [*kinds.values(), entries.get(f"m:{called}", "")]
        most = most_protective(kind for kind in given if kind in (*PERSONAL, *PROTECTED))
        if most:
            yield f"m:{called}", most
        for number, kind in kinds.items():
            if PROTECTION.get(kind, 0) < PROTECTION.get(most, 0):
                settled = ASKED if most in PROTECTED else LISTED
                yield f"n:{called}|{number}", settled if number in listed else HELD


def with_protected(suppliers: pa.Array, entries: Mapping[str, str]) -> Mask:
    """Return the lines one of whose suppliers, with blanks between them, protects its whole transaction."""

    def any_of(keys: str) -> bool:
        return any(is_protected(entries, key) for key in keys.split())

    return mask_on_distinct(suppliers, any_of)


def people_of(kinds: NDArray[np.object_], supplier: pa.Array, called: pa.Array, entries: Mapping[str, str]) -> pa.Array:
    """Return the keys of each line's payee, of its number and of its name with a plus between, null if it may be named.

    One whose type is in doubt has none: no later type of it says that the doubt was about nobody.
    """
    people = np.isin(kinds, (*PERSONAL, *PROTECTED)) | with_protected(supplier, entries)
    name = pc.binary_join_element_wise("m:", plain(called), "")
    doubted = mask_on_distinct(supplier, lambda key: entries.get(key, "").startswith(UNKNOWN))
    both = pc.binary_join_element_wise(plain(supplier), name, "+")
    key = pc.if_else(pa.array(doubted), UNKNOWN, pc.coalesce(both, plain(supplier), name))
    return pc.if_else(pa.array(people), key, None)


def in_doubt(kinds: NDArray[np.object_]) -> Mask:
    """Return where a type was filled that is on no list."""
    return np.array([str(kind).startswith(UNKNOWN) for kind in kinds], np.bool_)


def pairs(
    called: pa.Array, supplier: pa.Array, entries: Mapping[str, str], *, what: Sequence[str] = (HELD, ASKED)
) -> Mask:
    """Return the lines of whose name and number the register says ``what``; by default, that the name is held."""
    pair = pc.binary_join_element_wise("n:", plain(called), "|", plain(supplier), "")
    return mask_on_distinct(pair, lambda key: entries.get(key, "") in what)


def questions_of(lines: pa.Table) -> list[Question]:
    """Return the question about each payee of ``lines``: key, reference, name, total in pence, type of the name."""
    amounts = lines["total"].cast(pa.decimal128(38, 0))  # whose sum cannot run over
    wide = lines.set_column(lines.column_names.index("total"), "total", amounts)
    grouped = wide.group_by(["key", "name", "protected"]).aggregate(
        [("total", "sum"), ("total", "count"), ("reference", "min")]
    )
    payees: dict[str, list[dict[str, Any]]] = {}
    for part in grouped.to_pylist():
        payees.setdefault(part["key"], []).append(part)
    return [_question(payees[key]) for key in sorted(payees)]


def _question(parts: Sequence[dict[str, Any]]) -> Question:
    parts = sorted(parts, key=lambda part: (-part["total_count"], part["name"] or ""))
    names: dict[str, str] = {}
    for part in parts:
        if part["name"]:
            names.setdefault(folded(part["name"]) or part["name"], part["name"])
    return Question(
        reference=min(part["reference_min"] for part in parts),
        names=tuple(names.values())[:MOST_NAMES],
        others=max(len(names) - MOST_NAMES, 0),
        lines=sum(part["total_count"] for part in parts),
        total=int(sum(part["total_sum"] for part in parts)),
        protected=most_protective(part["protected"] or "" for part in parts),
    )
