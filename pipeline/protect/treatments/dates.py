"""Dates as months and days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import filled, mask_on_distinct
from pipeline.columns.dates import Plausible, days, months
from pipeline.model.handling import Treated, columns_of, problem
from pipeline.model.periods import MONTH
from pipeline.protect.handling import MayBeBlank, OneColumn
from pipeline.protect.spend import SpendOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.handling import Draw, Problem

#: The first year of a date that gives a month or of a payment, and of any other date (contract, Dates).
_FIRST_YEAR, _FIRST_OTHER_YEAR = 2000, 1900


def _date_problems(name: str, day: pa.Array, plausible: Plausible) -> tuple[Problem, ...]:
    """Return the cells that are no date, and the dates that cannot be; an empty cell is no date."""
    return (*problem(name, "bad-date", ~filled(day)), *problem(name, "implausible-date", plausible.without(day)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOf(OneColumn):
    """Publishes a date-time as its month, as national files do, and as its day where that is safe.

    A date to come is a problem, unless ``to_come`` says that the system keeps such dates too.
    """

    typical = ("moments",)
    odd = ("31/02/2024 10:00",)  # a day that no calendar has
    cells_are = "dates"
    why: str = "day and time would single people out"
    day_into: str = ""
    to_come: bool = False

    @property
    def makes(self) -> tuple[str, ...]:
        """The month and, where asked, the day."""
        return (*columns_of(self.into), *self._days)

    @property
    def _days(self) -> tuple[str, ...]:
        return (self.day_into,) if self.day_into else ()

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return month and day; what is no date, and a date that cannot be, is a problem."""
        day = days(cells[self.column], time_allowed=True)
        columns = self._same(months(day)) | dict.fromkeys(self._days, day)
        plausible = Plausible.of(context.as_of, first_year=_FIRST_YEAR, past=not self.to_come)
        return Treated(columns, _date_problems(self.column, day, plausible))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(MayBeBlank):
    """Publishes a date as ISO 8601.

    Empty is a problem unless ``blank``.  ``payment``: it lies near the period of its accounts.  ``past``: it cannot be
    to come, as that of a record or of a reply.  ``planned``: it may be in any year to come, as an end or a review.
    ``timed``: it may have a time of day, which is left out.
    """

    odd = ("31/02/2024",)  # a day that no calendar has
    cells_are = "dates"
    options = (SpendOptions,)
    payment: bool = False
    past: bool = False
    planned: bool = False
    timed: bool = False

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the day; what is no date, and a date that cannot be, is a problem."""
        day = days(cells[self.column], time_allowed=self.timed)
        first_year = _FIRST_YEAR if self.payment or self.timed else _FIRST_OTHER_YEAR
        past = self.past or self.payment
        plausible = Plausible.of(context.as_of, first_year=first_year, past=past, planned=self.planned)
        first, last = context.kind.span([context.month])
        if self.payment and first:
            plausible = plausible.near(first, last, context.option(SpendOptions).payment_days)
        found = _date_problems(self.column, day, plausible)
        if self.blank:
            given = filled(cells[self.column])
            found = tuple(each._replace(mask=each.mask & given) for each in found)
        return Treated(self._same(day), found)

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return days of the period."""
        return {self.column: draw.moments() if self.timed else draw.days()}


def before(column: pa.Array, day: str) -> Mask:
    """Return where the day of a date-time column is before ``day`` (ISO text)."""
    found = days(column, time_allowed=True)
    return mask_on_distinct(found, lambda text: text < day)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMonth(OneColumn):
    """Publishes a month, `YYYY-MM`, that something is planned for; empty stays empty, anything else is a problem."""

    fault = "bad-date"
    may_be_empty = True
    is_key = False
    typical = ("of", "2035-04")
    odd = ("2035-13",)  # a month that no year has
    lackable = True

    def reading(self, _context: Context) -> Callable[[str], str | None]:
        """Return what keeps a month."""
        return lambda text: text if MONTH.fits(text) else None
