"""Snapping to map points: every published place is a point of the force's list, or none.

It is the national anonymisation of data.police.uk: a point stands for at least eight addresses, or for none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import encoded, filled, mask_of, mask_on_distinct, plain, where
from pipeline.model.handling import Decisive, Problem, Treated, Treatment, length_of, problem
from pipeline.protect.handling import key_problems
from pipeline.protect.treatments.first_place import keep_first_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context, ReferenceReader
    from pipeline.protect.treatments.pseudonym import Pseudonym


#: Further than this from every map point, a place is published as No Location (as in the national files).
REACH_METRES = 20_000.0
NO_LOCATION = "No Location"
#: Two distances nearer than a micrometre are a tie: the projection itself is not finer.
_TIE = 1e-6
#: More digits than this are no metres on Earth, and would not fit into a float.
_MOST_DIGITS = 15
_METRES = re.compile(rf"-?[0-9]{{1,{_MOST_DIGITS}}}", re.ASCII)
_FAR = 2**30

#: WGS 84 (height 0) to the National Grid with exactly Ordnance Survey's seven parameters (EPSG:1314, which runs
#: from OSGB36 to WGS 84, so inverted), whatever grids are installed.
_TO_NATIONAL_GRID = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
    "+step +proj=cart +ellps=WGS84 "
    "+step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 "
    "+convention=position_vector "
    "+step +inv +proj=cart +ellps=airy "
    "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)


def project(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return eastings and northings in metres (n x 2) of WGS 84 degrees."""
    import pyproj  # noqa: PLC0415 - it and the next are loaded where a list of points is read, which is seldom

    transformer = pyproj.Transformer.from_pipeline(_TO_NATIONAL_GRID)
    easting, northing, _ = transformer.transform(longitude, latitude, np.zeros(len(longitude)))
    return np.column_stack([easting, northing])


@dataclass(frozen=True, slots=True, eq=False)
class PointList:
    """The force's map points, ordered by longitude, then latitude; ``grid`` is metres (n x 2).

    ``texts`` holds the list's own text of each published column, in the same order.
    """

    grid: NDArray[np.float64]
    texts: Mapping[str, pa.Array]

    @classmethod
    def of(cls, table: pa.Table, grid: NDArray[np.float64] | None = None) -> PointList:
        """Return the points of a ``map-points.csv`` read as text; ``grid`` says where they are, in their order."""
        longitude, latitude = (_degrees(table.column(name)) for name in ("longitude", "latitude"))
        order = np.lexsort((latitude, longitude))
        if grid is None:
            grid = project(longitude[order], latitude[order])
        ordered = table.take(pa.array(order))
        texts = {
            name: pc.if_else(pc.equal(column, ""), None, column)
            for name, column in (
                (name, ordered.column(name).combine_chunks())
                for name in ("longitude", "latitude", "location", "lsoa_code", "lsoa_name")
            )
        }
        return cls(grid, texts)

    def nearest(self, easting: NDArray[np.float64], northing: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the nearest point of each place, -1 beyond `REACH_METRES`; ties to the west, then the south."""
        if len(easting) == 0 or len(self.grid) == 0:
            return np.full(len(easting), -1, np.int64)
        wanted = np.column_stack([easting, northing])
        from scipy.spatial import cKDTree  # noqa: PLC0415

        tree = cKDTree(self.grid)
        bound = REACH_METRES + 2 * _TIE
        distance, found = (
            np.asarray(part) for part in tree.query(wanted, k=[1, 2], distance_upper_bound=bound, workers=2)
        )
        nearest: NDArray[np.int64] = np.where(distance[:, 0] <= REACH_METRES + _TIE, found[:, 0], -1)
        tied = np.flatnonzero((nearest >= 0) & (distance[:, 1] <= distance[:, 0] + _TIE))
        for row in tied:  # exact ties are rare: a handful in a million
            nearest[row] = min(tree.query_ball_point(wanted[row], distance[row, 0] + _TIE))
        return nearest


def _degrees(column: pa.ChunkedArray) -> NDArray[np.float64]:
    degrees: NDArray[np.float64] = np.asarray(column.cast(pa.float64()))
    return degrees


_PUBLISHED = {
    "Longitude": "longitude",
    "Latitude": "latitude",
    "Location": "location",
    "LSOA code": "lsoa_code",
    "LSOA name": "lsoa_name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint(Treatment):
    """Publishes the nearest map point instead of the place itself; the LSOA is the point's own.

    Its raw columns are easting, northing, and how sure they are.  ``record`` is the public identifier of what lies
    there: a record that is public keeps its list of points.  ``makes`` are some of the national columns of a place;
    ``nowhere`` is the location of a row without one, ``figure`` counts such rows for the public.
    """

    typical = ("truth", "place", "easting", "northing", "location_confidence")
    takes = 3
    needs = ("map-points",)
    why: str = "a map point stands for at least eight addresses, or for none"
    record: Pseudonym | None = None
    makes: tuple[str, ...] = tuple(_PUBLISHED)
    nowhere: str = NO_LOCATION
    figure: str = "no_location"

    @property
    def reads(self) -> tuple[str, ...]:
        """Its columns, and the reference of the record."""
        return (*self.columns, *(self.record.reads if self.record else ()))

    @property
    def optional(self) -> tuple[str, ...]:
        """The coordinates: what lies nowhere is published without a place."""
        return self.columns[:2]

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """How sure the place is."""
        return (Decisive(self.columns[2], ("unknown",)),)

    @property
    def varied(self) -> tuple[str, ...]:
        """The coordinates."""
        return self.columns[:2]

    def quality(self, columns: Mapping[str, pa.Array]) -> Mapping[str, Mask]:
        """Return the rows without a place."""
        return {self.figure: ~filled(columns["Longitude"])}

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the five columns of the place; located rows without coordinates are problems."""
        rows = length_of(cells)
        east, north, sure = self.columns
        confidence = cells[sure]
        known = mask_on_distinct(confidence, {"exact", "street"}.__contains__)
        unknown = mask_on_distinct(confidence, "unknown".__eq__)
        easting, east_read = _metres(cells[east])
        northing, north_read = _metres(cells[north])
        located = known & east_read & north_read

        def snapped(references: ReferenceReader) -> dict[str, pa.Array]:
            nearest = np.full(rows, -1, np.int64)
            points = references.derived("map-points", PointList.of)
            if points is not None:
                nearest[located] = points.nearest(easting[located], northing[located])
            return _published(nearest, points, self.nowhere)

        columns = snapped(context.references)
        if self.record and context.released_places:
            (record,) = self.record.apply(cells, context).columns.values()
            columns = keep_first_places(columns, snapped, record, context.released_places)
        problems: list[Problem] = [
            *key_problems(sure, confidence, problem(sure, "unknown-code", ~(known | unknown))),
            *problem(east, "bad-coordinates", known & ~east_read),
            *problem(north, "bad-coordinates", known & ~north_read),
        ]
        return Treated({name: columns[name] for name in self.makes}, problems)

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return coordinates that are missing or damaged, and places that nobody knows."""
        rows = (("", "", "exact"), ("45x001", "250000", "street"), ("300000", "700000", "exact"), ("", "", "unknown"))
        return tuple(dict(zip(self.columns, row, strict=True)) for row in rows)


def _published(nearest: NDArray[np.int64], points: PointList | None, nowhere: str) -> dict[str, pa.Array]:
    unplaced = nearest < 0
    columns: dict[str, pa.Array] = {}
    for name, own in _PUBLISHED.items():
        if points is None:
            empty = encoded(pa.nulls(len(nearest), pa.string()))
            columns[name] = where(unplaced, nowhere, empty) if name == "Location" else empty
            continue
        values = encoded(points.texts[own])
        texts, extra = values.dictionary, len(values.dictionary)
        codes = np.append(np.asarray(values.indices.fill_null(-1)), extra if name == "Location" else -1)
        picked = codes[nearest].astype(np.int32)
        if name == "Location":
            texts = pa.concat_arrays([texts, pa.array([nowhere])])
        columns[name] = pa.DictionaryArray.from_arrays(pa.array(picked, mask=picked < 0), texts)
    return columns


def _metres(column: pa.Array) -> tuple[NDArray[np.float64], Mask]:
    """Return whole metres and where they can be read; what is unreadable is 0."""
    text = plain(column)
    # plain digits are read whole; Arrow would also take hexadecimal, and a sign is rare
    digits = mask_of(pc.and_(pc.ascii_is_decimal(text), pc.less_equal(pc.binary_length(text), _MOST_DIGITS)))
    metres = pc.if_else(pa.array(digits), text, None).cast(pa.int64()).fill_null(0)
    value = np.clip(np.asarray(metres).astype(np.float64), -_FAR, _FAR)
    read = digits.copy()
    for row in np.flatnonzero(~digits & filled(text)):  # signs and mistakes: a handful
        cell = text[int(row)].as_py()
        if _METRES.fullmatch(cell):
            value[row], read[row] = np.clip(float(cell), -_FAR, _FAR), True
    return value, read
