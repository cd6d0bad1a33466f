"""Projection with Ordnance Survey's seven parameters, and the nearest map point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from pipeline.protect.treatments.map_points import REACH_METRES, PointList, project

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Degrees, minutes and seconds of arc to radians.
_SECOND = np.pi / 180 / 3600
_WGS84 = (6378137.0, 1 / 298.257223563)
_AIRY = (6377563.396, (6377563.396 - 6356256.909) / 6377563.396)


def by_hand(longitude: float, latitude: float) -> tuple[float, float]:
    """Return easting and northing by the formulas of Ordnance Survey's guide to coordinate systems, without PROJ.

    The rotation is inverted as a whole matrix (EPSG:1314 runs from OSGB36 to WGS 84); the projection is the
    series of the guide's appendix C.
    """
    x, y, z = _inverse_shift(_geocentric(np.radians(longitude), np.radians(latitude), *_WGS84))
    return _national_grid(*_geodetic(x, y, z, *_AIRY))


def _geocentric(lam: float, phi: float, a: float, f: float) -> Floats:
    e2 = f * (2 - f)
    nu = a / np.sqrt(1 - e2 * np.sin(phi) ** 2)
    return np.array([nu * np.cos(phi) * np.cos(lam), nu * np.cos(phi) * np.sin(lam), nu * (1 - e2) * np.sin(phi)])


def _inverse_shift(point: Floats) -> Floats:
    shift = np.array([446.448, -125.157, 542.06])
    rx, ry, rz = np.array([0.15, 0.247, 0.842]) * _SECOND
    rotation = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    return np.linalg.solve((1 - 20.489e-6) * rotation, point - shift)


def _geodetic(x: float, y: float, z: float, a: float, f: float) -> tuple[float, float]:
    e2 = f * (2 - f)
    p = np.hypot(x, y)
    phi = np.arctan2(z, p * (1 - e2))
    for _ in range(20):
        nu = a / np.sqrt(1 - e2 * np.sin(phi) ** 2)
        phi = np.arctan2(z + e2 * nu * np.sin(phi), p)
    return float(np.arctan2(y, x)), float(phi)


def _national_grid(lam: float, phi: float) -> tuple[float, float]:
    a, f = _AIRY
    b, f0, phi0, lam0 = a * (1 - f), 0.9996012717, np.radians(49), np.radians(-2)
    e2, n = f * (2 - f), f / (2 - f)
    s, c, t = np.sin(phi), np.cos(phi), np.tan(phi)
    nu = a * f0 / np.sqrt(1 - e2 * s**2)
    rho = a * f0 * (1 - e2) / (1 - e2 * s**2) ** 1.5
    eta2 = nu / rho - 1
    m = (
        b
        * f0
        * (
            (1 + n + 5 / 4 * (n**2 + n**3)) * (phi - phi0)
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * np.sin(phi - phi0) * np.cos(phi + phi0)
            + 15 / 8 * (n**2 + n**3) * np.sin(2 * (phi - phi0)) * np.cos(2 * (phi + phi0))
            - 35 / 24 * n**3 * np.sin(3 * (phi - phi0)) * np.cos(3 * (phi + phi0))
        )
    )
    d = lam - lam0
    northing = (
        m
        - 100000
        + nu / 2 * s * c * d**2
        + nu / 24 * s * c**3 * (5 - t**2 + 9 * eta2) * d**4
        + nu / 720 * s * c**5 * (61 - 58 * t**2 + t**4) * d**6
    )
    easting = (
        400000
        + nu * c * d
        + nu / 6 * c**3 * (nu / rho - t**2) * d**3
        + nu / 120 * c**5 * (5 - 18 * t**2 + t**4 + 14 * eta2 - 58 * t**2 * eta2) * d**5
    )
    return float(easting), float(northing)


PLACES = {
    "Leicester": (-1.133333, 52.633333),
    "Land's End": (-5.716111, 50.066389),
    "Lowestoft Ness": (1.762778, 52.481111),
    "Berwick-upon-Tweed": (-2.007222, 55.771111),
    "London": (-0.127758, 51.507351),
    "on the central meridian": (-2.0, 53.0),
}


@pytest.mark.parametrize("place", PLACES)
def test_the_projection_is_that_of_ordnance_survey_s_own_formulas(place: str) -> None:
    longitude, latitude = PLACES[place]
    found = project(np.array([longitude]), np.array([latitude]))[0]
    assert found == pytest.approx(by_hand(longitude, latitude), abs=0.002)


def test_the_projection_is_near_the_published_place_of_greenwich_observatory() -> None:
    # Greenwich: the Airy meridian's instrument stands at TQ 388 773, WGS 84 51.477778 N, 0.001475 W
    easting, northing = project(np.array([-0.001475]), np.array([51.477778]))[0]
    assert easting == pytest.approx(538_880, abs=25)
    assert northing == pytest.approx(177_320, abs=25)


def test_the_seven_parameters_are_applied_from_wgs_84_to_the_national_grid_and_not_the_other_way() -> None:
    # applied the wrong way round, a place would move by more than 100 metres
    found = project(np.array([-1.133333]), np.array([52.633333]))[0]
    assert np.hypot(*(found - np.array(by_hand(-1.133333, 52.633333)))) < 0.01


def points(*places: tuple[int, int], texts: tuple[str, ...] = ()) -> PointList:
    """Return map points at eastings and northings, numbered from west to east by their longitude."""
    named = texts or tuple(f"point {number}" for number in range(len(places)))
    table = pa.table(
        {
            "longitude": [f"{number}.000000" for number in range(len(places))],
            "latitude": ["52.000000"] * len(places),
            "location": list(named),
            "lsoa_code": ["E01000001"] * len(places),
            "lsoa_name": ["Sample 001A"] * len(places),
        }
    )
    return PointList.of(table, np.array(places, np.float64).reshape(-1, 2))


def nearest(listed: PointList, *places: tuple[float, float]) -> list[int]:
    eastings, northings = (np.array(part, np.float64) for part in zip(*places, strict=True))
    found: list[int] = listed.nearest(eastings, northings).tolist()
    return found


def test_the_nearest_point_is_found_as_by_trying_them_all() -> None:
    rng = np.random.default_rng(11)
    where = rng.integers(400_000, 460_000, (300, 2))
    asked = rng.integers(380_000, 480_000, (2_000, 2)).astype(np.float64)
    found = points(*(tuple(each) for each in where.tolist())).nearest(asked[:, 0], asked[:, 1])
    distances = np.hypot(asked[:, None, 0] - where[None, :, 0], asked[:, None, 1] - where[None, :, 1])
    expected = np.where(distances.min(axis=1) <= REACH_METRES, distances.argmin(axis=1), -1)
    assert found.tolist() == expected.tolist()


def test_a_tie_between_many_points_goes_to_the_first() -> None:
    ring = points((5, 0), (0, 5), (-5, 0), (0, -5), (3, 4), (-3, -4), (5, 0))
    assert nearest(ring, (0, 0)) == [0]
    assert nearest(points((9, 9), (5, 0), (0, 5), (5, 0)), (0, 0)) == [1]


def test_several_points_at_one_place_are_one_tie() -> None:
    assert nearest(points((7, 7), (1, 1), (1, 1), (1, 1)), (1, 1), (1, 2)) == [1, 1]


def test_reach_ends_at_20_km() -> None:
    far = points((0, 0))
    assert nearest(far, (20_000, 0), (0, -20_000), (12_000, 16_000), (20_001, 0), (14_143, 14_143)) == [0, 0, 0, -1, -1]


def test_points_without_places_and_places_without_points() -> None:
    assert points((0, 0)).nearest(np.array([]), np.array([])).tolist() == []
    assert nearest(points(), (1, 1)) == [-1]


def test_points_are_ordered_by_longitude_then_latitude_as_numbers() -> None:
    table = pa.table(
        {
            "longitude": ["10.000000", "-1.000000", "9.000000", "-1.000000"],
            "latitude": ["1.000000", "9.000000", "50.000000", "10.000000"],
            "location": ["d", "a", "c", "b"],
            "lsoa_code": ["", "", "", ""],
            "lsoa_name": ["", "", "", ""],
        }
    )
    listed = PointList.of(table)
    assert listed.texts["location"].to_pylist() == ["a", "b", "c", "d"]
    assert listed.texts["lsoa_code"].to_pylist() == [None] * 4
    assert listed.grid.shape == (4, 2)
