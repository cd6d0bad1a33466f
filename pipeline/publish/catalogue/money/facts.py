"""What pages of money say: totals of a span of months, rankings, and one payee at a time.

Payees who are not named are counted apart in every total, and never ranked as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.columns.rounding import rounded
from pipeline.publish.catalogue.figures import shown
from pipeline.publish.catalogue.money.reading import most_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markupsafe import Markup
    from numpy.typing import NDArray

    from pipeline.model.periods import Period
    from pipeline.publish.catalogue.money.reading import Books

_RANKED: Final = 25
#: What a reason in free text reads in the place of its words: it is no route to a price.
_FREE_TEXT: Final = "Recorded in the ledger"
#: What redacted lines are called on a page, by what stands in their column.
REDACTED: Final = {"personal": "Redacted: private persons and staff", "other": "Redacted: would endanger somebody"}


class Span(NamedTuple):
    """Months that a page is about, both ends included, and what they are called."""

    first: Period
    last: Period
    words: str


class Ranked(NamedTuple):
    """A line of a ranking of pounds; one that is ``several`` payees together is hatched.

    ``what`` is the category with most pounds.
    """

    label: str
    link: str
    pounds: Markup
    length: float
    lines: Markup
    share: Markup | None
    several: bool = False
    what: str = ""


class Reason(NamedTuple):
    """What one body paid for one reason for value for money, and how much of it by card."""

    body: str
    label: str
    pounds: Markup
    lines: Markup
    card_pounds: Markup
    card_lines: Markup


class Month(NamedTuple):
    """What one month holds: all pounds, and those of payees who are not named, by why."""

    month: Period
    link: str
    pounds: Markup
    lines: Markup
    personal: Markup
    other: Markup


def whole_pounds(pence: int) -> int:
    """Return whole pounds, half a pound rounded away from zero."""
    return int(rounded(Fraction(pence, 100), 0))


@dataclass(frozen=True, eq=False)
class Sums:
    """What a span of months comes to; ``books`` hold its lines alone."""

    books: Books
    span: Span

    @classmethod
    def of(cls, books: Books, span: Span) -> Sums:
        """Return the sums of a span."""
        return cls(books.within(span.first, span.last), span)

    @cached_property
    def pence(self) -> int:
        """All pence."""
        return int(self.books.pence.sum())

    @cached_property
    def redacted(self) -> int:
        """The pence of payees who are not named."""
        return int(self.books.pence[self.books.redacted].sum())

    @property
    def asked(self) -> tuple[Period, Period]:
        """The parameters of every query about it."""
        return self.span.first, self.span.last

    @property
    def total(self) -> Markup:
        """All pounds."""
        return shown(whole_pounds(self.pence), "total", *self.asked)

    @property
    def rows(self) -> Markup:
        """All lines."""
        return shown(len(self.books.pence), "lines", *self.asked)

    @property
    def unnamed(self) -> Markup:
        """The pounds of payees who are not named."""
        return shown(whole_pounds(self.redacted), "unnamed", *self.asked)

    @property
    def unnamed_share(self) -> Markup | None:
        """Their share of all pounds."""
        return self._share(self.redacted, "unnamed-share")

    @property
    def payees(self) -> Markup:
        """How many payees are named."""
        found = np.unique(self.books.payee[self.books.payee >= 0])
        return shown(len(found), "payees", *self.asked)

    def ranking(self, links: dict[str, str]) -> list[Ranked]:
        """Return the payees with most pounds, then the lines that name nobody, by why: those are no payee."""
        sums = self.books.by_payee()
        named = [place for place in most_first(sums, self.books.payees) if sums[place] > 0][:_RANKED]
        found: list[tuple[int, int | str]] = [*((int(sums[place]), place) for place in named), *self._redacted()]
        longest = max((pence for pence, _ in found), default=0)
        return [self._ranked(pence, who, longest, links) for pence, who in found]

    def by(self, side: str) -> list[Ranked]:
        """Return the pounds of each value of a side; a blank one is what is not shown."""
        sums, values = self.books.by(side), self.books.values[side]
        order = most_first(sums, values)
        longest = max((int(sums[place]) for place in order), default=0)
        counts = np.bincount(self.books.sides[side], minlength=len(values))
        return [
            Ranked(
                label=values[place] or "Not shown",
                link="",
                pounds=shown(whole_pounds(int(sums[place])), side, *self.asked, values[place]),
                length=_length(int(sums[place]), longest),
                lines=shown(int(counts[place]), f"{side}-lines", *self.asked, values[place]),
                share=None,
                several=not values[place],
            )
            for place in order[:_RANKED]
        ]

    def months(self, links: dict[Period, str]) -> Iterator[Month]:
        """Yield the months of the span, the newest first."""
        for month in reversed([each for each in self.books.months if self.span.first <= each <= self.span.last]):
            one = Sums.of(self.books, Span(month, month, month))
            personal, other = (one.why(each) for each in REDACTED)
            yield Month(month, links.get(month, ""), one.total, one.rows, personal, other)

    def reasons(self) -> Iterator[Reason]:
        """Yield what each body paid for each reason, by body and reason; every line is in one of them."""
        for body, label, own, card in reasons_of(self.books):
            asked = (*self.asked, body, label)
            yield Reason(
                body=body,
                label=label,
                pounds=shown(whole_pounds(int(self.books.pence[own].sum())), "reason", *asked),
                lines=shown(int(own.sum()), "reason-lines", *asked),
                card_pounds=shown(whole_pounds(int(self.books.pence[card].sum())), "reason-card", *asked),
                card_lines=shown(int(card.sum()), "reason-card-lines", *asked),
            )

    @property
    def free_text_share(self) -> Markup | None:
        """The share of all pounds whose reason is free text."""
        own = self.books.where("value_for_money", _FREE_TEXT)
        return self._share(int(self.books.pence[own].sum()), "value_for_money-share", _FREE_TEXT)

    def why(self, redaction: str) -> Markup:
        """Return the pounds of payees who are not named for one reason."""
        return shown(whole_pounds(self._of(redaction)), "redaction", *self.asked, redaction)

    def _redacted(self) -> Iterator[tuple[int, str]]:
        yield from ((pence, each) for each in REDACTED if (pence := self._of(each)) > 0)

    def _of(self, redaction: str) -> int:
        values = self.books.values["redaction"]
        place = values.index(redaction) if redaction in values else -1
        return int(self.books.pence[self.books.sides["redaction"] == place].sum())

    def _ranked(self, pence: int, who: int | str, longest: int, links: dict[str, str]) -> Ranked:
        length = _length(pence, longest)
        if isinstance(who, str):
            values = self.books.values["redaction"]
            count = int((self.books.sides["redaction"] == values.index(who)).sum())
            return Ranked(
                label=REDACTED[who],
                link="",
                pounds=self.why(who),
                length=length,
                lines=shown(count, "redaction-lines", *self.asked, who),
                share=self._share(pence, "redaction-share", who),
                several=True,
            )
        code, own = self.books.payees[who], self.books.of_payee(who)
        return Ranked(
            label=self.books.names[who][0],
            link=links.get(code, ""),
            pounds=shown(whole_pounds(pence), "payee", *self.asked, code),
            length=length,
            lines=shown(len(own.pence), "payee-lines", *self.asked, code),
            share=self._share(pence, "payee-share", code),
            what=own.largest("category"),
        )

    def _share(self, pence: int, name: str, *more: str) -> Markup | None:
        """Return a share of all pounds, where these are more than none."""
        if self.pence <= 0:
            return None
        return shown(rounded(Fraction(100 * pence, self.pence), 1), name, *self.asked, *more) + " %"


def reasons_of(books: Books) -> Iterator[tuple[str, str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield each body and reason that has lines, in their order, with its lines and those of them by card."""
    by_card = books.where("is_card", "true")
    reasons = {label: books.where("value_for_money", label) for label in sorted(books.values["value_for_money"])}
    for body in sorted(books.values["body"]):
        of_body = books.where("body", body)
        for label, lines in reasons.items():
            if (own := of_body & lines).any():
                yield body, label, own, own & by_card


class PayeeLine(NamedTuple):
    """One published line of a payee."""

    day: str
    department: str
    purpose: str
    pounds: str


def lines_of(books: Books) -> list[PayeeLine]:
    """Return the lines of some books, the newest first."""
    departments, texts = books.values["department"], books.texts()
    lines = [
        PayeeLine(day, departments[department], purpose or "", f"{rounded(Fraction(pence, 100), 2):,.2f}")
        for day, department, purpose, pence in zip(
            texts.column("payment_date").cast(pa.string()).to_pylist(),
            books.sides["department"].tolist(),
            texts.column("purpose").to_pylist(),
            books.pence.tolist(),
            strict=True,
        )
    ]
    return sorted(lines, key=lambda each: (each.day, each.pounds, each.purpose), reverse=True)


def _length(pence: int, longest: int) -> float:
    return round(100 * max(pence, 0) / longest, 1) if longest > 0 else 0.0
