"""The page of value for money of a financial year: each month by body and reason, and where every penny went.

Its figures have a file of their own, each with the query that counts it again: a year of them must stay a small page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.publish.catalogue.figures import Figures, pounds
from pipeline.publish.catalogue.money.pennies import TOTALS, in_pounds
from pipeline.publish.catalogue.money.reading import SPEND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    import numpy as np
    from markupsafe import Markup
    from numpy.typing import NDArray

    from pipeline.model.periods import Period
    from pipeline.publish.catalogue.money.pennies import Part, Pennies
    from pipeline.publish.catalogue.money.reading import Books

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class Reason(NamedTuple):
    """What one body paid for one reason; the two by card are None where nothing was."""

    label: str
    pounds: Markup
    lines: Markup
    card_pounds: Markup | None
    card_lines: Markup | None


class Row(NamedTuple):
    """A part of the ledger; pounds and lines are None where they stand ``within`` another, or are not known."""

    part: str
    category: str
    pounds: Markup | None
    lines: Markup | None
    within: str


class Valued(NamedTuple):
    """A month of the page; no ``parts`` where the totals of its ledger are not out."""

    month: Period
    bodies: Sequence[tuple[str, Sequence[Reason]]]
    parts: Sequence[Row]


@dataclass(frozen=True, eq=False)
class Values:
    """The months of a year as its page shows them."""

    books: Books
    pennies: Pennies
    figures: Figures = field(default_factory=Figures)
    _names: list[str] = field(default_factory=list)

    def of(self, months: Sequence[Period]) -> list[Valued]:
        """Return the months, in their order."""
        return [
            Valued(month, [*self._bodies(month)], [self._row(month, each) for each in self.pennies.parts(month)])
            for month in months
        ]

    def _bodies(self, month: Period) -> Iterator[tuple[str, Sequence[Reason]]]:
        """Yield each body with its reasons; every published line of the month is in one of them."""
        books = self.books.within(month, month)
        card = books.where("is_card", "true")
        for body in sorted(books.values["body"]):
            own = books.where("body", body)
            reasons = {label: own & books.where("value_for_money", label) for label in books.values["value_for_money"]}
            found = [
                Reason(
                    label or "Not shown",
                    *self._counted(books, lines, month, body, label),
                    *(
                        self._counted(books, lines & card, month, body, label, card=True)
                        if (lines & card).any()
                        else _NONE
                    ),
                )
                for label, lines in sorted(reasons.items())
                if lines.any()
            ]
            if found:
                yield body, found

    def _counted(
        self, books: Books, lines: NDArray[np.bool_], month: Period, body: str, label: str, *, card: bool = False
    ) -> tuple[Markup, Markup]:
        """Return pounds and lines of some lines."""
        where = f"body = {_text(body)} AND coalesce(CAST(value_for_money AS VARCHAR), '') = {_text(label)}"
        of = f"FROM '../{SPEND}/{SPEND}-{month}.parquet' WHERE {where}{' AND is_card' * card}"
        paid = pounds(in_pounds(int(books.pence[lines].sum())))
        return (
            self._show(paid, f"SELECT CAST(round(coalesce(sum(net_amount), 0), 0) AS BIGINT) {of}"),
            self._show(int(lines.sum()), f"SELECT count(*) {of}"),
        )

    def _row(self, month: Period, part: Part) -> Row:
        of = f"FROM '../{TOTALS}/{TOTALS}-{month}.parquet' WHERE category = {_text(part.category)}"
        amount = None if part.pence is None else in_pounds(part.pence)
        return Row(
            part=part.part,
            category=part.category,
            pounds=None if amount is None else self._show(amount, f"SELECT net_amount {of}"),
            lines=None if part.lines is None else self._show(part.lines, f"SELECT lines {of}"),
            within=part.within,
        )

    def _show(self, value: int | Decimal, query: str) -> Markup:
        """Return the cell of a figure under the next short name."""
        number, name = len(self._names), ""
        while number or not name:
            number, digit = divmod(number, len(_DIGITS))
            name = _DIGITS[digit] + name
        self._names.append(name)
        return self.figures.cell(name, value, query)


_NONE: Final = (None, None)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
