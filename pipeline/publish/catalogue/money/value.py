"""The page of value for money of a financial year: each month by body and reason, and where every penny went.

Its figures have a file of their own, each with the query that counts it again: a year of them must stay a small page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from pipeline.publish.catalogue.figures import Figures, text
from pipeline.publish.catalogue.money.facts import reasons_of, whole_pounds
from pipeline.publish.catalogue.money.pennies import TOTALS, Penny, in_pounds
from pipeline.publish.catalogue.money.reading import SPEND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from markupsafe import Markup
    from numpy.typing import NDArray

    from pipeline.model.periods import Period
    from pipeline.publish.catalogue.money.pennies import Part, Pennies
    from pipeline.publish.catalogue.money.reading import Books

#: Names of figures are numbers, as short as digits and letters write them.
_BASE: Final = 36


class Reason(NamedTuple):
    """What one body paid for one reason; the two by card are None where nothing was."""

    label: str
    pounds: Markup
    lines: Markup
    card_pounds: Markup | None
    card_lines: Markup | None


class Valued(NamedTuple):
    """A month of the page; no ``parts`` where the totals of its ledger are not out."""

    month: Period
    bodies: Sequence[tuple[str, Sequence[Reason]]]
    parts: Sequence[Penny]


@dataclass(frozen=True, eq=False)
class Values:
    """The months of a year as its page shows them."""

    books: Books
    pennies: Pennies
    figures: Figures = field(default_factory=Figures)
    _numbers: Iterator[int] = field(default_factory=count)

    def of(self, months: Sequence[Period]) -> list[Valued]:
        """Return the months, in their order."""
        return [
            Valued(month, [*self._bodies(month)], [self._row(month, each) for each in self.pennies.parts(month)])
            for month in months
        ]

    def _bodies(self, month: Period) -> Iterator[tuple[str, Sequence[Reason]]]:
        """Yield each body with its reasons; every published line of the month is in one of them."""
        books = self.books.within(month, month)
        found: dict[str, list[Reason]] = {}
        for body, label, lines, card in reasons_of(books):
            paid = self._counted(books, lines, month, body, label)
            by_card = self._counted(books, card, month, body, label, card=True) if card.any() else _NONE
            found.setdefault(body, []).append(Reason(label or "Not shown", *paid, *by_card))
        yield from found.items()

    def _counted(
        self, books: Books, lines: NDArray[np.bool_], month: Period, body: str, label: str, *, card: bool = False
    ) -> tuple[Markup, Markup]:
        """Return pounds and lines of some lines."""
        where = f"body = {text(body)} AND coalesce(CAST(value_for_money AS VARCHAR), '') = {text(label)}"
        of = f"FROM '../{SPEND}/{SPEND}-{month}.parquet' WHERE {where}{' AND is_card' * card}"
        paid = whole_pounds(int(books.pence[lines].sum()))
        return (
            self._show(paid, f"SELECT CAST(round(coalesce(sum(net_amount), 0), 0) AS BIGINT) {of}"),
            self._show(int(lines.sum()), f"SELECT count(*) {of}"),
        )

    def _row(self, month: Period, part: Part) -> Penny:
        of = f"FROM '../{TOTALS}/{TOTALS}-{month}.parquet' WHERE category = {text(part.category)}"
        amount = None if part.pence is None else in_pounds(part.pence)
        return Penny(
            part=part.part,
            category=part.category,
            pounds=None if amount is None else self._show(amount, f"SELECT net_amount {of}"),
            lines=None if part.lines is None else self._show(part.lines, f"SELECT lines {of}"),
            within=part.within,
        )

    def _show(self, value: int | Decimal, query: str) -> Markup:
        """Return the cell of a figure under the next short name."""
        return self.figures.cell(np.base_repr(next(self._numbers), _BASE).lower(), value, query)


_NONE: Final = (None, None)
