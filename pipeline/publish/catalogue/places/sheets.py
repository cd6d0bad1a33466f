"""The sheet of a neighbourhood, to take along to a meeting: one page of paper, from released files only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.model.periods import MONTH, QUARTER
from pipeline.publish.catalogue.places.facts import split
from pipeline.publish.catalogue.places.reading import ASB

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.publish.catalogue.places.reading import Atlas, Place

_LISTED = 5


class Compared(NamedTuple):
    """A number of a quarter, and of the same quarter a year before, None where that is not out."""

    label: str
    now: int
    then: int | None


class Sheet(NamedTuple):
    """What a sheet says of a quarter: crimes and anti-social behaviour, and the types with most crimes."""

    quarter: str
    before: str
    whole: Sequence[Compared]
    types: Sequence[Compared]


def sheet_of(atlas: Atlas, place: Place) -> Sheet | None:
    """Return what the sheet of a place says of the last quarter whose three months are out; nothing without one."""
    if not place.areas:
        return None
    counts = atlas.of(code for code, _ in place.areas)
    quarter = QUARTER.of_month(atlas.newest)
    for name in (quarter, QUARTER.neighbour(quarter, -1)):
        now = _sum(atlas, counts, name)
        if now is not None:
            then = _sum(atlas, counts, before := QUARTER.neighbour(name, -4))
            return _told(atlas, now, then, (name, before))
    return None


def _told(atlas: Atlas, now: NDArray[np.int64], then: NDArray[np.int64] | None, quarters: tuple[str, str]) -> Sheet:
    def compared(label: str, place: int) -> Compared:
        return Compared(label, int(now[place]), int(then[place]) if then is not None else None)

    both, old = split(now, atlas.types), split(then, atlas.types) if then is not None else (None, None)
    order = sorted(range(len(atlas.types)), key=lambda each: (-now[each], atlas.types[each]))
    listed = [each for each in order if atlas.types[each] != ASB and now[each]][:_LISTED]
    return Sheet(
        quarter=QUARTER.in_words(quarters[0]),
        before=QUARTER.in_words(quarters[1]),
        whole=[Compared("Crimes", both[0], old[0]), Compared(ASB, both[1], old[1])],
        types=[compared(atlas.types[each], each) for each in listed],
    )


def _sum(atlas: Atlas, counts: NDArray[np.int64], quarter: str) -> NDArray[np.int64] | None:
    """Return the numbers of a quarter by type, None where one of its months is not out."""
    first, last = QUARTER.first_day(quarter), QUARTER.last_day(quarter)
    places = {month: place for place, month in enumerate(atlas.months) if atlas.out[place]}
    months = [*MONTH.between(MONTH.of_day(first), MONTH.of_day(last))]
    if not all(month in places for month in months):
        return None
    found: NDArray[np.int64] = counts[[places[month] for month in months]].sum(axis=0)
    return found
