"""What pages of money say: totals of some months, rankings, reasons, and one payee's lines.

Payees who are not named are counted apart in every total, and never ranked as one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from pipeline.columns.rounding import rounded
from pipeline.publish.catalogue.figures import Figures, shown, text
from pipeline.publish.catalogue.money.reading import SPEND, TOTALS, in_pounds, most_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from markupsafe import Markup

    from pipeline.model.periods import Period
    from pipeline.publish.catalogue.money.reading import Books, Integers, Part, Pennies

    #: The pence of the lines of a ranking, the query and its parameter, and what else is said of it.
    Line = tuple[Integers, tuple[str, ...], dict[str, Any]]

_RANKED: Final = 25
#: What a reason in free text reads in the place of its words: it is no route to a price.
_FREE_TEXT: Final = "Recorded in the ledger"
#: What redacted lines are called on a page, by what stands in their column.
REDACTED: Final = {"personal": "Redacted: private persons and staff", "other": "Redacted: would endanger somebody"}
#: Names of figures of value for money are numbers, as short as digits and letters write them.
_BASE: Final = 36


@dataclass(frozen=True, eq=False)
class Sums:
    """What the months from ``first`` to ``last``, called ``words``, come to; ``books`` hold lines of theirs alone."""

    books: Books
    first: Period
    last: Period
    words: str = ""

    @classmethod
    def of(cls, books: Books, first: Period, last: Period, words: str = "") -> Sums:
        """Return the sums of some months of books."""
        return cls(books.within(first, last), first, last, words)

    def paid(self, pence: Integers, name: str, *more: str) -> tuple[Markup, Markup]:
        """Return the pounds and the number of some lines, given the pence of each; ``name`` leads to their query."""
        return self._pounds(pence, name, *more), self._shown(len(pence), f"{name}-lines", *more)

    @property
    def total(self) -> Markup:
        """All pounds."""
        return self._pounds(self.books.pence, "total")

    @property
    def rows(self) -> Markup:
        """All lines."""
        return self._shown(len(self.books.pence), "lines")

    @property
    def unnamed(self) -> tuple[Markup, Markup | None]:
        """The pounds of payees who are not named, and their share of all pounds."""
        pence = self.books.pence[~self.books.where("redaction", "")]
        return self._pounds(pence, "unnamed"), self._share(pence, "unnamed-share")

    @property
    def payees(self) -> Markup:
        """How many payees are named."""
        return self._shown(len(np.unique(self.books.payee[self.books.payee >= 0])), "payees")

    @property
    def free_text_share(self) -> Markup | None:
        """The share of all pounds whose reason is free text."""
        own = self.books.where("value_for_money", _FREE_TEXT)
        return self._share(self.books.pence[own], "value_for_money-share", _FREE_TEXT)

    def ranking(self, links: dict[str, str]) -> list[dict[str, Any]]:
        """Return the payees with most pounds, then the lines that name nobody, by why: those are no payee.

        Of each stand its label and link, pounds, lines and share, the length of its bar, and the category with most
        pounds; one that is ``several`` payees together is hatched.
        """
        sums = self.books.by_payee()
        found: list[Line] = []
        for place in [place for place in most_first(sums, self.books.payees) if sums[place] > 0][:_RANKED]:
            own, code = self.books.of_payee(place), self.books.payees[place]
            words = {"label": self.books.names[place][0], "link": links.get(code, ""), "what": own.largest("category")}
            found.append((own.pence, ("payee", code), words))
        for why, label in REDACTED.items():
            pence = self._redacted(why)
            if pence.sum() > 0:
                found.append((pence, ("redaction", why), {"label": label, "several": True}))
        return self._ranked(found)

    def by(self, side: str) -> list[dict[str, Any]]:
        """Return the pounds of each value of a side as a ranking; a blank one is what is not shown."""
        values = self.books.values[side]
        return self._ranked(
            [
                (
                    self.books.pence[self.books.sides[side] == place],
                    (side, values[place]),
                    {"label": values[place] or "Not shown", "several": not values[place]},
                )
                for place in most_first(self.books.by(side), values)[:_RANKED]
            ]
        )

    def of_payee(self, side: str, code: str) -> Iterator[tuple[str, Markup, float]]:
        """Yield the pounds of each value of a side with the length of its bar; the lines are those of one payee."""
        sums, values = self.books.by(side), self.books.values[side]
        order = most_first(sums, values)
        for place in order:
            pounds = self._shown(whole_pounds(int(sums[place])), f"payee-{side}", code, values[place])
            yield values[place] or "Not shown", pounds, _length(int(sums[place]), int(sums[order[0]]))

    def months(self) -> Iterator[tuple[Period, Markup, Markup, Markup, Markup]]:
        """Yield each month, the newest first: its pounds, lines, and pounds of payees who are not named, by why."""
        for month in reversed([each for each in self.books.months if self.first <= each <= self.last]):
            one = Sums.of(self.books, month, month)
            personal, other = (one._pounds(one._redacted(why), "redaction", why) for why in REDACTED)  # noqa: SLF001 - its own
            yield month, one.total, one.rows, personal, other

    def reasons(self) -> Iterator[tuple[str, str, Markup, Markup, Markup, Markup]]:
        """Yield pounds and lines of each body and reason, and of these by card; every line is in one of them."""
        for body, label, own, card in _reasons_of(self.books):
            yield body, label, *self.paid(own, "reason", body, label), *self.paid(card, "reason-card", body, label)

    def _redacted(self, why: str) -> Integers:
        return self.books.pence[self.books.where("redaction", why)]

    def _ranked(self, found: Sequence[Line]) -> list[dict[str, Any]]:
        sums = [int(pence.sum()) for pence, _, _ in found]
        return [
            {
                "link": "",
                "what": "",
                "several": False,
                **words,
                "paid": self.paid(pence, *asked),
                "share": self._share(pence, f"{asked[0]}-share", *asked[1:]),
                "length": _length(own, max(sums)),
            }
            for own, (pence, asked, words) in zip(sums, found, strict=True)
        ]

    def _shown(self, value: int | Decimal, name: str, *more: str) -> Markup:
        return shown(value, name, self.first, self.last, *more)

    def _pounds(self, pence: Integers, name: str, *more: str) -> Markup:
        return self._shown(whole_pounds(int(pence.sum())), name, *more)

    def _share(self, pence: Integers, name: str, *more: str) -> Markup | None:
        """Return the share of some lines of all pounds, where these are more than none."""
        whole = int(self.books.pence.sum())
        if whole <= 0:
            return None
        return self._shown(rounded(Fraction(100 * int(pence.sum()), whole), 1), name, *more) + " %"


@dataclass(frozen=True, eq=False)
class Values:
    """The months of a page of value for money: by body and reason, and where every penny went.

    Its figures have a file of their own, each with the query that counts it again: a year of them must stay a small
    page.
    """

    books: Books
    pennies: Pennies
    figures: Figures = field(default_factory=Figures)
    _numbers: Iterator[int] = field(default_factory=count)

    def of(self, month: Period) -> tuple[Period, dict[str, list[tuple[Any, ...]]], list[dict[str, Any]]]:
        """Return a month, the reasons of each body, and the parts of its ledger, none where its totals are not out.

        Of a reason stand pounds and lines, and those by card, None where nothing was; every line is in one of them.
        """
        bodies: dict[str, list[tuple[Any, ...]]] = {}
        for body, label, pence, card in _reasons_of(self.books.within(month, month)):
            where = f"body = {text(body)} AND coalesce(CAST(value_for_money AS VARCHAR), '') = {text(label)}"
            paid = self._paid(pence, month, where)
            by_card = self._paid(card, month, f"{where} AND is_card") if len(card) else (None, None)
            bodies.setdefault(body, []).append((label or "Not shown", *paid, *by_card))
        return month, bodies, [self._part(month, part) for part in self.pennies.parts(month)]

    def _paid(self, pence: Integers, month: Period, where: str) -> tuple[Markup, Markup]:
        """Return pounds and lines of some lines."""
        of = f"FROM '../{SPEND}/{SPEND}-{month}.parquet' WHERE {where}"
        paid = whole_pounds(int(pence.sum()))
        return (
            self._show(paid, f"SELECT CAST(round(coalesce(sum(net_amount), 0), 0) AS BIGINT) {of}"),
            self._show(len(pence), f"SELECT count(*) {of}"),
        )

    def _part(self, month: Period, part: Part) -> dict[str, Any]:
        of = f"FROM '../{TOTALS}/{TOTALS}-{month}.parquet' WHERE category = {text(part.category)}"
        pounds = None if part.pence is None else self._show(in_pounds(part.pence), f"SELECT net_amount {of}")
        lines = None if part.lines is None else self._show(part.lines, f"SELECT lines {of}")
        return {**part._asdict(), "pounds": pounds, "lines": lines}

    def _show(self, value: int | Decimal, query: str) -> Markup:
        """Return the cell of a figure under the next short name."""
        return self.figures.show(np.base_repr(next(self._numbers), _BASE).lower(), value, query, tag="td")


def _reasons_of(books: Books) -> Iterator[tuple[str, str, Integers, Integers]]:
    """Yield each body and reason that has lines, in their order, with the pence of its lines and of those by card."""
    by_card = books.where("is_card", "true")
    reasons = {label: books.where("value_for_money", label) for label in sorted(books.values["value_for_money"])}
    for body in sorted(books.values["body"]):
        of_body = books.where("body", body)
        for label, lines in reasons.items():
            if (own := of_body & lines).any():
                yield body, label, books.pence[own], books.pence[own & by_card]


def lines_of(books: Books) -> list[tuple[str, str, str, str]]:
    """Return day, pounds, purpose and department of each line of some books, the newest first."""
    departments, texts = books.values["department"], books.texts()
    lines = [
        (day, f"{rounded(Fraction(pence, 100), 2):,.2f}", purpose or "", departments[department])
        for day, department, purpose, pence in zip(
            texts.column("payment_date").cast(pa.string()).to_pylist(),
            books.sides["department"].tolist(),
            texts.column("purpose").to_pylist(),
            books.pence.tolist(),
            strict=True,
        )
    ]
    return sorted(lines, key=lambda line: line[:3], reverse=True)


def whole_pounds(pence: int) -> int:
    """Return whole pounds, half a pound rounded away from zero."""
    return int(rounded(Fraction(pence, 100), 0))


def _length(pence: int, longest: int) -> float:
    return round(100 * max(pence, 0) / longest, 1) if longest > 0 else 0.0
