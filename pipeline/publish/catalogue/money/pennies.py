"""Where every penny of the ledger went, by month, from the published totals; and whether they add up to the penny."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow.parquet as pq

from pipeline.plain import plain
from pipeline.publish.catalogue.figures import shown
from pipeline.publish.catalogue.readable import readable, unless_damaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.money.reading import Books

TOTALS: Final = "excluded-spend-totals"
#: The part of what is published line by line, and that of the whole.
_PUBLISHED, _LEDGER = "Published", "Ledger"
_COLUMNS: Final = ("part", "category", "lines", "net_amount", "included_in")


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
            lines, pence = _sums(rows)
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
        adds = len(whole) == 1 and _sums(parts) == _sums(whole)
        return adds and _sums(published) == (len(own), sum(own.tolist()))


def pennies_of(publications: Iterable[Publication]) -> Pennies:
    """Return the totals of every month that can be read."""
    found = next((each for each in publications if each.name == TOTALS), None)
    paths = sorted(readable(found, _COLUMNS))
    read = {month: unless_damaged(partial(_read, path), ValueError) for month, path in paths}
    return Pennies({month: parts for month, parts in read.items() if parts is not None})


def in_pounds(pence: int) -> Decimal:
    """Return pounds and pence."""
    return Decimal(pence).scaleb(-2)


def _read(path: Path) -> list[Part]:
    columns = pq.read_table(plain(path), columns=list(_COLUMNS)).to_pydict()
    return [
        Part(part, category, lines, None if amount is None else int(amount.scaleb(2)), within or "")
        for part, category, lines, amount, within in zip(*(columns[name] for name in _COLUMNS), strict=True)
    ]


def _place(row: tuple[str, ...] | Part) -> tuple[bool, bool]:
    """Return where people read a part: what is published first, the whole last."""
    return row[0] != _PUBLISHED, row[0] == _LEDGER


def _sums(rows: Iterable[Part]) -> tuple[int, int]:
    listed = list(rows)
    return sum(row.lines or 0 for row in listed), sum(row.pence or 0 for row in listed)
