"""What one page of a place says, worked out from the atlas: a lead, a ranking, outcomes, points.

Crimes and anti-social behaviour are never added.  A percentage is given where both numbers are 20 or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.columns.rounding import rounded
from pipeline.publish.catalogue.charts import spark
from pipeline.publish.catalogue.figures import percent, shown
from pipeline.publish.catalogue.places.reading import ASB

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    import numpy as np
    from markupsafe import Markup
    from numpy.typing import NDArray

    from pipeline.model.periods import Period
    from pipeline.publish.catalogue.places.maps import Spot
    from pipeline.publish.catalogue.places.reading import Atlas, Place

#: A percentage of fewer says nothing; points with as many crimes are listed, so many of them.
_LEAST, _MANY, _LISTED, _YEAR = 20, 4, 20, 12
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
#: The same by outcome; and in a query.
_SAID: Final = {label: words for words, labels in OUTCOMES.items() for label in labels}
_ASKED: Final = {words: "|".join(labels) for words, labels in OUTCOMES.items()}


class Where(NamedTuple):
    """A place as pages count it: its ``scope`` (`place` or `area`), code and name, small areas, people where known."""

    scope: str
    code: str
    name: str
    areas: Sequence[str]
    people: int | None = None


class Line(NamedTuple):
    """A line of a ranking: numbers, the lengths of bar and tick in per cent, the change in words, its last months."""

    label: str
    now: Markup
    then: Markup | None
    length: float
    tick: float | None
    sign: str
    change: Markup | None
    spark: Markup


class Listed(NamedTuple):
    """A point with several crimes, numbered as on the map."""

    number: int
    location: str
    crimes: Markup
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """What a page says of one place: a neighbourhood, or a small area."""

    scope: str
    code: str
    name: str
    month: Period
    then: Period | None
    before: Period | None
    crimes: Markup
    asb: Markup
    before_crimes: Markup | None
    before_asb: Markup | None
    then_crimes: Markup | None
    then_asb: Markup | None
    usual: Markup | None
    people: Markup | None
    rate: Markup | None
    lines: Sequence[Line]
    outcomes: Sequence[tuple[str, Markup, float]]
    points: Sequence[Listed]


def facts_of(atlas: Atlas, where: Where) -> PlaceFacts:
    """Return what the page of a place says."""
    scope, code, areas, people = where.scope, where.code, where.areas, where.people
    counts = atlas.of(areas)
    last, before, then = len(atlas.months) - 1, atlas.month_before, atlas.year_before

    def both(place: int) -> tuple[Markup, Markup]:
        month = atlas.months[place]
        crimes, asb = split(counts[place], atlas.types)
        return shown(crimes, f"{scope}-crimes", code, month), shown(asb, f"{scope}-asb", code, month)

    crimes, asb = both(last)
    earlier = both(before) if before is not None else (None, None)
    year_ago = both(then) if then is not None else (None, None)
    rate = rounded(Fraction(1000 * split(counts[last], atlas.types)[0], people), 1) if people else None
    return PlaceFacts(
        scope=scope,
        code=code,
        name=where.name,
        month=atlas.newest,
        then=atlas.months[then] if then is not None else None,
        before=atlas.months[before] if before is not None else None,
        crimes=crimes,
        asb=asb,
        before_crimes=earlier[0],
        before_asb=earlier[1],
        then_crimes=year_ago[0],
        then_asb=year_ago[1],
        usual=_usual(atlas, counts, scope, code),
        people=shown(people, "people", code) if people else None,
        rate=shown(rate, f"{scope}-rate", code, atlas.newest) if rate is not None else None,
        lines=[*_lines(atlas, counts, scope, code)],
        outcomes=[*_outcomes(atlas, scope, code, areas)],
        points=[*_points(scope, code, points_in(atlas, areas), atlas.newest)],
    )


def _usual(atlas: Atlas, counts: NDArray[np.int64], scope: str, code: str) -> Markup | None:
    """Return the crimes of a month on average over the twelve before the newest, None where one of them is not out."""
    if atlas.year_before is None or not all(atlas.out[-1 - _YEAR : -1]):
        return None
    crimes = sum(split(counts[place], atlas.types)[0] for place in range(-1 - _YEAR, -1))
    about = (code, atlas.months[-1 - _YEAR], atlas.months[-2])
    return shown(int(rounded(Fraction(crimes, _YEAR), 0)), f"{scope}-usual", *about)


def split(counts: NDArray[np.int64], types: Sequence[str]) -> tuple[int, int]:
    """Return how many crimes and how many reports of anti-social behaviour some numbers by type hold."""
    asb = int(counts[types.index(ASB)]) if ASB in types else 0
    return int(counts.sum()) - asb, asb


def rate_in(atlas: Atlas, place: Place) -> Decimal | None:
    """Return the crimes for each 1,000 people of a place in the newest month, None where nobody is counted there."""
    if not place.population:
        return None
    crimes, _ = split(atlas.of(code for code, _ in place.areas)[-1], atlas.types)
    return rounded(Fraction(1000 * crimes, place.population), 1)


def rate_of(atlas: Atlas, places: Sequence[Place]) -> Markup | None:
    """Return the crimes for each 1,000 people of all places whose people are counted."""
    counted = [each for each in places if each.population]
    people = sum(each.population or 0 for each in counted)
    if not people:
        return None
    areas = [area for each in counted for area, _ in each.areas]
    crimes, _ = split(atlas.of(areas)[-1], atlas.types)
    return shown(rounded(Fraction(1000 * crimes, people), 1), "force-rate", atlas.newest)


def points_in(atlas: Atlas, areas: Sequence[str]) -> list[Spot]:
    """Return the points of some areas on which anything was recorded, those with most crimes first."""
    places = sorted(place for area in {*areas} for place in atlas.spots_in.get(area, ()))
    return [atlas.spots[place] for place in places]


def _lines(atlas: Atlas, counts: NDArray[np.int64], scope: str, code: str) -> Iterator[Line]:
    """Yield a line a type, the most frequent first, anti-social behaviour last."""
    then = atlas.year_before
    by_type: list[list[int]] = counts.T.tolist()
    longest = max((max(each[-1], each[then] if then is not None else 0) for each in by_type), default=0)
    scale = 100 / longest if longest else 0
    lines = sorted(zip(atlas.types, by_type, strict=True), key=lambda each: (each[0] == ASB, -each[1][-1], each[0]))
    for kind, numbers in lines:
        now, old = numbers[-1], numbers[then] if then is not None else None
        series = [number if out else None for number, out in zip(numbers, atlas.out, strict=True)]
        sign, change = _change(scope, code, (kind, now, old), atlas)
        yield Line(
            label=kind,
            now=shown(now, f"{scope}-type", code, atlas.newest, kind),
            then=shown(old, f"{scope}-type", code, atlas.months[then], kind)
            if old is not None and then is not None
            else None,
            length=round(now * scale, 1),
            tick=round(old * scale, 1) if old is not None else None,
            sign=sign,
            change=change,
            spark=spark(series),
        )


def _change(scope: str, code: str, line: tuple[str, int, int | None], atlas: Atlas) -> tuple[str, Markup | None]:
    """Return in which direction a number went since the year before, and how far: in per cent where both are large."""
    kind, now, old = line
    if old is None or atlas.year_before is None or now == old:
        return ("", None)
    sign = "up" if now > old else "down"
    about = (code, atlas.newest, kind, atlas.months[atlas.year_before])
    if min(now, old) < _LEAST:
        return sign, shown(abs(now - old), f"{scope}-type-differs", *about)
    return sign, shown(percent(now, old), f"{scope}-type-percent", *about) + " %"


def _outcomes(atlas: Atlas, scope: str, code: str, areas: Sequence[str]) -> Iterator[tuple[str, Markup, float]]:
    """Yield each kind of outcome with how many crimes of the newest month have it now; nothing without any crime."""
    counted = dict.fromkeys(OUTCOMES, 0)
    for area in {*areas}:
        for outcome, crimes in atlas.outcomes.get(area, {}).items():
            counted[_SAID.get(outcome, "Not known")] += crimes
    most = max(counted.values())
    for said, crimes in counted.items() if most else ():
        unknown = said == "Not known" and not crimes
        if not unknown:
            number = shown(crimes, f"{scope}-outcome", code, atlas.newest, _ASKED[said])
            yield said, number, round(100 * crimes / most, 1)


def _points(scope: str, code: str, spots: Sequence[Spot], month: Period) -> Iterator[Listed]:
    """Yield the points with most crimes, numbered."""
    listed = [each for each in spots if each.crimes >= _MANY][:_LISTED]
    for number, each in enumerate(listed, start=1):
        where = (each.location, repr(each.longitude), repr(each.latitude))
        crimes = shown(each.crimes, f"{scope}-point", code, month, *where)
        yield Listed(number, each.location, crimes, round(100 * each.crimes / listed[0].crimes, 1))
