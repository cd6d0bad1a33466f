"""The pages of money: the newest twelve months, each year and month, payees from A to Z, and the largest payees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Final

from pipeline.model.periods import FINANCIAL_YEAR, MONTH
from pipeline.publish.catalogue.charts import Point, columns
from pipeline.publish.catalogue.figures import shown
from pipeline.publish.catalogue.making import figures_of, letter_of
from pipeline.publish.catalogue.money.facts import Sums, Values, lines_of, whole_pounds
from pipeline.publish.catalogue.money.reading import MOST_PAYEES, SPEND, most_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.making import Maker, Read
    from pipeline.publish.catalogue.money.reading import Books, Pennies

_FOLDER: Final = "money"
_VALUE: Final = "value-for-money"
_YEAR, _YEARS, _DRAWN = 12, 3, 24
#: Letters of an id that name a page; those that two payees share are written in full.
_LETTERS: Final = 12
_LETTER_PAGES: Final = (*ascii_lowercase, "other")


def money_pages(read: Read, maker: Maker) -> dict[str, bytes]:
    """Return every page of money by its path below the public folder; none where no payments are out."""
    return {} if read.books is None else dict(_Pages(read.books, _about(read), maker, read.pennies).every())


def payee_entries(read: Read, maker: Maker) -> Iterator[tuple[str, str, str]]:
    """Yield the name, kind and address of every page of a payee."""
    books = read.books
    if books is not None:
        links = _Pages(books, _about(read), maker, read.pennies).links
        for code, names in zip(books.payees, books.names, strict=True):
            if code in links:
                yield names[0], "payee", f"{_FOLDER}/{links[code]}"


def _about(read: Read) -> Publication:
    return next(publication for publication in read.publications if publication.name == SPEND)


@dataclass(frozen=True, eq=False)
class _Pages:
    """Makes the pages of one set of books."""

    books: Books
    about: Publication
    maker: Maker
    pennies: Pennies

    @cached_property
    def years(self) -> dict[Period, tuple[Period, Period]]:
        """The financial years of which anything is out, each with its first and its last month."""
        return {
            year: (MONTH.of_day(FINANCIAL_YEAR.first_day(year)), MONTH.of_day(FINANCIAL_YEAR.last_day(year)))
            for year in sorted({FINANCIAL_YEAR.of_month(month) for month in self.books.months})
        }

    @cached_property
    def all(self) -> Sums:
        """Everything that is out."""
        return Sums(self.books, self.books.months[0], self.books.months[-1])

    @cached_property
    def links(self) -> dict[str, str]:
        """The address of the page of each payee that has one, seen from the folder of money.

        Those are the payees with most pounds in any three financial years together: an address, once given, stays.
        """
        chosen: set[int] = set()
        for first, last in self.years.values():
            sums = self.books.within(MONTH.neighbour(first, _YEAR * (1 - _YEARS)), last).by_payee()
            chosen.update(most_first(sums, self.books.payees)[:MOST_PAYEES])
        codes = sorted(self.books.payees[place] for place in chosen)
        short = Counter(code[:_LETTERS] for code in codes)
        names = (code if short[code[:_LETTERS]] > 1 else code[:_LETTERS] for code in codes)
        return {code: f"payees/{name}.html" for code, name in zip(codes, names, strict=True)}

    def every(self) -> Iterator[tuple[str, bytes]]:
        """Yield each page with its path."""
        newest = self.books.months[-1]
        first = max(self.books.months[0], MONTH.neighbour(newest, 1 - _YEAR))
        sums = Sums.of(self.books, first, newest, MONTH.span_in_words((first, newest)))
        yield f"{_FOLDER}/index.html", self._sums(sums, "Where the money goes")
        yield f"{_FOLDER}/figures.json", figures_of("money-figures.json")
        for year, (first, last) in self.years.items():
            out = self._out(first, last)
            said = FINANCIAL_YEAR.in_words(year) if len(out) == _YEAR else MONTH.span_in_words(out)
            sums = Sums.of(self.books, first, last, said)
            yield f"{_FOLDER}/{year}.html", self._sums(sums, year)
            if self.pennies.within(first, last):
                yield from self._value(sums, year)
        for month in self.books.months:
            said = MONTH.in_words(month)
            yield f"{_FOLDER}/{month}.html", self._sums(Sums.of(self.books, month, month, said), said)
        for letter, rows in self._letters().items():
            rows.sort(key=lambda row: (row[0].casefold(), row[1]))
            page = self._page("payees.html", letter=letter, rows=rows, letters=_LETTER_PAGES)
            yield f"{_FOLDER}/payees/{letter}.html", page
        places = {code: place for place, code in enumerate(self.books.payees)}
        for code, link in self.links.items():
            yield f"{_FOLDER}/{link}", self._page("payee.html", **self._payee(places[code], code))

    def _out(self, first: Period, last: Period) -> list[Period]:
        """Return the months between two that are out."""
        return [month for month in self.books.months if first <= month <= last]

    def _page(self, template: str, **more: Any) -> bytes:  # noqa: ANN401 - what the template names
        return self.maker.about(self.about, template, **more)

    def _sums(self, sums: Sums, title: str) -> bytes:
        points = self._points(sums.books, self._out(sums.first, sums.last))
        label = f"Pounds by month, {sums.words}. The numbers are in the table beside it."
        return self._page(
            "money.html",
            title=title,
            sums=sums,
            ranked=sums.ranking(self.links),
            drawn=columns(points, label=label, said=MONTH.in_words, sign="£") if len(points) > 1 else None,
            years=[*reversed(self.years)],
            **self._pennies(sums),
        )

    def _points(self, books: Books, months: list[Period], *payee: str) -> list[Point]:
        """Return the pounds of some months, as a page shows those of a payee."""
        sums = dict(zip(books.months, books.by_month().tolist(), strict=True))
        pounds = {month: whole_pounds(sums[month]) for month in months}
        return [
            Point(month, value, shown(value, "payee", month, month, *payee) if payee else None)
            for month, value in pounds.items()
        ]

    def _pennies(self, sums: Sums) -> dict[str, Any]:
        """Return where every penny of some months went, with what the page says of it; nothing where one is amiss."""
        there = self.pennies.within(sums.first, sums.last)
        if not there or self.amiss.intersection(there):
            return {"penny_rows": ()}
        known = {FINANCIAL_YEAR.of_month(month) for month in there}
        return {
            "penny_rows": [*self.pennies.of(sums.first, sums.last)],
            "penny_words": MONTH.span_in_words(there),
            "values": [(year, link) for year, link in self._values() if year in known],
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

    def _value(self, sums: Sums, year: Period) -> Iterator[tuple[str, bytes]]:
        """Yield the page of value for money of a year, without a number where a month is amiss, and its figures."""
        there = self.pennies.within(sums.first, sums.last)
        wrong = sorted(self.amiss.intersection(there))
        months = [] if wrong else self._out(sums.first, sums.last)
        values = Values(self.books, self.pennies)
        page = self._page(
            "value.html",
            year=year,
            sums=sums,
            wrong=[MONTH.in_words(month) for month in wrong],
            lacking=[MONTH.in_words(month) for month in months if month not in there],
            years=[other for other in self._values() if other[0] != year],
            months=[values.of(month) for month in reversed(months)],
            figures=f"{_VALUE}-{year}.json",
        )
        yield f"{_FOLDER}/{_VALUE}-{year}.html", page
        yield f"{_FOLDER}/{_VALUE}-{year}.json", values.figures.content()

    def _letters(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every named payee by its first letter: newest name, link, what was paid, first and last month."""
        found: dict[str, list[tuple[Any, ...]]] = {letter: [] for letter in _LETTER_PAGES}
        for place, code in enumerate(self.books.payees):
            own = self.books.of_payee(place)
            if len(own.month):
                name, link = self.books.names[place][0], self.links.get(code, "").removeprefix("payees/")
                ends = (self.books.months[int(end)] for end in (own.month.min(), own.month.max()))
                found[letter_of(name.strip())].append((name, link, *self.all.paid(own.pence, "payee", code), *ends))
        return found

    def _payee(self, place: int, code: str) -> dict[str, Any]:
        """Return what the page of a payee says."""
        own, last = self.books.of_payee(place), self.books.months[-1]
        sums = Sums(own, self.all.first, self.all.last)
        return {
            "names": self.books.names[place],
            "paid": sums.paid(own.pence, "payee", code),
            "sums": sums,
            "months": self._points(own, [*self.books.months[-_DRAWN:]], code),
            "sides": {side: sums.of_payee(side, code) for side in ("category", "department")},
            "newest": lines_of(own.within(MONTH.neighbour(last, 1 - _YEAR), last)),
        }
