"""Dates as months and days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import filled, on_distinct
from pipeline.columns.dates import civil_day, days
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import OneColumn, columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOf(OneColumn):
    """Publishes a date-time as its month, as national files do, and as its day in ``day_into`` where that is safe."""

    day_into: str = ""

    @property
    def makes(self) -> tuple[str, ...]:
        """The month and, where asked, the day."""
        return (*columns_of(self.into), *self._days)

    @property
    def _days(self) -> tuple[str, ...]:
        return (self.day_into,) if self.day_into else ()

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return month and day; what is no date is a problem."""
        day = days(cells[self.column], time_allowed=True)
        month = on_distinct(day, lambda text: text[:7])
        columns = self._same(month) | dict.fromkeys(self._days, day)
        return Treated(columns, problem(self.column, "bad-date", ~filled(day)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(OneColumn):
    """Publishes a date as ISO 8601."""

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return the day; what is no date is a problem."""
        day = days(cells[self.column], time_allowed=False)
        return Treated(self._same(day), problem(self.column, "bad-date", ~filled(day)))


def before(column: pa.Array, day: str) -> Mask:
    """Return where the day of a date-time column is before ``day`` (ISO text)."""

    def earlier(text: str) -> str | None:
        found = civil_day(text, time_allowed=True)
        return "Y" if found and found.isoformat() < day else None

    return filled(on_distinct(column, earlier))
