"""What releases kept back of a transaction: it stays so when the ledger no longer says why.

An entry begins with what it is about, a private key: of a transaction, with the payees because of whom it is redacted
and how many of its lines name somebody, or of a text that holds a person's name.  One about a transaction counts while
a payee of it is protected by number and by name: whoever decides about a payee decides about its transactions.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct
from pipeline.model.payee_types import PERSONAL, PROTECTED
from pipeline.model.tables import Kept, Marks
from pipeline.protect.rules.payee_register import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context

#: What may be kept back: all of a protected payee's transaction, who is paid, a text that holds a person's name.
WHOLE, NAME, TEXTS = "other", "personal", "texts"


class Lines(NamedTuple):
    """Which lines lose the name of who is paid, and which all that tells of it."""

    personal: Mask
    protected: Mask


class Paid(NamedTuple):
    """What releases kept back of a transaction: what, because of whom, and how many of its lines named somebody."""

    what: str
    payees: frozenset[str]
    named: int

    def entry(self, key: str) -> str:
        """Return the entry of a transaction."""
        return " ".join((key, self.what, str(self.named), *sorted(self.payees)))


#: What releases kept back of transactions, by their keys.
Released: TypeAlias = "Mapping[str, Sequence[Paid]]"


def released(context: Context, register: str) -> Released:
    """Return what releases kept back because of payees who are protected still."""
    payees = context.registers.get(register, {})
    known: dict[str, list[Paid]] = defaultdict(list)
    for entry in context.kept_back:
        key, what, *rest = entry.split(" ")
        if what != TEXTS and (because := _still(what, rest[1:], payees)):
            known[key].append(Paid(what, because, int(rest[0])))
    return known


def as_released(transaction: pa.Array, now: Lines, payee: pa.Array, before: Released) -> Lines:
    """Return lines of which as much is kept back as releases did of their transactions.

    ``payee`` is the key of the payee of a line that the ledger itself keeps back, null elsewhere.
    """
    personal, protected = now.personal.copy(), now.protected.copy()
    for paid, rows in _there(transaction, before):
        if not protected[rows].any() and any(each.what == WHOLE for each in paid):
            protected[rows], personal[rows] = True, False
        named = rows[~(personal[rows] | protected[rows])]
        there = {_first(each) for each in payee.take(pa.array(rows)).to_pylist() if each}
        for each in paid:  # some payee's line has gone, or names somebody else now
            if each.what == NAME and len(named) > each.named and not {*map(_first, each.payees)} <= there:
                personal[named] = True
    return Lines(personal, protected)


def remembered(transaction: pa.Array, lines_of: tuple[Lines, Lines], payee: pa.Array, before: Released) -> Kept:
    """Return what later builds keep back of lines, as the ledger itself says, and as they are."""
    now, lines = lines_of
    keys = transaction.to_pylist()
    people = payee.to_pylist()
    was = {keys[rows[0]]: known for known, rows in _there(transaction, before)}
    held = np.flatnonzero(lines.personal | lines.protected)
    touched = was.keys() | {keys[row] for row in held.tolist()} - {None}
    of_key: dict[str, list[int]] = defaultdict(list)
    for row in np.flatnonzero(
        np.asarray(pc.is_in(transaction, value_set=pa.array(sorted(touched), pa.string())))
    ).tolist():
        of_key[keys[row]].append(row)
    kept: list[tuple[int, str]] = []
    weaker: list[tuple[int, str]] = []
    for key, rows in of_key.items():
        only_before = [row for row in rows if (lines.personal | lines.protected)[row] and not _same(now, lines, row)]
        named = sum(not (lines.personal[row] or lines.protected[row]) for row in rows)
        paid = _merged(was.get(key, ()), _now(now, people, rows), None if only_before else named)
        kept += [(row, each.entry(key)) for row in rows for each in paid]
        weaker += [(row, each.entry(key)) for row in only_before for each in was.get(key, ())]
    about = [(row, keys[row]) for rows in of_key.values() for row in rows]
    return Kept(Marks.of(kept), Marks.of(weaker), Marks.of(about))


def texts_kept(texts: pa.Array, context: Context) -> Mask:
    """Return where a text stands that releases left blank because it holds a person's name."""
    known = {entry.partition(" ")[0] for entry in context.kept_back if entry.endswith(f" {TEXTS}")}
    if not known:
        return np.zeros(len(texts), np.bool_)
    return facts_of_distinct(texts, lambda text: _of_text(text, context) in known, dtype=np.bool_, empty=False)


def texts_remembered(texts: pa.Array, hidden: Mask, context: Context) -> Kept:
    """Return what later builds keep back of texts that are ``hidden`` for a name."""
    was = texts_kept(texts, context)
    keys = facts_of_distinct(texts, lambda text: _of_text(text, context), dtype=np.object_, empty="")
    kept, weaker, about = (np.flatnonzero(mask) for mask in (hidden | was, was & ~hidden, keys != ""))
    entries = np.array([f"{key} {TEXTS}" for key in keys], np.object_)
    return Kept(Marks(kept, entries[kept]), Marks(weaker, entries[weaker]), Marks(about, keys[about]))


def _of_text(text: str, context: Context) -> str:
    return context.pseudonyms.protection_of("text", text)


def _there(transaction: pa.Array, before: Released) -> Iterator[tuple[Sequence[Paid], NDArray[np.int64]]]:
    """Yield what releases kept back of each transaction that is there, and its lines."""
    if before:
        every = sorted(before)
        places = np.asarray(pc.index_in(transaction, value_set=pa.array(every)).fill_null(-1))
        for place in np.unique(places[places >= 0]).tolist():
            yield before[every[place]], np.flatnonzero(places == place)


def _still(what: str, because: Iterable[str], payees: Mapping[str, str]) -> frozenset[str]:
    """Return the payees who are protected still; one in doubt, who has no key, is so until a decision."""
    enough = PROTECTED if what == WHOLE else (*PERSONAL, *PROTECTED)

    def is_protected(keys: str) -> bool:
        return keys == UNKNOWN or all(payees.get(key, "").removeprefix(UNKNOWN) in enough for key in keys.split("+"))

    return frozenset(filter(is_protected, because))


def _first(keys: str) -> str:
    """Return the key of a payee's number, or of its name where it has no number."""
    return keys.partition("+")[0]


def _same(now: Lines, lines: Lines, row: int) -> bool:
    return bool(now.personal[row] == lines.personal[row] and now.protected[row] == lines.protected[row])


def _now(now: Lines, people: list[str | None], rows: list[int]) -> Iterator[Paid]:
    """Yield what the ledger itself keeps back of a transaction; a payee without a key counts as one in doubt."""
    for what, mask in ((WHOLE, now.protected), (NAME, now.personal)):
        if any(mask[row] for row in rows):
            yield Paid(what, frozenset(people[row] or "" for row in rows) - {""} or frozenset((UNKNOWN,)), 0)


def _merged(before: Collection[Paid], now: Iterable[Paid], named: int | None) -> list[Paid]:
    """Return both as one of each kind; with None, as many lines name somebody as before."""
    found: dict[str, Paid] = {each.what: each for each in before}
    for each in now:
        also = found.get(each.what, Paid(each.what, frozenset(), 0))
        found[each.what] = also._replace(payees=also.payees | each.payees)
    return [each if named is None else each._replace(named=named) for each in found.values()]
