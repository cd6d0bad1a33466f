"""What releases kept back of a transaction: it stays so when the ledger no longer says why.

An entry begins with what it is about, a private key: of a transaction, with the suppliers whom releases named in it
and the payees because of whom it is redacted.  It counts while a payee of it is protected by number and by name:
whoever decides about a payee decides about its transactions.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.model.suggestion import PERSONAL, PROTECTED
from pipeline.model.tables import Kept, Marks
from pipeline.protect.rules.payee_register import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context

#: What may be kept back: all of a protected payee's transaction, or who is paid.
WHOLE, NAME = "other", "personal"
_NOBODY = "-"


class Lines(NamedTuple):
    """Which lines lose the name of who is paid, and which all that tells of it."""

    personal: Mask
    protected: Mask


class Keys(NamedTuple):
    """The private keys of lines: of the transaction, of the supplier, of a payee whom the ledger keeps back or null."""

    transaction: pa.Array
    supplier: pa.Array
    payee: pa.Array


class Paid(NamedTuple):
    """What releases kept back of a transaction: what, because of whom, and which suppliers they named in it."""

    what: str
    payees: frozenset[str]
    named: frozenset[str] = frozenset()

    def entry(self, key: str) -> str:
        """Return the entry of a transaction."""
        return " ".join((key, self.what, ",".join(sorted(self.named)) or _NOBODY, *sorted(self.payees)))


#: What releases kept back of transactions, by their keys.
Released: TypeAlias = "Mapping[str, Sequence[Paid]]"


def released(context: Context, register: str) -> Released:
    """Return what releases kept back because of payees who are protected still."""
    payees = context.registers.get(register, {})
    known: dict[str, list[Paid]] = defaultdict(list)
    for entry in context.kept_back:
        key, what, *rest = entry.split(" ")
        if what in (WHOLE, NAME) and (because := _still(what, rest[1:], payees)):
            known[key].append(Paid(what, because, frozenset(rest[0].split(",")) - {_NOBODY}))
    return known


def as_released(keys: Keys, now: Lines, before: Released) -> Lines:
    """Return lines of which as much is kept back as releases did of their transactions."""
    personal, protected = now.personal.copy(), now.protected.copy()
    for paid, rows in _there(keys.transaction, before):
        if not protected[rows].any() and any(each.what == WHOLE for each in paid):
            protected[rows], personal[rows] = True, False
        suppliers = keys.supplier.take(pa.array(rows)).to_pylist()
        for each in paid:  # a person's line may name somebody else now
            if each.what == NAME:
                other = [supplier not in each.named for supplier in suppliers]
                personal[rows] |= np.array(other, np.bool_) & ~protected[rows]
    return Lines(personal, protected)


def remembered(keys: Keys, now: Lines, lines: Lines, before: Released) -> Kept:
    """Return what later builds keep back of lines, as the ledger itself says, and as they are."""
    transactions, people, suppliers = (column.to_pylist() for column in (keys.transaction, keys.payee, keys.supplier))
    hidden = lines.personal | lines.protected
    only_before = hidden & ((lines.personal != now.personal) | (lines.protected != now.protected))
    was = {transactions[rows[0]]: known for known, rows in _there(keys.transaction, before)}
    touched = was.keys() | {transactions[row] for row in np.flatnonzero(hidden).tolist()} - {None}
    every = pc.is_in(keys.transaction, value_set=pa.array(sorted(touched), pa.string()))
    of_key: dict[str, list[int]] = defaultdict(list)
    for row in np.flatnonzero(np.asarray(every)).tolist():
        of_key[transactions[row]].append(row)
    kept: list[tuple[int, str]] = []
    weaker: list[tuple[int, str]] = []
    for key, rows in of_key.items():
        named = frozenset(filter(None, (suppliers[row] for row in rows if not hidden[row])))
        kept += [
            (row, each.entry(key)) for each in _merged(was.get(key, ()), _now(now, people, rows), named) for row in rows
        ]
        weaker += [(row, each.entry(key)) for each in was.get(key, ()) for row in rows if only_before[row]]
    about = [(row, key) for key, rows in of_key.items() for row in rows]
    return Kept(Marks.of(kept), Marks.of(weaker), Marks.of(about))


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


def _now(now: Lines, people: list[str | None], rows: list[int]) -> Iterator[Paid]:
    """Yield what the ledger itself keeps back of a transaction; a payee without a key counts as one in doubt."""
    if any(now.protected[row] or now.personal[row] for row in rows):
        for what in (WHOLE, NAME) if any(now.protected[row] for row in rows) else (NAME,):
            yield Paid(what, frozenset(people[row] or "" for row in rows) - {""} or frozenset((UNKNOWN,)))


def _merged(before: Collection[Paid], now: Iterable[Paid], named: frozenset[str]) -> list[Paid]:
    """Return both as one of each kind, with whoever else is named now."""
    found: dict[str, Paid] = {each.what: each for each in before}
    for each in now:
        also = found.get(each.what, Paid(each.what, frozenset()))
        found[each.what] = also._replace(payees=also.payees | each.payees)
    return [each._replace(named=each.named | named) for each in found.values()]
