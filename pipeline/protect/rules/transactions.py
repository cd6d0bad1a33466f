"""Transactions of a ledger, which stand or fall as a whole.

The Local Government Association's guidance on publishing spending is the source: what is one item.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, on_distinct, plain
from pipeline.columns.groups import groups
from pipeline.columns.money import money
from pipeline.model.handling import Decisive
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.model.suggestion import PERSONAL, PROTECTED
from pipeline.protect.handling import filled_keys
from pipeline.protect.spend import SpendOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.handling import Draw, Problem
    from pipeline.model.tables import RawTable


def with_any(group: NDArray[np.int64], rows: Mask) -> Mask:
    """Return all rows of the groups that hold one of ``rows``; rows of group -1 stand alone."""
    hit = np.unique(group[rows & (group >= 0)])
    together: Mask = (np.isin(group, hit) & (group >= 0)) | rows
    return together


def transactions(raw: RawTable, body: str, number: str) -> NDArray[np.int64]:
    """Return a number for each transaction of each body and file; -1 where it has no number."""
    group = groups(pa.array(raw.source), raw.cells[body], raw.cells[number])
    return np.where(filled(raw.cells[number]), group, -1)


def _hold_whole(group: NDArray[np.int64], standing: Mask, bad: Mask) -> Iterator[tuple[str, Mask]]:
    """Quarantine the lines of every transaction that has a bad line."""
    yield "transaction-incomplete", with_any(group, bad) & standing


def _settle_lines(
    line: NDArray[np.int64], group: NDArray[np.int64], repeats: NDArray[np.int64], standing: Mask, _bad: Mask
) -> Iterator[tuple[str, Mask]]:
    """Settle lines that come twice: equal ones are one line, different ones are all bad."""
    rows = np.flatnonzero(standing & (line >= 0))
    order = rows[np.lexsort((rows, line[rows]))]
    follows = np.zeros(len(order), np.bool_)
    follows[1:] = line[order[1:]] == line[order[:-1]]
    differs = np.zeros(len(order), np.bool_)
    differs[1:] = follows[1:] & (repeats[order[1:]] != repeats[order[:-1]])
    conflict = np.zeros(len(standing), np.bool_)
    conflict[rows] = np.isin(line[rows], np.unique(line[order[differs]]))
    copies = np.zeros(len(standing), np.bool_)
    copies[order[follows]] = True
    yield "line-conflict", conflict
    held = with_any(group, conflict) & standing & ~conflict
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

    takes = 1
    lackable = True  # without a type every payee waits

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """The type; one for all would name everybody."""
        return (Decisive(self.column, (*PERSONAL, *PROTECTED), constant=False),)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTransactions(OfTransactions):
    """Holds a transaction with a bad line, and settles lines that come twice."""

    leads_back = True  # with the transaction's number that of a line leads to the invoice
    takes = 1
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
        return Judgement((partial(_hold_whole, group), partial(_settle_lines, line, group, raw.repeats)))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the numbers of lines, and a transaction that is their own."""
        return {self.column: draw.numbers(1, 2)}


def hold_for_review(group: NDArray[np.int64], unknown: Mask, standing: Mask, _bad: Mask) -> Iterator[tuple[str, Mask]]:
    """Withhold whole transactions that have a standing line with an unknown payee."""
    yield "payee-needs-review", with_any(group, unknown & standing) & standing


def _withhold_below(
    group: NDArray[np.int64], pence: NDArray[np.object_], limit: int, operator: str, standing: Mask, _bad: Mask
) -> Iterator[tuple[str, Mask]]:
    """Withhold transactions whose standing lines do not total enough."""
    totals = np.zeros(int(group.max(initial=-1)) + 2, np.object_)  # exact, however large
    np.add.at(totals, group[standing], pence[standing])
    total = np.abs(totals[group])
    reached = total > limit if operator == ">" else total >= limit
    yield "below-threshold", standing & ~reached


@dataclass(frozen=True, slots=True, kw_only=True)
class OverThreshold(OfTransactions):
    """Withholds transactions below the threshold of the settings, by their absolute net total."""

    beside = ("transaction", "net")
    options = (SpendOptions,)
    what: str = "Transactions below the threshold"
    why: str = "the law asks for items over the threshold"
    net: str

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the amounts by transaction."""
        exact = on_distinct(raw.cells[self.net], money)
        pence = facts_of_distinct(exact, lambda text: int(text.replace(".", "")), dtype=np.object_, empty=0)
        spend = context.option(SpendOptions)
        limit = int(spend.threshold * 100)
        group = transactions(raw, self.body, self.number)
        return Judgement((partial(_withhold_below, group, pence, limit, spend.operator),))


def together(group: NDArray[np.int64], supplier: pa.Array) -> pa.Array:
    """Return the keys of all suppliers of each line's transaction, null where it has no number or one supplier."""
    table = pa.table({"group": group, "key": plain(supplier)})
    table = table.filter(pc.and_(pc.is_valid(table["key"]), pc.greater_equal(table["group"], 0)))
    found = table.group_by("group").aggregate([("key", "distinct")])
    keys = [" ".join(sorted(each)) if len(each) > 1 else None for each in found["key_distinct"].to_pylist()]
    place = pc.index_in(pa.array(group), found["group"].combine_chunks())
    return pa.array(keys, pa.string()).take(place)
