"""Transactions of a ledger, which stand or fall as a whole.

The Local Government Association's guidance on publishing spending is the source: what is one item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, on_distinct, plain
from pipeline.columns.groups import groups
from pipeline.columns.money import money
from pipeline.model.handling import Decisive
from pipeline.model.payee_types import PERSONAL, PROTECTED
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.protect.handling import filled_keys
from pipeline.protect.options.spend import SpendOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.examples import Draw
    from pipeline.model.handling import Problem
    from pipeline.model.tables import RawTable
    from pipeline.settings.options import Options


def with_any(group: NDArray[np.int64], rows: Mask) -> Mask:
    """Return all rows of the groups that hold one of ``rows``; rows of group -1 stand alone."""
    hit = np.unique(group[rows & (group >= 0)])
    together: Mask = (np.isin(group, hit) & (group >= 0)) | rows
    return together


def transactions(raw: RawTable, body: str, number: str) -> NDArray[np.int64]:
    """Return a number for each transaction of each body and file; -1 where it has no number."""
    group = groups(pa.array(raw.source), raw.cells[body], raw.cells[number])
    return np.where(filled(raw.cells[number]), group, -1)


@dataclass(frozen=True, slots=True)
class _Hold:
    """Quarantines the lines of every transaction that has a bad line."""

    group: NDArray[np.int64]

    def settle(self, standing: Mask, bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield the other lines."""
        yield "transaction-incomplete", with_any(self.group, bad) & standing


@dataclass(frozen=True, slots=True)
class _Twice:
    """Settles lines that come twice: equal ones are one line, different ones are all bad."""

    line: NDArray[np.int64]
    group: NDArray[np.int64]
    repeats: NDArray[np.int64]

    def settle(self, standing: Mask, _bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield conflicts, the rest of their transactions, then copies."""
        rows = np.flatnonzero(standing & (self.line >= 0))
        order = rows[np.lexsort((rows, self.line[rows]))]
        follows = np.zeros(len(order), np.bool_)
        follows[1:] = self.line[order[1:]] == self.line[order[:-1]]
        differs = np.zeros(len(order), np.bool_)
        differs[1:] = follows[1:] & (self.repeats[order[1:]] != self.repeats[order[:-1]])
        conflict = np.zeros(len(standing), np.bool_)
        conflict[rows] = np.isin(self.line[rows], np.unique(self.line[order[differs]]))
        copies = np.zeros(len(standing), np.bool_)
        copies[order[follows]] = True
        yield "line-conflict", conflict
        held = with_any(self.group, conflict) & standing & ~conflict
        yield "transaction-incomplete", held
        yield "duplicate", copies & standing & ~conflict & ~held


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTransactions(RowRule):
    """What rules about a ledger share: ``transaction`` are its raw columns of the body and of its transactions."""

    transaction: tuple[str, str]

    @property
    def together(self) -> tuple[str, ...]:
        """The lines of a transaction."""
        return self.transaction

    @property
    def body(self) -> str:
        """The column of the body."""
        return self.transaction[0]

    @property
    def number(self) -> str:
        """The column of the transaction's number."""
        return self.transaction[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPayees(OfTransactions):
    """A rule at the column of payees' types."""

    takes: ClassVar[int | None] = 1
    lackable: ClassVar[bool] = True  # without a type every payee waits

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """The type; one for all would name everybody."""
        return (Decisive(self.column, (*PERSONAL, *PROTECTED), constant=False),)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTransactions(OfTransactions):
    """Holds a transaction with a bad line, and settles lines that come twice."""

    leads_back: ClassVar[bool] = True  # with the transaction's number that of a line leads to the invoice
    takes: ClassVar[int | None] = 1
    what: str = "Transactions with a bad line"
    why: str = "a transaction is published whole or not at all"

    @property
    def reads(self) -> tuple[str, ...]:
        """Body, transaction and line."""
        return (self.body, self.number, self.column)

    def check(self, raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the lines without a number."""
        return filled_keys(self.column, raw.cells[self.column], "blank-value", self.joined)

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        """Return the transactions and their lines."""
        group = transactions(raw, self.body, self.number)
        line = np.where(group >= 0, groups(pa.array(group), raw.cells[self.column]), -1)
        return Judgement((_Hold(group), _Twice(line, group, raw.repeats)))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the numbers of lines, and a transaction that is their own."""
        return {self.column: draw.numbers(1, 2)}


@dataclass(frozen=True, slots=True)
class Review:
    """Withholds whole transactions that have a standing line with an unknown payee."""

    group: NDArray[np.int64]
    unknown: Mask

    def settle(self, standing: Mask, _bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield their standing lines."""
        yield "payee-needs-review", with_any(self.group, self.unknown & standing) & standing


@dataclass(frozen=True, slots=True)
class _Reaches:
    """Withholds transactions whose standing lines do not total enough."""

    group: NDArray[np.int64]
    pence: NDArray[np.object_]
    limit: int
    operator: str

    def settle(self, standing: Mask, _bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield the lines of transactions that do not reach the threshold."""
        totals = np.zeros(int(self.group.max(initial=-1)) + 2, np.object_)  # exact, however large
        np.add.at(totals, self.group[standing], self.pence[standing])
        total = np.abs(totals[self.group])
        reached = total > self.limit if self.operator == ">" else total >= self.limit
        yield "below-threshold", standing & ~reached


@dataclass(frozen=True, slots=True, kw_only=True)
class OverThreshold(OfTransactions):
    """Withholds transactions below the threshold of the settings, by their absolute net total."""

    options: ClassVar[tuple[type[Options], ...]] = (SpendOptions,)
    what: str = "Transactions below the threshold"
    why: str = "the law asks for items over the threshold"
    net: str

    @property
    def reads(self) -> tuple[str, ...]:
        """Body, transaction and net amount."""
        return (self.body, self.number, self.net)

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the amounts by transaction."""
        exact = on_distinct(raw.cells[self.net], money)
        pence = facts_of_distinct(exact, lambda text: int(text.replace(".", "")), dtype=np.object_, empty=0)
        spend = context.option(SpendOptions)
        limit = int(spend.threshold * 100)
        group = transactions(raw, self.body, self.number)
        return Judgement((_Reaches(group, pence, limit, spend.operator),))


def together(group: NDArray[np.int64], supplier: pa.Array) -> pa.Array:
    """Return the keys of all suppliers of each line's transaction, null where it has no number or one supplier."""
    table = pa.table({"group": group, "key": plain(supplier)})
    table = table.filter(pc.and_(pc.is_valid(table["key"]), pc.greater_equal(table["group"], 0)))
    found = table.group_by("group").aggregate([("key", "distinct")])
    keys = [" ".join(sorted(each)) if len(each) > 1 else None for each in found["key_distinct"].to_pylist()]
    place = pc.index_in(pa.array(group), found["group"].combine_chunks())
    return pa.array(keys, pa.string()).take(place)
