"""What all kinds of period are: how they are named, where they lie in time, what their series promises."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

#: The name of a period; names of one kind sort as time does.
Period = str
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class PeriodKind(ABC):
    """A kind of period; ``dated_by`` is the raw column whose day gives a row's period, "" where its file does.

    Its periods are counted: ``months`` calendar months each, the first of a year beginning ``offset`` months into it.
    ``noun`` is what people call one, ``frequency`` how often there is one, ``key`` what metadata calls one.  ``gaps``:
    one that nobody can download is missing.  ``form`` is how its name looks, ``pattern`` the same for a machine.
    ``files`` is the kind of period that its files are of, where each of them is of a part of it.
    """

    dated_by: str = ""
    files: PeriodKind | None = None

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

    @abstractmethod
    def number(self, name: Period) -> int:
        """Return which one it is, counted without a gap; never 0."""

    @abstractmethod
    def name(self, number: int) -> Period:
        """Return the name of the one of this ``number``."""

    @abstractmethod
    def in_words(self, name: Period) -> str:
        """Return a period as people write it."""

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

    # --- what it is made of ------------------------------------------------------------------------------

    @property
    def of_files(self) -> PeriodKind:
        """The kind of period that each of its files is of."""
        return self.files or self

    def holding(self, name: Period) -> Period:
        """Return the period that holds a file of this name; what is none is kept as it is."""
        return self.of_day(self.files.first_day(name)) if self.files and self.files.fits(name) else name

    def parts(self, name: Period) -> tuple[Period, ...]:
        """Return the periods of all files that one is made of."""
        if self.files is None:
            return (name,)
        first, last = (self.files.of_day(day) for day in (self.first_day(name), self.last_day(name)))
        return tuple(self.files.between(first, last))

    def lacking(self, files: Collection[Period]) -> dict[Period, tuple[Period, ...]]:
        """Return what each period that one of ``files`` is of lacks: nothing where all its files are there."""
        if not self.files:
            return dict.fromkeys(files, ())
        every = sorted({self.holding(each) for each in files})
        return {name: tuple(part for part in self.parts(name) if part not in files) for name in every}

    def lacked(
        self, missing: Collection[Period], known: Mapping[Period, Sequence[Period]]
    ) -> dict[Period, Sequence[Period]]:
        """Return what missing periods lack beside themselves: what is ``known``, all where no file has come."""
        found = {name: tuple(known.get(name, self.parts(name))) for name in sorted(missing)}
        return {name: lacks for name, lacks in found.items() if lacks != (name,)}

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
