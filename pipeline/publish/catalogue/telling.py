"""The releases of one dataset as its page counts them: numbers of periods and values, each with its query."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from pipeline.publish.catalogue.counts import Counts, counts_of
from pipeline.publish.catalogue.figures import Figures, Query, pounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication, Release
    from pipeline.storage.looked import Looked

_YEAR = 12
NONE = Counts({}, {})


@dataclass
class Telling:
    """The releases of one dataset as they are counted, and the figures that were shown on a page.

    ``folder`` is where its files are, seen from the page; names of figures begin with ``prefix``.
    """

    facts: Publication
    looked: Looked
    figures: Figures = field(default_factory=Figures)
    folder: str = ""
    prefix: str = ""
    _known: dict[Period, Counts | None] = field(default_factory=dict)

    @cached_property
    def releases(self) -> dict[Period, Release]:
        """The releases by period, the oldest first."""
        return {each.month: each for each in sorted(self.facts.releases, key=lambda release: release.month)}

    @cached_property
    def newest(self) -> Period:
        """The period of the newest release, "" where there is none."""
        return max(self.releases, default="")

    @property
    def aside(self) -> tuple[str, ...]:
        """The values that are never added to the others."""
        return tuple(self.facts.answer.apart)

    @property
    def query(self) -> Query:
        """What counts again."""
        answer = self.facts.answer
        return Query(self.facts.name, answer.by, answer.summed, self.folder, tuple(answer.where.items()))

    def counts(self, period: Period) -> Counts | None:
        """Return what a release counts, None where there is none."""
        if period not in self._known:
            release = self.releases.get(period)
            self._known[period] = counts_of(release, self.facts.answer, self.looked) if release else None
        return self._known[period]

    def number(self, period: Period | None, *values: str) -> int | None:
        """Return the number of a period: of the named values, or of all but those apart.

        None without a release, where too few are hidden, and of cells together: they are never added.
        """
        found = self.counts(period) if period else None
        if found is None or (self.facts.answer.where and (len(values) != 1 or values[0] not in found.sums)):
            return None
        chosen = values or tuple(value for value in found.rows if value not in self.aside)
        if not self.facts.answer.summed:
            return sum(found.rows.get(value, 0) for value in chosen)
        if values and found.rows.keys() >= {*values} and found.sums.keys().isdisjoint(values):
            return None
        return pounds(sum((found.sums.get(value, Decimal(0)) for value in chosen), Decimal(0)))

    def asked(self, period: Period, *values: str) -> str:
        """Return the query of the same number."""
        return self.query.of(period, *values, apart=() if values else self.aside)

    def show(self, period: Period, *values: str) -> Markup:
        """Return the number as the page shows it, and words where there are too few to show."""
        number = self.number(period, *values)
        if number is None and self.counts(period):
            cells = Markup("too few to show, or it would tell another number")
            return cells if self.facts.answer.where else Markup("not shown by itself")
        name = self.named(period, *(values or ("all",)))
        return self.figures.show(name, number or 0, self.asked(period, *values), sign=self.sign)

    def named(self, *parts: str) -> str:
        """Return the name of a figure."""
        return self.folder + self.prefix + ":".join(parts)

    @property
    def sign(self) -> str:
        """What stands before its numbers."""
        return "£" if self.facts.answer.amount else ""

    # --- periods ----------------------------------------------------------------------------------------

    def before(self, period: Period) -> Period | None:
        """Return the period before, None where it is not out; of what has no series, the one that came before."""
        order = [*self.releases]
        place = bisect_left(order, period)
        last = order[place - 1] if place else None
        near = last is not None and (not self.facts.period.gaps or self.facts.period.neighbour(period, -1) == last)
        return last if near else None

    def year_before(self, period: Period) -> Period | None:
        """Return the same period a year before, None where it is not out."""
        kind = self.facts.period
        name = kind.neighbour(period, -(_YEAR // kind.months)) if kind.gaps else ""
        return name if name in self.releases else None

    def run(self, period: Period) -> Iterator[Period]:
        """Yield the periods before, newest first, up to the first gap."""
        earlier = self.before(period)
        while earlier:
            yield earlier
            earlier = self.before(earlier)

    def values(self, newest: Period, then: Period | None) -> list[str]:
        """Return the values of the ranking, the largest first."""
        every = {value for each in (newest, then) if each for value in (self.counts(each) or NONE).rows}
        every -= {*self.aside}
        return sorted(every, key=lambda value: (-(self.number(newest, value) or 0), value))
