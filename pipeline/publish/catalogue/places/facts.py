"""What the pages of one place say, worked out from the atlas: a lead, a ranking, outcomes, points; and its sheet.

Crimes and anti-social behaviour are never added.  A percentage is given where both numbers are 20 or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pipeline.columns.rounding import rounded
from pipeline.model.periods import MONTH, QUARTER
from pipeline.publish.catalogue.charts import spark
from pipeline.publish.catalogue.figures import percent, shown
from pipeline.publish.catalogue.places.reading import ASB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from markupsafe import Markup

    from pipeline.model.periods import Period
    from pipeline.publish.catalogue.places.maps import Spot
    from pipeline.publish.catalogue.places.reading import Atlas, Counts

#: A percentage of fewer says nothing; points with as many crimes are listed, so many of them; and types on a sheet.
_LEAST, _MANY, _LISTED, _ON_SHEET, _YEAR = 20, 4, 20, 5, 12
#: Last outcomes of crimes in the words of the page.
OUTCOMES: Final = {
    "No suspect identified": ("Investigation complete; no suspect identified",),
    "Suspect could not be prosecuted": ("Unable to prosecute suspect",),
    "Charged, cautioned or settled locally": (
        "Suspect charged",
        "Suspect charged as part of another case",
        "Offender given a caution",
        "Offender given penalty notice",
        "Offender given a drugs possession warning",
        "Local resolution",
    ),
    "Not in the public interest, or another body acts": (
        "Formal action is not in the public interest",
        "Further investigation is not in the public interest",
        "Further action is not in the public interest",
        "Action to be taken by another organisation",
    ),
    "At court": (
        "Awaiting court outcome",
        "Court result unavailable",
        "Court case unable to proceed",
        "Defendant found not guilty",
        "Defendant sent to Crown Court",
        "Offender sent to prison",
        "Offender given suspended prison sentence",
        "Offender given community sentence",
        "Offender given conditional discharge",
        "Offender given absolute discharge",
        "Offender fined",
        "Offender ordered to pay compensation",
        "Offender deprived of property",
        "Offender otherwise dealt with",
    ),
    "Still under investigation": ("Under investigation",),
    "Not known": ("Status update unavailable", ""),
}
#: The same by outcome.
_SAID: Final = {label: words for words, labels in OUTCOMES.items() for label in labels}


@dataclass(frozen=True, eq=False)
class PlaceFacts:
    """A place as its pages count it: its ``scope`` (`place` or `area`), code and name, small areas, people where known.

    Names of its figures have ``below`` before them on a page above the folder of places.
    """

    atlas: Atlas
    scope: str
    code: str
    name: str
    areas: Sequence[str]
    population: int | None = None
    below: str = ""

    @cached_property
    def counts(self) -> Counts:
        """Its numbers by month and type."""
        return self.atlas.of(self.areas)

    def crimes(self, place: int = -1) -> Markup:
        """Return the crimes of a month, by its place, the newest where none is named."""
        return self._shown(split(self.counts[place], self.atlas.types)[0], "crimes", self.atlas.months[place])

    def asb(self, place: int = -1) -> Markup:
        """Return the reports of anti-social behaviour of a month."""
        return self._shown(split(self.counts[place], self.atlas.types)[1], "asb", self.atlas.months[place])

    @property
    def earlier(self) -> Iterator[tuple[Period, Markup, Markup]]:
        """Each month that stands beside the newest and is out, with its crimes and reports."""
        for place in (self.atlas.month_before, self.atlas.year_before):
            if place is not None:
                yield self.atlas.months[place], self.crimes(place), self.asb(place)

    @property
    def people(self) -> Markup | None:
        """How many people live there."""
        return shown(self.population, "people", self.code) if self.population else None

    @property
    def rate_number(self) -> Decimal | None:
        """The crimes for each 1,000 people in the newest month, None where nobody is counted there."""
        return rate(self.atlas, -1, self.areas, self.population)

    @cached_property
    def rate(self) -> Markup | None:
        """The same as pages show it."""
        number = self.rate_number
        return None if number is None else self._shown(number, "rate", self.atlas.newest)

    @cached_property
    def usual(self) -> Markup | None:
        """The crimes of a month on average over the twelve before the newest, None where one of them is not out."""
        if self.atlas.year_before is None or not all(self.atlas.out[-1 - _YEAR : -1]):
            return None
        crimes, _ = split(self.counts[-1 - _YEAR : -1].sum(axis=0), self.atlas.types)
        return self._shown(
            int(rounded(Fraction(crimes, _YEAR), 0)), "usual", self.atlas.months[-1 - _YEAR], self.atlas.months[-2]
        )

    @property
    def spots(self) -> list[Spot]:
        """The points on which anything was recorded, those with most crimes first."""
        places = sorted(place for area in {*self.areas} for place in self.atlas.spots_in.get(area, ()))
        return [self.atlas.spots[place] for place in places]

    @property
    def lines(self) -> Iterator[dict[str, Any]]:
        """A line of the ranking for each type, the most frequent first, anti-social behaviour last.

        Each has the lengths of its bar and tick in per cent, the change with its direction, its last months.
        """
        newest, then = self.atlas.newest, self.atlas.year_before
        by_type: dict[str, list[int]] = dict(zip(self.atlas.types, self.counts.T.tolist(), strict=True))
        compared = {kind: (each[-1], None if then is None else each[then]) for kind, each in by_type.items()}
        longest = max((max(now, old or 0) for now, old in compared.values()), default=0)
        scale = 100 / longest if longest else 0
        for kind in sorted(by_type, key=lambda kind: (kind == ASB, -by_type[kind][-1], kind)):
            now, old = compared[kind]
            yield {
                "label": kind,
                "now": self._shown(now, "type", newest, kind),
                "then": None
                if old is None or then is None
                else self._shown(old, "type", self.atlas.months[then], kind),
                "length": round(now * scale, 1),
                "tick": None if old is None else round(old * scale, 1),
                "sign": "" if old is None or now == old else "up" if now > old else "down",
                "change": self._change(kind, now, old),
                "spark": spark(
                    [each if out else None for each, out in zip(by_type[kind], self.atlas.out, strict=True)]
                ),
            }

    def _change(self, kind: str, now: int, old: int | None) -> Markup | None:
        """Return how far a number went since the year before: in per cent where both are large."""
        if old is None or self.atlas.year_before is None:
            return None
        about = (self.atlas.newest, kind, self.atlas.months[self.atlas.year_before])
        if min(now, old) < _LEAST:
            return self._shown(abs(now - old), "type-differs", *about)
        return self._shown(percent(now, old), "type-percent", *about) + " %"

    @property
    def outcomes(self) -> Iterator[tuple[str, Markup, float]]:
        """Each kind of outcome with how many crimes of the newest month have it now; nothing without any crime."""
        counted = dict.fromkeys(OUTCOMES, 0)
        for area in {*self.areas}:
            for outcome, crimes in self.atlas.outcomes.get(area, {}).items():
                counted[_SAID.get(outcome, "Not known")] += crimes
        most = max(counted.values())
        for said, crimes in counted.items() if most else ():
            if said != "Not known" or crimes:
                number = self._shown(crimes, "outcome", self.atlas.newest, "|".join(OUTCOMES[said]))
                yield said, number, round(100 * crimes / most, 1)

    @cached_property
    def points(self) -> list[tuple[str, Markup, float]]:
        """The points with most crimes, as they are numbered on the map: each with its crimes."""
        listed = [spot for spot in self.spots if spot.crimes >= _MANY][:_LISTED]
        return [
            (spot.location, self._shown(spot.crimes, "point", self.atlas.newest, *where), length)
            for spot in listed
            for where in ((spot.location, repr(spot.longitude), repr(spot.latitude)),)
            for length in (round(100 * spot.crimes / listed[0].crimes, 1),)
        ]

    def sheet(self) -> dict[str, Any] | None:
        """Return what its sheet says of the last quarter whose three months are out; nothing without one.

        Numbers stand beside those of the same quarter a year before: crimes and reports, types with most crimes.
        """
        quarter = QUARTER.of_month(self.atlas.newest)
        for name in (quarter, QUARTER.neighbour(quarter, -1)) if self.areas else ():
            before = QUARTER.neighbour(name, -4)
            if now := self._in_quarter(name):
                then: Sequence[int | None] = self._in_quarter(before) or [None] * len(now)
                rows = [*zip(("Crimes", ASB, *self.atlas.types), now, then, strict=True)]
                types = sorted((row for row in rows[2:] if row[0] != ASB and row[1]), key=lambda row: (-row[1], row[0]))
                words = {"quarter": QUARTER.in_words(name), "before": QUARTER.in_words(before)}
                return {**words, "whole": rows[:2], "types": types[:_ON_SHEET]}
        return None

    def _in_quarter(self, quarter: str) -> list[int] | None:
        """Return crimes, reports, and the numbers by type of a quarter; None where one of its months is not out."""
        places = {month: place for place, month in enumerate(self.atlas.months) if self.atlas.out[place]}
        ends = (MONTH.of_day(day) for day in (QUARTER.first_day(quarter), QUARTER.last_day(quarter)))
        months = [*MONTH.between(*ends)]
        if not places.keys() >= {*months}:
            return None
        counts = self.counts[[places[month] for month in months]].sum(axis=0)
        return [*split(counts, self.atlas.types), *counts.tolist()]

    def _shown(self, value: int | Decimal, name: str, *more: str) -> Markup:
        return shown(value, f"{self.below}{self.scope}-{name}", self.code, *more)


def split(counts: Counts, types: Sequence[str]) -> tuple[int, int]:
    """Return how many crimes and how many reports of anti-social behaviour some numbers by type hold."""
    asb = int(counts[types.index(ASB)]) if ASB in types else 0
    return int(counts.sum()) - asb, asb


def rate(atlas: Atlas, place: int, areas: Iterable[str], people: int | None) -> Decimal | None:
    """Return the crimes for each 1,000 people of some areas in a month, by its place; None where nobody is counted."""
    return rounded(Fraction(1000 * split(atlas.of(areas)[place], atlas.types)[0], people), 1) if people else None
