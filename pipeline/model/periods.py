"""Periods: what a release is for.  A period is named by a text, and what the text means is told by its kind.

`2011-12` is a month and a financial year: only a feed's kind of period tells which, so every question goes to it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

#: The name of a period; names of one kind sort as time does.
Period = str
#: Where rows that belong to no period are accounted.
NO_PERIOD: Final = "none"

_MONTHS: Final = 12
_FIRST_OF_YEAR: Final = 3
_YEAR: Final = r"(?:19|20)[0-9]{2}"


@dataclass(frozen=True, slots=True)
class PeriodKind:
    """A kind of period; ``dated_by`` is the raw column whose day gives a row's period, "" where its file does.

    Its periods are counted: ``months`` calendar months each, the first of a year beginning ``offset`` months into it.
    ``noun`` is what people call one, ``frequency`` how often there is one, ``key`` what metadata calls one.  ``gaps``:
    one that nobody can download is missing.  ``form`` is how its name looks, ``pattern`` the same for a machine.
    """

    dated_by: str = ""

    months: ClassVar[int] = 1
    offset: ClassVar[int] = 0
    noun: ClassVar[str]
    key: ClassVar[str] = "period"
    frequency: ClassVar[str]
    granularity: ClassVar[str]
    form: ClassVar[str]
    pattern: ClassVar[str]
    gaps: ClassVar[bool] = True
    #: The name of a file's period where files do not tell; "" where they do, or the day on which one came.
    only: ClassVar[Period] = ""
    #: Whether one file holds all there is each time, so that a period has gone when other bytes take its place.
    register: ClassVar[bool] = False

    def fits(self, name: str) -> bool:
        """Return whether a text is the name of such a period."""
        return re.fullmatch(self.pattern, name) is not None

    def number(self, name: Period) -> int:
        """Return which one it is, counted without a gap; never 0."""
        raise NotImplementedError

    def name(self, number: int) -> Period:
        """Return the name of the one of this ``number``."""
        raise NotImplementedError

    def in_words(self, name: Period) -> str:
        """Return a period as people write it."""
        raise NotImplementedError

    # --- where it lies in time --------------------------------------------------------------------------

    def of_month(self, month: str) -> Period:
        """Return the period that holds a calendar month, `YYYY-MM`."""
        return self.name((int(month[:4]) * _MONTHS + int(month[5:7]) - 1 - self.offset) // self.months)

    def of_day(self, day: dt.date) -> Period:
        """Return the period that holds a day."""
        return self.of_month(f"{day:%Y-%m}")

    def first_day(self, name: Period) -> dt.date:
        """Return its first day."""
        year, month = divmod(self.number(name) * self.months + self.offset, _MONTHS)
        return dt.date(year, month + 1, 1)

    def last_day(self, name: Period) -> dt.date:
        """Return its last day."""
        year, month = divmod((self.number(name) + 1) * self.months + self.offset - 1, _MONTHS)
        return dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1])

    def neighbour(self, name: Period, by: int) -> Period:
        """Return the one so many places after it, before it where ``by`` is negative."""
        return self.name(self.number(name) + by)

    def between(self, first: Period, last: Period) -> Iterator[Period]:
        """Yield every one from ``first`` to ``last``, both included."""
        return map(self.name, range(self.number(first), self.number(last) + 1))

    def apart(self, one: Period, other: Period) -> int:
        """Return how many places lie between two, whichever comes first."""
        return abs(self.number(one) - self.number(other))

    def has_ended(self, name: Period, day: dt.date) -> bool:
        """Return whether its last day lies before ``day``."""
        return self.last_day(name) < day

    def place(self, name: Period, day: str) -> int:
        """Return which day of the period an ISO day is, the first being 1; 0 where it lies outside."""
        if self.of_month(day) != name:
            return 0
        return (dt.date.fromisoformat(day) - self.first_day(name)).days + 1

    def span(self, names: Iterable[Period]) -> tuple[str, str]:
        """Return the first day of the first and the last day of the last, two empty texts where there is none."""
        known = sorted(filter(self.fits, names))
        return (self.first_day(known[0]).isoformat(), self.last_day(known[-1]).isoformat()) if known else ("", "")

    # --- what a series of them promises -----------------------------------------------------------------

    def missing(self, released: Collection[Period], waiting: Collection[Period] = ()) -> tuple[Period, ...]:
        """Return those of the series that nobody can download: a gap is said, never left to be noticed.

        The series runs from the first to the last one that is ``released`` or ``waiting`` for an approval.
        """
        known = sorted({*released, *waiting})
        if not known or not self.gaps:
            return ()
        return tuple(name for name in self.between(known[0], known[-1]) if name not in released)

    def next_due(self, latest: Period, days: int, as_of: dt.date) -> dt.date | None:
        """Return the day by which the one after ``latest``, or the last one before it that has ended, is promised."""
        while not self.has_ended(latest, as_of):
            latest = self.neighbour(latest, -1)
        return self.last_day(self.neighbour(latest, 1)) + dt.timedelta(days=days)

    # --- words ------------------------------------------------------------------------------------------

    def said(self, name: Period) -> str:
        """Return a period in words; what is no such period comes back as it is."""
        return self.in_words(name) if self.fits(name) else name

    def heading(self, name: Period) -> tuple[str, str]:
        """Return below which heading a page lists it, and what it is called there."""
        return name[:4], self.said(name).removesuffix(f" {name[:4]}")

    def runs(self, names: Iterable[Period]) -> list[list[Period]]:
        """Return names in their order, consecutive ones together; what does not fit stands alone."""
        ordered = sorted(set(names))
        places = [self.number(name) - place if self.fits(name) else name for place, name in enumerate(ordered)]
        return [
            [name for name, _ in run] for _, run in groupby(zip(ordered, places, strict=True), lambda pair: pair[1])
        ]

    def span_in_words(self, names: Sequence[Period]) -> str:
        """Return a run of periods in words."""
        first, last = self.said(names[0]), self.said(names[-1])
        return first if first == last else f"{first} to {last}"


class Monthly(PeriodKind):
    """Calendar months, `2024-03`."""

    __slots__ = ()

    noun, key, frequency, granularity, form = "month", "month", "monthly", "month", "YYYY-MM"
    pattern = rf"{_YEAR}-(?:0[1-9]|1[0-2])"

    def number(self, name: Period) -> int:
        """Count months."""
        return int(name[:4]) * _MONTHS + int(name[5:]) - 1

    def name(self, number: int) -> Period:
        """Name a month by year and number."""
        return f"{number // _MONTHS:04}-{number % _MONTHS + 1:02}"

    def in_words(self, name: Period) -> str:
        """Write `March 2024`."""
        return f"{calendar.month_name[int(name[5:])]} {name[:4]}"


class Quarterly(PeriodKind):
    """Calendar quarters, `2024-Q1`, January to March; not those of a financial year."""

    __slots__ = ()

    noun, frequency, granularity, form = "calendar quarter", "quarterly", "quarter", "YYYY-Qn"
    months = 3
    pattern = rf"{_YEAR}-Q[1-4]"

    def number(self, name: Period) -> int:
        """Count quarters."""
        return int(name[:4]) * 4 + int(name[6:]) - 1

    def name(self, number: int) -> Period:
        """Name a quarter by year and number."""
        return f"{number // 4:04}-Q{number % 4 + 1}"

    def in_words(self, name: Period) -> str:
        """Write `January to March 2024`."""
        first, last = self.first_day(name), self.last_day(name)
        return f"{first:%B} to {last:%B} {name[:4]}"

    def span_in_words(self, names: Sequence[Period]) -> str:
        """Write `January to June 2024`: from the first month to the last."""
        first, last = (names[0], names[-1])
        if first == last or not (self.fits(first) and self.fits(last)):
            return PeriodKind.span_in_words(self, names)
        return f"{self.first_day(first):%B %Y} to {self.last_day(last):%B %Y}"


class FinancialYearly(PeriodKind):
    """Financial years, `2023-24`, April to March."""

    __slots__ = ()

    noun, frequency, granularity, form = "financial year", "annual", "year", "YYYY-YY"
    months, offset = _MONTHS, _FIRST_OF_YEAR
    pattern = "|".join(f"{year}-{(year + 1) % 100:02}" for year in range(1900, 2100))

    def number(self, name: Period) -> int:
        """Count years by the one in which they begin."""
        return int(name[:4])

    def name(self, number: int) -> Period:
        """Name a year by the two calendar years that it lies in."""
        return f"{number:04}-{(number + 1) % 100:02}"

    def in_words(self, name: Period) -> str:
        """Write `April 2023 to March 2024`."""
        return f"{self.first_day(name):%B %Y} to {self.last_day(name):%B %Y}"

    def span_in_words(self, names: Sequence[Period]) -> str:
        """Write `April 2021 to March 2024`: from the first month to the last."""
        return f"{self.said(names[0]).partition(' to ')[0]} to {self.said(names[-1]).rpartition(' to ')[2]}"


class Whole(PeriodKind):
    """All there is, as one release, `all`, which is replaced when it changes."""

    __slots__ = ()

    noun, frequency, granularity, form = "release", "irregular", "", "all"
    pattern = only = "all"
    gaps = False

    def number(self, _name: Period) -> int:
        """There is one."""
        return 1

    def name(self, _number: int) -> Period:
        """There is one."""
        return self.only

    def in_words(self, _name: Period) -> str:
        """Write that it is everything."""
        return "all dates"

    def has_ended(self, _name: Period, _day: dt.date) -> bool:
        """It takes what there is."""
        return True

    def place(self, _name: Period, _day: str) -> int:
        """No day of it is missed."""
        return 0

    def heading(self, name: Period) -> tuple[str, str]:
        """Return one heading."""
        return name, self.said(name)

    def span(self, _names: Iterable[Period]) -> tuple[str, str]:
        """It says nothing of days."""
        return "", ""

    def next_due(self, _latest: Period, _days: int, _as_of: dt.date) -> None:
        """No day is promised."""


class Snapshots(Monthly):
    """A register as it stood: a file without a period, whose releases are named by the month in which each came."""

    __slots__ = ()

    noun, key, frequency, granularity = "snapshot", "period", "irregular", "month"
    gaps, register = False, True

    def has_ended(self, _name: Period, _day: dt.date) -> bool:
        """A register is as it stands."""
        return True

    def next_due(self, _latest: Period, _days: int, _as_of: dt.date) -> None:
        """One comes when the register has changed."""


MONTH, QUARTER, FINANCIAL_YEAR, ALL, SNAPSHOT = Monthly(), Quarterly(), FinancialYearly(), Whole(), Snapshots()
_NAMED = (MONTH, QUARTER, FINANCIAL_YEAR, ALL)
#: How the name of any period looks.
PATTERN: Final = "|".join(kind.pattern for kind in _NAMED)
FORMS: Final = "2024-03, 2024-Q1, 2023-24 or all"
_IN_A_PATH: Final = re.compile(
    rf"(?:(?<![0-9])(?:{'|'.join(kind.pattern for kind in _NAMED[:-1])})(?![0-9])|\b{ALL.only}\b)(?=[^/]*\Z)"
)


def is_period(*names: str) -> bool:
    """Return whether texts are the names of periods, all of one kind."""
    return any(all(map(kind.fits, names)) for kind in _NAMED)


def period_in(path: str) -> Period:
    """Return the period that a file is named after, "" where it is named after none."""
    found = _IN_A_PATH.search(path)
    return found[0] if found else ""


def ranges(names: Iterable[Period]) -> list[str]:
    """Return names in their order, each run of them as `2024-01 to 2024-03`; what is no period stands by itself.

    Names that months and financial years share are taken for months: financial years never follow as months do.
    """
    every = set(names)
    kind = next((kind for kind in _NAMED if all(map(kind.fits, every - {NO_PERIOD}))), MONTH)
    return [run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in kind.runs(every)]
