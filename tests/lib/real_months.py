"""Extracts made of months that forces really published, and what must come of them."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import numpy as np

from pipeline.protect.treatments.map_points import project
from tests.lib import ROOT
from tests.lib.product import Product, write_csv

if TYPE_CHECKING:
    from pathlib import Path

KEY = "f0e1d2c3b4a5968778695a4b3c2d1e0ff1e2d3c4b5a69788796a5b4c3d2e1f00"
Row = dict[str, str]


def real_force(folder: Path, force: str) -> Product:
    """Return a force with the settings of the example and a key, and no extract."""
    product = Product.empty(folder)
    example = (ROOT / "examples" / "leicestershire.toml").read_text(encoding="utf-8")
    product.settings.write_text(example.replace('slug = "leicestershire"', f'slug = "{force}"'), encoding="utf-8")
    product.key_file.parent.mkdir(parents=True)
    product.key_file.write_text(KEY, encoding="ascii")
    product.key_file.chmod(0o600)
    return product


def pseudonym(force: str, reference: str) -> str:
    """Return the identifier that a crime's reference has in public."""
    message = f"crime\x1f{force}\x1f{reference}".encode()
    return hmac.new(bytes.fromhex(KEY), message, hashlib.sha256).hexdigest()


class Points:
    """The map points of some months, each with the nearest whole metre that leads back to it."""

    def __init__(self, rows: list[Row]) -> None:
        found = {(row["Longitude"], row["Latitude"]): row for row in rows if row["Longitude"]}
        self.rows = list(found.values())
        grid = project(
            np.array([float(row["Longitude"]) for row in self.rows]),
            np.array([float(row["Latitude"]) for row in self.rows]),
        )
        self.metres = {
            place: (f"{east:.0f}", f"{north:.0f}") for place, (east, north) in zip(found, grid.tolist(), strict=True)
        }

    def write(self, path: Path) -> None:
        """Write the force's list of them."""
        names = ("Longitude", "Latitude", "Location", "LSOA code", "LSOA name")
        columns = ("longitude", "latitude", "location", "lsoa_code", "lsoa_name")
        lines = [
            {new: row[old] for old, new in zip(names, columns, strict=True)} | {"addresses": "8"} for row in self.rows
        ]
        write_csv(path, lines, [*columns, "addresses"])

    def cells(self, row: Row) -> Row:
        """Return the raw cells of a published row's place."""
        if not row["Longitude"]:
            return {"easting": "", "northing": "", "location_confidence": "unknown"}
        east, north = self.metres[row["Longitude"], row["Latitude"]]
        return {"easting": east, "northing": north, "location_confidence": "exact"}
