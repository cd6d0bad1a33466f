"""The published lines of payments as arrays: amounts in pence, and what lines are told apart by.

And where every penny of the ledger went, by month, from the published totals; whether they add up to the penny.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.columns.money import in_pence
from pipeline.plain import plain
from pipeline.publish.catalogue.figures import shown
from pipeline.publish.catalogue.readable import readable, rows_of, unless_damaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication

    Integers = NDArray[np.int64]

SPEND: Final = "spend-over-500"
#: What lines are told apart by, beside the payee.
SIDES: Final = ("department", "category", "value_for_money", "redaction", "body", "is_card")
COLUMNS: Final = ("payment_date", "supplier_name", "supplier_id", "net_amount", "purpose", *SIDES)
#: How many payees of three financial years have a page.
MOST_PAYEES: Final = 500


@dataclass(frozen=True, eq=False)
class Books:
    """Every published line: its ``month`` is a place among ``months``, its ``payee`` one among ``payees``, -1 redacted.

    ``pence`` are its net amount; ``sides`` are, by column, places among the ``values`` of it.  A payee is told by the
    supplier's id, and its ``names`` are those on its lines, the newest first.  Lines stand by month, the oldest first;
    ``line`` is the place of each in ``written``, which holds the texts of all.
    """

    months: Sequence[Period]
    month: Integers
    pence: Integers
    payee: Integers
    payees: Sequence[str]
    names: Sequence[Sequence[str]]
    sides: Mapping[str, Integers]
    values: Mapping[str, Sequence[str]]
    line: Integers
    written: pa.Table

    def texts(self) -> pa.Table:
        """Return the day and the purpose of each line, as they stand in its file."""
        return self.written.take(pa.array(self.line))

    @cached_property
    def payee_order(self) -> tuple[Integers, Integers]:
        """The places of all lines, those of one payee together, and where those of each payee begin."""
        order = np.argsort(self.payee, kind="stable")
        return order, np.searchsorted(self.payee[order], np.arange(len(self.payees) + 1))

    def within(self, first: Period, last: Period) -> Books:
        """Return the lines that were released for months from the first to the last, both included."""
        begin, end = (bisect(self.months, month) for bisect, month in ((bisect_left, first), (bisect_right, last)))
        return self._some(slice(*np.searchsorted(self.month, (begin, end)).tolist()))

    def of_payee(self, place: int) -> Books:
        """Return the lines of a payee."""
        order, begins = self.payee_order
        return self._some(order[begins[place] : begins[place + 1]])

    def _some(self, lines: slice | Integers) -> Books:
        return replace(
            self,
            month=self.month[lines],
            pence=self.pence[lines],
            payee=self.payee[lines],
            sides={name: each[lines] for name, each in self.sides.items()},
            line=self.line[lines],
        )

    def where(self, side: str, value: str) -> NDArray[np.bool_]:
        """Return which lines have a value on a side; none where no line has it."""
        found = [place for place, each in enumerate(self.values[side]) if each == value]
        return np.isin(self.sides[side], found)

    def by_payee(self) -> Integers:
        """Return the pence of each payee."""
        named = self.payee >= 0
        return _sums(self.payee[named], self.pence[named], len(self.payees))

    def by(self, side: str) -> Integers:
        """Return the pence of each value of a side."""
        return _sums(self.sides[side], self.pence, len(self.values[side]))

    def largest(self, side: str) -> str:
        """Return the value of a side with most pence, "" where there is none."""
        order = most_first(self.by(side), self.values[side])
        return self.values[side][order[0]] if order else ""

    def by_month(self) -> Integers:
        """Return the pence of each month."""
        return _sums(self.month, self.pence, len(self.months))


def books_of(publications: Iterable[Publication]) -> Books | None:
    """Return the lines of every release of payments; nothing without one that can be read."""
    found = next((publication for publication in publications if publication.name == SPEND), None)
    paths = dict(readable(found, COLUMNS))
    return unless_damaged(lambda: _read(paths), KeyError) if paths else None


def most_first(sums: Integers, labels: Sequence[str]) -> list[int]:
    """Return the places of sums that are not 0, the largest first, equal ones by their labels."""
    places: list[int] = np.flatnonzero(sums).tolist()
    return sorted(places, key=lambda place: (-int(sums[place]), labels[place]))


def _read(paths: Mapping[Period, Path]) -> Books:
    months = sorted(paths)
    tables = [rows_of(paths[month], COLUMNS) for month in months]
    table = pa.concat_tables(tables).unify_dictionaries()
    month = np.repeat(np.arange(len(months)), [each.num_rows for each in tables])
    amounts = table.column("net_amount").combine_chunks()
    pence = in_pence(amounts)
    codes = {name: _encoded(table.column(name)) for name in (*SIDES, "supplier_id", "supplier_name")}
    payee, payees = codes.pop("supplier_id")
    name, names = codes.pop("supplier_name")
    blank = [place for place, value in enumerate(payees) if not value]
    payee = np.where(np.isin(payee, blank), -1, payee)
    return Books(
        months=months,
        month=month,
        pence=pence,
        payee=payee,
        payees=payees,
        names=_names(payee, name, names, len(payees)),
        sides={side: places for side, (places, _) in codes.items()},
        values={side: values for side, (_, values) in codes.items()},
        line=np.arange(table.num_rows),
        written=table.select(["payment_date", "purpose"]).combine_chunks(),
    )


def _encoded(column: pa.ChunkedArray) -> tuple[Integers, list[str]]:
    """Return the places of cells among their values, and these; what is not there is blank."""
    cells = column.combine_chunks()
    if not pa.types.is_dictionary(cells.type):
        cells = cells.cast(pa.string()).dictionary_encode()
    values = cells.dictionary.to_pylist()
    if "" not in values:
        values.append("")
    return np.asarray(pc.fill_null(cells.indices.cast(pa.int64()), values.index(""))), values


def _names(payee: Integers, name: Integers, names: Sequence[str], size: int) -> list[list[str]]:
    """Return the names on the lines of each payee, the newest first."""
    newest_first = (payee * len(names) + name)[::-1]
    _, first = np.unique(newest_first, return_index=True)
    found: list[list[str]] = [[] for _ in range(size)]
    for pair in newest_first[np.sort(first)].tolist():
        who, called = divmod(pair, len(names))
        if who >= 0 and names[called]:
            found[who].append(names[called])
    return found


def _sums(codes: Integers, pence: Integers, size: int) -> Integers:
    sums = np.zeros(size, np.int64)
    np.add.at(sums, codes, pence)
    return sums


# --- totals of the ledger

TOTALS: Final = "excluded-spend-totals"
#: The part of what is published line by line, and that of the whole.
_PUBLISHED, _LEDGER = "Published", "Ledger"
_OF_TOTALS: Final = ("part", "category", "lines", "net_amount", "included_in")


class Part(NamedTuple):
    """A row of a month's totals: lines and pence are None where they stand in another category."""

    part: str
    category: str
    lines: int | None
    pence: int | None
    within: str


@dataclass(frozen=True, eq=False)
class Pennies:
    """The totals of every month that is released."""

    months: Mapping[Period, Sequence[Part]]

    def of(self, first: Period, last: Period) -> Iterator[dict[str, Any]]:
        """Yield the rows as a page shows them over the months from the first to the last that are there."""
        found: dict[tuple[str, str], list[Part]] = {}
        for month in self.within(first, last):
            for row in self.months[month]:
                found.setdefault((row.part, row.category), []).append(row)
        for part, category in sorted(found, key=_place):
            rows, asked = found[part, category], (first, last, category)
            lines, pence = _together(rows)
            yield {
                "part": part,
                "category": category,
                "pounds": shown(in_pounds(pence), "penny", *asked)
                if any(row.pence is not None for row in rows)
                else None,
                "lines": shown(lines, "penny-lines", *asked) if any(row.lines is not None for row in rows) else None,
                "within": next((row.within for row in rows if row.within), ""),
            }

    def parts(self, month: Period) -> list[Part]:
        """Return the rows of a month, what is published first, the whole last; none where it is not there."""
        return sorted(self.months.get(month, ()), key=_place)

    def within(self, first: Period, last: Period) -> list[Period]:
        """Return the months between two that are there."""
        return [month for month in sorted(self.months) if first <= month <= last]

    def adds_up(self, month: Period, books: Books) -> bool:
        """Return whether the parts of a month are its ledger, and those published its published lines, to the penny."""
        rows = self.months[month]
        whole = [row for row in rows if row.part == _LEDGER]
        parts = [row for row in rows if row.part != _LEDGER]
        published = [row for row in rows if row.part == _PUBLISHED]
        own = books.within(month, month).pence
        adds = len(whole) == 1 and _together(parts) == _together(whole)
        return adds and _together(published) == (len(own), sum(own.tolist()))


def pennies_of(publications: Iterable[Publication]) -> Pennies:
    """Return the totals of every month that can be read."""
    found = next((publication for publication in publications if publication.name == TOTALS), None)
    paths = sorted(readable(found, _OF_TOTALS))
    read = {month: unless_damaged(partial(_parts, path), ValueError) for month, path in paths}
    return Pennies({month: parts for month, parts in read.items() if parts is not None})


def in_pounds(pence: int) -> Decimal:
    """Return pounds and pence."""
    return Decimal(pence).scaleb(-2)


def _parts(path: Path) -> list[Part]:
    columns = pq.read_table(plain(path), columns=list(_OF_TOTALS)).to_pydict()
    return [
        Part(part, category, lines, None if amount is None else int(amount.scaleb(2)), within or "")
        for part, category, lines, amount, within in zip(*(columns[name] for name in _OF_TOTALS), strict=True)
    ]


def _place(row: tuple[str, ...] | Part) -> tuple[bool, bool]:
    """Return where people read a part: what is published first, the whole last."""
    return row[0] != _PUBLISHED, row[0] == _LEDGER


def _together(rows: Iterable[Part]) -> tuple[int, int]:
    listed = list(rows)
    return sum(row.lines or 0 for row in listed), sum(row.pence or 0 for row in listed)
