"""What releases say of places: which there are, what was recorded in each area and month, and at which points."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.model.periods import MONTH
from pipeline.plain import read_plain
from pipeline.publish.catalogue.places.maps import Spot, drawn_of
from pipeline.publish.catalogue.readable import file_of, readable, rows_of, unless_damaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication, Release

    Counts = NDArray[np.int64]

#: The datasets that say where places are and what was recorded there.
PLACES, AREAS, SUMMARY, CRIMES = "neighbourhoods", "neighbourhood-areas", "crime-summary", "street-crime"
#: Never added to crimes.
ASB: Final = "Anti-social behaviour"
#: So many months are drawn, and the same month of the year before stands beside the newest.
DRAWN: Final = 24
_YEAR: Final = 12
#: What stands before the name of a street.
_NEAR: Final = "On or near "
#: The columns without which no page of a place can be made.
WANTED: Final = {
    PLACES: ("neighbourhood_code", "neighbourhood_name", "lad_codes", "population"),
    AREAS: ("neighbourhood_code", "area_kind", "area_code", "area_name"),
    SUMMARY: ("lsoa_code", "crime_type", "crimes"),
}


class Place(NamedTuple):
    """A neighbourhood: its code and name, local authorities, small areas with their names, and how many people."""

    code: str
    name: str
    authorities: tuple[str, ...]
    areas: tuple[tuple[str, str], ...]
    population: int | None


@dataclass(frozen=True, eq=False)
class Atlas:
    """Everything that pages of places say, as arrays.

    ``counts`` are numbers by month, area and type, ``months`` the last ones up to the newest, of which those that are
    not ``out`` count nothing; ``types`` hold anti-social behaviour last.  ``shapes`` are geometries by place, as in
    GeoJSON; ``outcomes`` counts crimes of the newest month by area, and of an area by last outcome.
    """

    places: Sequence[Place]
    months: Sequence[Period]
    out: Sequence[bool]
    types: Sequence[str]
    areas: Mapping[str, int]
    counts: Counts
    shapes: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    spots: Sequence[Spot] = ()
    outcomes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    fixed: Sequence[tuple[float, float]] = ()

    @property
    def newest(self) -> Period:
        """The newest month."""
        return self.months[-1]

    @cached_property
    def spots_in(self) -> Mapping[str, Sequence[int]]:
        """The places among ``spots`` of those in each area."""
        found: dict[str, list[int]] = {}
        for place, spot in enumerate(self.spots):
            found.setdefault(spot.area, []).append(place)
        return found

    @cached_property
    def drawn(self) -> Mapping[str, BaseGeometry]:
        """The ``shapes`` as geometries that can be drawn."""
        return drawn_of(self.shapes)

    @cached_property
    def year_before(self) -> int | None:
        """The place of the same month of the year before, None where it is not out."""
        place = len(self.months) - 1 - _YEAR
        return place if place >= 0 and self.out[place] else None

    @property
    def month_before(self) -> int | None:
        """The place of the month before, None where it is not out."""
        return len(self.months) - 2 if len(self.months) > 1 and self.out[-2] else None

    def of(self, areas: Iterable[str]) -> Counts:
        """Return the numbers of some areas together, by month and type."""
        found: Counts = self.counts[:, [self.areas[each] for each in areas if each in self.areas], :].sum(axis=1)
        return found


def atlas_of(publications: Iterable[Publication]) -> Atlas | None:
    """Return what releases say of places; nothing without places, their areas, or a month of what was recorded."""
    known = {publication.name: publication for publication in publications}
    places, areas, summary = (_newest(known.get(name)) for name in (PLACES, AREAS, SUMMARY))
    if not (places and areas and summary):
        return None
    return unless_damaged(lambda: _read(known, places, areas), ValueError, KeyError, TypeError)


def _read(known: Mapping[str, Publication], places: Release, areas: Release) -> Atlas | None:
    there = dict(readable(known[SUMMARY], WANTED[SUMMARY]))
    released = {release.month: release for release in known[SUMMARY].releases if release.month in there}
    if not released:
        return None
    newest = max(released)
    first = max(min(released), MONTH.neighbour(newest, 1 - DRAWN))
    months = list(MONTH.between(first, newest))
    tables = {month: _table(released[month], *WANTED[SUMMARY]) for month in months if month in released}
    types, codes = _sides(tables.values())
    counts = np.zeros((len(months), len(codes), len(types)), np.int64)
    for place, month in enumerate(months):
        if month in tables:
            table = tables[month]
            area, kind = (
                _numbers(table.column(name), side) for name, side in (("lsoa_code", codes), ("crime_type", types))
            )
            np.add.at(counts[place], (area, kind), table.column("crimes").to_numpy())
    spots, outcomes = _spots(known.get(CRIMES), newest)
    return Atlas(
        places=_places(places, areas),
        months=months,
        out=[month in released for month in months],
        types=types,
        areas={code: place for place, code in enumerate(codes)},
        counts=counts,
        shapes=_shapes(places),
        spots=spots,
        outcomes=outcomes,
        fixed=_fixed(known.get(CRIMES), newest),
    )


def streets_of(publication: Publication | None, months: Sequence[Period]) -> Iterator[tuple[str, str]]:
    """Yield each street that rows of some months name, with the small area that it lies in."""
    names = ("Location", "LSOA code")
    tables = [rows_of(path, names) for month, path in readable(publication, names) if month in months]
    if not tables:
        return
    pairs = pa.concat_tables(tables).unify_dictionaries().group_by([*names]).aggregate([])
    found = zip(*(pairs.column(name).to_pylist() for name in names), strict=True)
    for location, area in sorted((location or "", area or "") for location, area in found):
        name = location.removeprefix(_NEAR).strip()
        if location.startswith(_NEAR) and name and area:
            yield name, area


def _newest(publication: Publication | None) -> Release | None:
    """Return the newest release whose rows can be read here."""
    found = [release for release in publication.releases if file_of(release, "parquet")] if publication else []
    return max(found, key=lambda each: each.month, default=None)


def _table(release: Release, *columns: str) -> pa.Table:
    path = next(file.path for file in release.files if file.format == "parquet")
    return rows_of(path, columns)


def _rows(release: Release, dataset: str) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of the columns of a dataset that pages of places want."""
    table = _table(release, *WANTED[dataset])
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


def _sides(tables: Iterable[pa.Table]) -> tuple[list[str], list[str]]:
    """Return the types, anti-social behaviour last, and the areas that stand in any table; "" is no known area."""
    types, codes = set[str](), set[str]()
    for table in tables:
        types |= {kind or "" for kind in pc.unique(table.column("crime_type")).to_pylist()}
        codes |= {code or "" for code in pc.unique(table.column("lsoa_code")).to_pylist()}
    return [*sorted(types - {ASB}), *([ASB] if ASB in types else [])], sorted(codes)


def _numbers(column: pa.ChunkedArray, side: Sequence[str]) -> Counts:
    texts = pc.fill_null(column.cast(pa.string()), "")
    return np.asarray(pc.index_in(texts, value_set=pa.array(side, pa.string()))).astype(np.int64)


def _places(places: Release, areas: Release) -> list[Place]:
    """Return every neighbourhood, by name."""
    within: dict[str, list[tuple[str, str]]] = {}
    for code, kind, area, name in _rows(areas, AREAS):
        if kind == "lsoa":
            within.setdefault(code, []).append((area, name or area))
    found = []
    for code, name, authorities, people in _rows(places, PLACES):
        own = tuple(sorted(within.get(code, ()), key=lambda area: area[::-1]))
        found.append(Place(code, name, tuple(filter(None, (authorities or "").split(";"))), own, people or None))
    return sorted(found, key=lambda place: (place.name, place.code))


def _shapes(places: Release) -> dict[str, dict[str, Any]]:
    path = file_of(places, "geojson")
    if path is None:
        return {}
    features = json.loads(read_plain(path))["features"]
    return {each["properties"]["neighbourhood_code"]: each["geometry"] for each in features}


def _spots(crimes: Publication | None, month: Period) -> tuple[list[Spot], dict[str, dict[str, int]]]:
    """Return the points of a month with what was recorded there, and its crimes by area, of each by last outcome."""
    release = _of_month(crimes, month)
    if release is None:
        return [], {}
    names = ("Longitude", "Latitude", "Location", "LSOA code", "Crime type", "Last outcome category")
    table = _table(release, *names)
    is_asb = pc.equal(table.column("Crime type"), ASB)
    of_crimes = table.filter(pc.invert(is_asb)).group_by(["LSOA code", "Last outcome category"])
    outcomes: dict[str, dict[str, int]] = {}
    for row in of_crimes.aggregate([("LSOA code", "count", pc.CountOptions(mode="all"))]).to_pylist():
        outcomes.setdefault(row["LSOA code"] or "", {})[row["Last outcome category"] or ""] = row["LSOA code_count"]
    here = table.append_column("asb", is_asb.cast(pa.int64())).filter(pc.is_valid(table.column("Longitude")))
    points = here.group_by([*names[:4]]).aggregate([("asb", "sum"), ("asb", "count")])
    columns = (points.column(name).to_pylist() for name in (*names[:4], "asb_count", "asb_sum"))
    spots = [
        Spot(longitude, latitude, location or "", area or "", count - asb, asb)
        for longitude, latitude, location, area, count, asb in zip(*columns, strict=True)
    ]
    return sorted(spots, key=lambda spot: (-spot.crimes, -spot.asb, spot.location, spot.longitude)), outcomes


def _fixed(crimes: Publication | None, newest: Period) -> list[tuple[float, float]]:
    """Return the points on which anything was recorded within a year: places are fixed, and shared."""
    months = MONTH.between(MONTH.neighbour(newest, 1 - _YEAR), newest)
    tables = [_table(found, "Longitude", "Latitude") for month in months if (found := _of_month(crimes, month))]
    if not tables:
        return []
    every = pa.concat_tables(tables).group_by(["Longitude", "Latitude"]).aggregate([]).drop_null()
    return sorted(zip(every.column("Longitude").to_pylist(), every.column("Latitude").to_pylist(), strict=True))


def _of_month(publication: Publication | None, month: Period) -> Release | None:
    releases = publication.releases if publication else ()
    return next((release for release in releases if release.month == month and file_of(release, "parquet")), None)
