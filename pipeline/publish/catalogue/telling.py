"""The releases of one dataset as its page counts them: numbers of periods and values, each with its query."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from pipeline.publish.catalogue.counts import counts_of
from pipeline.publish.catalogue.figures import Figures, Query, pounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication, Release
    from pipeline.publish.catalogue.counts import Counts
    from pipeline.storage.looked import Looked

_YEAR = 12


@dataclass(slots=True)
class Telling:
    """The releases of one dataset as they are counted, and the figures that were shown on a page.

    ``folder`` is where its files are, seen from the page; names of figures begin with ``prefix``.
    """

    facts: Publication
    releases: Mapping[Period, Release]
    looked: Looked
    figures: Figures = field(default_factory=Figures)
    folder: str = ""
    prefix: str = ""
    _known: dict[Period, Counts | None] = field(default_factory=dict)
    _order: list[Period] = field(init=False)

    def __post_init__(self) -> None:
        self._order = sorted(self.releases)

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
        if self._hides(found, values):
            return None
        chosen = values or tuple(value for value in found.rows if value not in self.aside)
        if self.facts.answer.summed:
            return pounds(sum((found.sums.get(value, Decimal(0)) for value in chosen), Decimal(0)))
        return sum(found.rows.get(value, 0) for value in chosen)

    def _hides(self, found: Counts, values: tuple[str, ...]) -> bool:
        """Return whether there are rows of these values, and none says its number."""
        there = bool(values) and found.rows.keys() >= {*values}
        return bool(self.facts.answer.summed) and there and found.sums.keys().isdisjoint(values)

    def asked(self, period: Period, *values: str) -> str:
        """Return the query of the same number."""
        return self.query.of(period, *values, apart=() if values else self.aside)

    def show(self, period: Period, *values: str) -> Markup:
        """Return the number as the page shows it, and words where there are too few to show."""
        if self.number(period, *values) is None and self.counts(period):
            if self.facts.answer.where:
                return Markup("too few to show, or it would tell another number")
            return Markup("not shown by itself")
        name = self.named(period, *(values or ("all",)))
        number = self.number(period, *values) or 0
        return self.figures.show(name, number, self.asked(period, *values), sign=self.sign)

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
        place = bisect_left(self._order, period)
        last = self._order[place - 1] if place else None
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


class _Nothing(NamedTuple):
    rows: Mapping[str, int]


NONE = _Nothing({})
