"""Periods: what a release is for.  A period is named by a text, and what the text means is told by its kind.

`2011-12` is a month and a financial year: only a feed's kind of period tells which, so every question goes to it.
"""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING, Final

from pipeline.model.period_kind import Period, PeriodKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

__all__ = [
    "ALL",
    "FINANCIAL_YEAR",
    "FORMS",
    "MONTH",
    "NO_PERIOD",
    "PATTERN",
    "QUARTER",
    "SNAPSHOT",
    "FinancialYearly",
    "Monthly",
    "Period",
    "PeriodKind",
    "Quarterly",
    "Snapshots",
    "Whole",
    "is_period",
    "period_in",
    "ranges",
]

#: Where rows that belong to no period are accounted.
NO_PERIOD: Final = "none"

_MONTHS: Final = 12
_FIRST_OF_YEAR: Final = 3
_YEAR: Final = r"(?:19|20)[0-9]{2}"


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
