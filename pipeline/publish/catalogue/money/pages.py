"""The pages of money: the newest twelve months, each year and month, payees from A to Z, and the largest payees."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from pipeline.model.periods import FINANCIAL_YEAR, MONTH
from pipeline.publish.catalogue.charts import columns
from pipeline.publish.catalogue.figures import shown
from pipeline.publish.catalogue.making import figures_of
from pipeline.publish.catalogue.money.facts import Span, Sums, lines_of, whole_pounds
from pipeline.publish.catalogue.money.reading import MOST_PAYEES, SPEND, most_first
from pipeline.publish.catalogue.money.value import Values
from pipeline.publish.catalogue.story import Point

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.making import Maker
    from pipeline.publish.catalogue.money.facts import PayeeLine
    from pipeline.publish.catalogue.money.pennies import Pennies
    from pipeline.publish.catalogue.money.reading import Books
    from pipeline.publish.catalogue.read import Read

_FOLDER: Final = "money"
_VALUE: Final = "value-for-money"
_YEAR, _YEARS, _DRAWN = 12, 3, 24
#: Letters of an id that name a page; those that two payees share are written in full.
_LETTERS: Final = 12
_LETTER_PAGES: Final = (*"abcdefghijklmnopqrstuvwxyz", "other")


class Listed(NamedTuple):
    """A payee in the list from A to Z."""

    name: str
    link: str
    pounds: Markup
    lines: Markup
    first: Period
    last: Period


class PayeeFacts(NamedTuple):
    """What the page of a payee says."""

    name: str
    others: Sequence[str]
    pounds: Markup
    lines: Markup
    months: Sequence[Point]
    sides: Mapping[str, Sequence[tuple[str, Markup, float]]]
    newest: Sequence[PayeeLine]
    span: Span


def money_pages(read: Read, maker: Maker) -> dict[str, bytes]:
    """Return every page of money by its path below the public folder; none where no payments are out."""
    if read.books is None:
        return {}
    return dict(_Pages(read.books, _about(read), maker, read.pennies).every())


def payee_entries(read: Read, maker: Maker) -> Iterator[tuple[str, str, str]]:
    """Yield the name, kind and address of every page of a payee."""
    books = read.books
    if books is not None:
        links = _Pages(books, _about(read), maker, read.pennies).links
        for code, names in zip(books.payees, books.names, strict=True):
            if code in links:
                yield names[0], "payee", f"{_FOLDER}/{links[code]}"


def _about(read: Read) -> Publication:
    return next(each for each in read.publications if each.name == SPEND)


@dataclass(frozen=True, eq=False)
class _Pages:
    """Makes the pages of one set of books."""

    books: Books
    about: Publication
    maker: Maker
    pennies: Pennies

    @cached_property
    def years(self) -> list[Period]:
        """The financial years of which anything is out."""
        return sorted({FINANCIAL_YEAR.of_month(month) for month in self.books.months})

    @cached_property
    def all(self) -> Span:
        """Everything that is out."""
        return Span(self.books.months[0], self.books.months[-1], "all months")

    @cached_property
    def links(self) -> dict[str, str]:
        """The address of the page of each payee that has one, seen from the folder of money.

        Those are the payees with most pounds in any three financial years together: an address, once given, stays.
        """
        chosen: set[int] = set()
        for year in self.years:
            first = MONTH.of_day(FINANCIAL_YEAR.first_day(FINANCIAL_YEAR.neighbour(year, 1 - _YEARS)))
            last = MONTH.of_day(FINANCIAL_YEAR.last_day(year))
            sums = self.books.within(first, last).by_payee()
            chosen.update(most_first(sums, self.books.payees)[:MOST_PAYEES])
        codes = sorted(self.books.payees[place] for place in chosen)
        short = Counter(code[:_LETTERS] for code in codes)
        names = (code if short[code[:_LETTERS]] > 1 else code[:_LETTERS] for code in codes)
        return {code: f"payees/{name}.html" for code, name in zip(codes, names, strict=True)}

    @cached_property
    def pounds(self) -> dict[Period, int]:
        """The pounds of each month."""
        return dict(zip(self.books.months, map(whole_pounds, self.books.by_month().tolist()), strict=True))

    @cached_property
    def months(self) -> dict[Period, str]:
        """The address of the page of each month."""
        return {month: f"{month}.html" for month in self.books.months}

    def every(self) -> Iterator[tuple[str, bytes]]:
        """Yield each page with its path."""
        newest = self.books.months[-1]
        first = max(self.books.months[0], MONTH.neighbour(newest, 1 - _YEAR))
        words = f"{MONTH.in_words(first)} to {MONTH.in_words(newest)}" if first != newest else MONTH.in_words(newest)
        yield f"{_FOLDER}/index.html", self._span(Span(first, newest, words), "Where the money goes")
        yield f"{_FOLDER}/figures.json", figures_of("money-figures.json")
        for year in self.years:
            first, last = (MONTH.of_day(day) for day in (FINANCIAL_YEAR.first_day(year), FINANCIAL_YEAR.last_day(year)))
            span = Span(first, last, self._said(year, first, last))
            yield f"{_FOLDER}/{year}.html", self._span(span, year)
            if self.pennies.within(first, last):
                yield from self._value(span, year)
        for month in self.books.months:
            said = MONTH.in_words(month)
            yield f"{_FOLDER}/{month}.html", self._span(Span(month, month, said), said)
        for letter, rows in self._letters().items():
            page = self._page("payees.html", letter=letter, rows=rows, letters=_LETTER_PAGES)
            yield f"{_FOLDER}/payees/{letter}.html", page
        places = {code: place for place, code in enumerate(self.books.payees)}
        for code, link in self.links.items():
            yield f"{_FOLDER}/{link}", self._page("payee.html", payee=self._payee(places[code]))

    def _said(self, year: Period, first: Period, last: Period) -> str:
        """Return a financial year in words; the months of it that are out, where not all are."""
        out = [month for month in self.books.months if first <= month <= last]
        return FINANCIAL_YEAR.in_words(year) if len(out) == _YEAR else MONTH.span_in_words(out)

    def _page(self, template: str, **more: Any) -> bytes:  # noqa: ANN401 - what the template names
        return self.maker.about(self.about, template, **more)

    def _span(self, span: Span, title: str) -> bytes:
        sums = Sums.of(self.books, span)
        ranked, months = sums.ranking(self.links), [*sums.months(self.months)]
        points = [Point(each.month, self.pounds[each.month], None) for each in reversed(months)]
        return self._page(
            "money.html",
            title=title,
            span=span,
            sums=sums,
            largest=next((each for each in ranked if not each.several), None),
            ranked=ranked,
            departments=sums.by("department"),
            categories=sums.by("category"),
            routes=sums.by("value_for_money"),
            months=months,
            drawn=self._drawn(points, span.words),
            years=[(year, f"{year}.html") for year in reversed(self.years)],
            **self._pennies(span),
        )

    def _pennies(self, span: Span) -> dict[str, Any]:
        """Return where every penny of a span went, with what the page says of it; nothing where one is amiss."""
        there = self.pennies.within(span.first, span.last)
        if not there or self.amiss.intersection(there):
            return {"penny_rows": ()}
        rows = self.pennies.of(span.first, span.last)
        return {
            "penny_rows": rows,
            "few": any(row.within for row in rows),
            "penny_words": MONTH.span_in_words(there),
            "values": [
                each for each in self._values() if each[0] in {FINANCIAL_YEAR.of_month(month) for month in there}
            ],
        }

    @cached_property
    def amiss(self) -> frozenset[Period]:
        """The months whose totals do not add up, or differ from their published lines, by a penny or a line."""
        there = self.pennies.months.keys() & {*self.books.months}
        return frozenset(month for month in there if not self.pennies.adds_up(month, self.books))

    def _values(self) -> list[tuple[Period, str]]:
        """Return the pages of value for money, the newest year first."""
        known = {FINANCIAL_YEAR.of_month(month) for month in self.pennies.months}
        return [(year, f"{_VALUE}-{year}.html") for year in reversed(self.years) if year in known]

    def _value(self, span: Span, year: Period) -> Iterator[tuple[str, bytes]]:
        """Yield the page of value for money of a year, without a number where a month is amiss, and its figures."""
        there = self.pennies.within(span.first, span.last)
        wrong = sorted(self.amiss.intersection(there))
        months = [] if wrong else [month for month in self.books.months if span.first <= month <= span.last]
        values = Values(self.books, self.pennies)
        page = self._page(
            "value.html",
            title=year,
            span=span,
            sums=Sums.of(self.books, span),
            wrong=[MONTH.in_words(month) for month in wrong],
            lacking=[MONTH.in_words(month) for month in months if month not in there],
            years=[each for each in self._values() if each[0] != year],
            year_link=f"{year}.html",
            months=values.of(months[::-1]),
            figures=f"{_VALUE}-{year}.json",
        )
        yield f"{_FOLDER}/{_VALUE}-{year}.html", page
        yield f"{_FOLDER}/{_VALUE}-{year}.json", values.figures.content()

    def _drawn(self, points: Sequence[Point], words: str) -> Markup | None:
        label = f"Pounds by month, {words}. The numbers are in the table beside it."
        return columns(points, label=label, said=MONTH.in_words, sign="£") if len(points) > 1 else None

    def _letters(self) -> dict[str, list[Listed]]:
        """Return every named payee by the first letter of its newest name."""
        sums = self.books.by_payee()
        known = self.books.payee >= 0
        counts = np.bincount(self.books.payee[known], minlength=len(self.books.payees))
        found: dict[str, list[Listed]] = {letter: [] for letter in _LETTER_PAGES}
        for place in np.flatnonzero(counts).tolist():
            code, name = self.books.payees[place], self.books.names[place][0]
            months = self.books.of_payee(place).month
            asked = (self.all.first, self.all.last, code)
            listed = Listed(
                name=name,
                link=self.links.get(code, "").removeprefix("payees/"),
                pounds=shown(whole_pounds(int(sums[place])), "payee", *asked),
                lines=shown(int(counts[place]), "payee-lines", *asked),
                first=self.books.months[int(months.min())],
                last=self.books.months[int(months.max())],
            )
            found[_letter(name)].append(listed)
        for rows in found.values():
            rows.sort(key=lambda each: (each.name.casefold(), each.link))
        return found

    def _payee(self, place: int) -> PayeeFacts:
        code, own = self.books.payees[place], self.books.of_payee(place)
        sums = dict(zip(self.books.months, own.by_month().tolist(), strict=True))
        name, *others = self.books.names[place]
        last = self.books.months[-1]
        asked = (self.all.first, self.all.last, code)
        points = [
            Point(month, pounds, shown(pounds, "payee", month, month, code))
            for month in self.books.months[-_DRAWN:]
            for pounds in (whole_pounds(sums[month]),)
        ]
        return PayeeFacts(
            name=name,
            others=others,
            pounds=shown(whole_pounds(int(own.pence.sum())), "payee", *asked),
            lines=shown(len(own.pence), "payee-lines", *asked),
            months=points,
            sides={side: [*self._by(side, own, code)] for side in ("category", "department")},
            newest=lines_of(own.within(MONTH.neighbour(last, 1 - _YEAR), last)),
            span=self.all,
        )

    def _by(self, side: str, own: Books, code: str) -> Iterator[tuple[str, Markup, float]]:
        """Yield the pounds of a payee by department or category, the most first; ``own`` are its lines."""
        sums, values = own.by(side), own.values[side]
        order = most_first(sums, values)
        longest = max((int(sums[place]) for place in order), default=0)
        for place in order:
            asked = (self.all.first, self.all.last, code, values[place])
            pounds = shown(whole_pounds(int(sums[place])), f"payee-{side}", *asked)
            yield values[place] or "Not shown", pounds, round(100 * max(int(sums[place]), 0) / max(longest, 1), 1)


def _letter(name: str) -> str:
    """Return the page that a name is listed on: its first letter without its marks, `other` where it is none."""
    first = unicodedata.normalize("NFD", name.strip())[:1].lower()
    return first if first in _LETTER_PAGES else "other"
