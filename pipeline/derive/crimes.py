"""Crimes counted from the published rows of street-crime: by area, and by month.

Nothing is suppressed or rounded: anyone can count the same from what is published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import encoded, whole
from pipeline.columns.rounding import rounded_ratios
from pipeline.model.derivation import Made, Recipe
from pipeline.model.periods import MONTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.periods import Period

_CRIMES: Final = "street-crime"
_TYPE: Final = "Crime type"
_AREA: Final = "LSOA code"
ASB: Final = "Anti-social behaviour"
#: Every type but anti-social behaviour, which is no recorded crime: the two are never added.
ALL_CRIME: Final = "All recorded crime"
_YEAR: Final = 12


def types_of(month: Period, context: Context, present: Iterable[str]) -> tuple[str, ...]:
    """Return the crime types that are valid in a month, and those that are ``present`` all the same."""
    valid = context.codelists.read("crime-type").mapping("label", "label", month=month)
    return tuple(dict.fromkeys((*valid, *sorted({*present}))))


def _values(*columns: pa.ChunkedArray) -> tuple[str, ...]:
    """Return the texts that columns hold."""
    return tuple(dict.fromkeys(text for column in columns for text in pc.unique(column).drop_null().to_pylist()))


def _places(column: pa.ChunkedArray, values: Sequence[str | None]) -> NDArray[np.int64]:
    """Return where each cell stands among ``values``; an empty one where `None` does."""
    source = encoded(whole(column))
    known = {value: place for place, value in enumerate(values)}
    place = np.array([known[text] for text in source.dictionary.to_pylist()] + [known.get(None, -1)], np.int64)
    found: NDArray[np.int64] = place[np.asarray(source.indices.fill_null(len(source.dictionary)))]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CrimesByArea(Recipe):
    """Counts the crimes of a month by LSOA and type, zeros included."""

    needs: ClassVar[tuple[str, ...]] = ("lsoas",)
    may_lack: ClassVar[tuple[str, ...]] = ("lsoas",)

    def rows(self, inputs: Mapping[str, Mapping[Period, pa.Table]], context: Context) -> Made:
        """Return a row for each LSOA of the month or of the force's list, and none, times each type."""
        crimes = inputs[_CRIMES][context.month]
        listed = context.references.table("lsoas")
        codes = _values(crimes.column(_AREA), *([listed.column("lsoa_code")] if listed is not None else []))
        areas = (*sorted({*codes} - {""}), None)
        types = types_of(context.month, context, _values(crimes.column(_TYPE)))
        cells = _places(crimes.column(_AREA), areas) * len(types) + _places(crimes.column(_TYPE), types)
        counts = np.bincount(cells, minlength=len(areas) * len(types))
        columns = {
            "month": pa.array([context.month]).take(pa.array(np.zeros(len(counts), np.int64))),
            "lsoa_code": pa.array(areas, pa.string()).take(pa.array(np.repeat(np.arange(len(areas)), len(types)))),
            "crime_type": pa.array(types).take(pa.array(np.tile(np.arange(len(types)), len(areas)))),
            "crimes": pa.array(counts),
        }
        return Made(pa.table(columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class CrimesByMonth(Recipe):
    """Counts the crimes of each month by type, with those of twelve months and of the twelve before."""

    def rows(self, inputs: Mapping[str, Mapping[Period, pa.Table]], context: Context) -> Made:
        """Return a row for each month between the first release and the last, times each type and all of them."""
        released = inputs[_CRIMES]
        months = list(MONTH.between(min(released), max(released)))
        present = {month: _values(released[month].column(_TYPE)) if month in released else () for month in months}
        types = {month: types_of(month, context, present[month]) for month in months}
        names = tuple(dict.fromkeys(name for valid in types.values() for name in valid))
        counts = np.zeros((len(months), len(names) + 1), np.int64)
        for place, month in enumerate(months):
            if month in released:
                cells = _places(released[month].column(_TYPE), names)
                counts[place, :-1] = np.bincount(cells, minlength=len(names))
        counts[:, -1] = counts[:, [place for place, name in enumerate(names) if name != ASB]].sum(axis=1)
        shown = np.array([[name in types[month] for name in names] + [True] for month in months])
        there = np.array([month in released for month in months])
        return Made(_series(months, (*names, ALL_CRIME), counts, there=there, shown=shown))


def _series(
    months: Sequence[Period], names: Sequence[str], counts: NDArray[np.int64], *, there: Mask, shown: Mask
) -> pa.Table:
    """Return the cells ``shown`` of a table of counts by month and name, with the sums that each ends."""
    year, whole_year = _sums(counts, there)
    before = np.vstack([np.zeros((_YEAR, len(names)), np.int64), year])[: len(months)]
    whole_before = np.concatenate([np.zeros(_YEAR, np.bool_), whole_year])[: len(months)]
    month, name = np.nonzero(shown)
    both = (whole_year & whole_before)[month]
    columns = {
        "month": pa.array(months).take(pa.array(month)),
        "series": pa.array(names).take(pa.array(name)),
        "crimes": pa.array(counts[month, name], mask=~there[month]),
        "crimes_12_months": pa.array(year[month, name], mask=~whole_year[month]),
        "previous_12_months": pa.array(before[month, name], mask=~whole_before[month]),
        "change_percent": rounded_ratios(100 * (year - before)[month, name], before[month, name], 1, known=both),
    }
    return pa.table(columns)


def _sums(counts: NDArray[np.int64], there: Mask) -> tuple[NDArray[np.int64], Mask]:
    """Return the sum of each month and the eleven before it, and of which months all twelve are there."""
    padded = np.vstack([np.zeros((_YEAR, counts.shape[1]), np.int64), counts]).cumsum(axis=0)
    known = np.concatenate([np.zeros(_YEAR, np.int64), there.astype(np.int64)]).cumsum()
    whole_year: Mask = known[_YEAR:] - known[:-_YEAR] == _YEAR
    return padded[_YEAR:] - padded[:-_YEAR], whole_year
