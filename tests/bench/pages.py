"""Measure the public pages of a large site: all from nothing, one month changed, nothing changed; size and memory.

The site is invented: 40 datasets of 120 months, 100 neighbourhoods of 7 small areas, 2,000 payees.  Seconds are those
of the processor, and stand beside those of a plain write of the same pages.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.datasets import declared
from pipeline.model.periods import MONTH
from pipeline.model.release import ChangeNote, PublishedColumn, Release, ReleasedFile
from pipeline.publish.catalogue.money.reading import SPEND
from pipeline.publish.catalogue.places.reading import AREAS, ASB, CRIMES, PLACES, SUMMARY
from pipeline.publish.catalogue.portal import StaticCatalogue
from pipeline.publish.plan import make_plan
from pipeline.storage.looked import Looked
from tests.lib.publications import make_publication

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model.release import Publication

ROOT = Path(__file__).resolve().parents[2]
DATASETS, MONTHS, NEIGHBOURHOODS, AREAS_OF_ONE, PAYEES = 40, 120, 100, 7, 2_000
NEWEST = "2024-03"
TODAY = dt.date(2024, 4, 10)
TYPES = (*(f"Crime type {number}" for number in range(1, 14)), ASB)
#: Files that nobody touched for so many seconds are known without being read.
SETTLED = 2.5
PAGES = (".html", ".atom", ".xml", ".js", ".css", ".jsonld", ".ttl")


def main() -> None:
    """Print the table and write the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--datasets", type=int, default=DATASETS)
    arguments.add_argument("--months", type=int, default=MONTHS)
    options = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pages-", dir=os.environ.get("TMPDIR")))
    try:
        results = measure(folder, options.datasets, options.months)
    finally:
        shutil.rmtree(folder)
    target = ROOT / ".bench" / "pages.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for name, value in results.items():
        sys.stdout.write(f"{name:<40} {value:>12,.2f}\n")


def measure(folder: Path, datasets: int, months: int) -> dict[str, float]:
    """Return what was measured, by name."""
    random = np.random.default_rng(7)
    months_of = list(MONTH.between(MONTH.neighbour(NEWEST, 1 - months), NEWEST))
    site = Invented(folder / "releases", random).publications(datasets, months_of)
    results: dict[str, float] = {"datasets": len(site), "months": months, "MB of memory before any page": most_memory()}
    results["first publish, data and pages, seconds"] = published(folder, site)
    pages = [path for path in (folder / "public").rglob("*") if path.suffix in PAGES]
    sizes = [path.stat().st_size for path in pages]
    assert (folder / "public" / "money" / "index.html").exists()
    assert (folder / "public" / "places" / "index.html").exists()
    results |= {"pages": len(pages), "MB of pages": sum(sizes) / 1e6}
    results["kB of the largest HTML page"] = max(path.stat().st_size for path in pages if path.suffix == ".html") / 1e3
    results["MB of pages, gzip"] = sum(len(gzip.compress(path.read_bytes())) for path in pages) / 1e6
    for path in pages:
        path.unlink()
    (folder / "private" / "looked" / "files.json").unlink()
    time.sleep(SETTLED)
    results["all pages from nothing, seconds"] = published(folder, site)
    time.sleep(SETTLED)
    published(folder, site)  # what was written a moment ago is read once more
    results["nothing changed, seconds"] = published(folder, site)
    before = {path: path.stat().st_ino for path in (folder / "public").rglob("*")}
    changed = Invented(folder / "again", random).with_month(site, MONTH.neighbour(NEWEST, 1))
    results["one month more, seconds"] = published(folder, changed)
    new = [path for path in (folder / "public").rglob("*") if path.is_file() and before.get(path) != path.stat().st_ino]
    results["files written for one month more"] = len(new)
    results["MB of memory at most"] = most_memory()
    contents = [path.read_bytes() for path in pages if path.exists()]
    began = time.process_time()
    for number, content in enumerate(contents):
        (folder / f"{number}.page").write_bytes(content)
    results["a plain write of all pages, seconds"] = time.process_time() - began
    return results


def most_memory() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def published(folder: Path, site: Sequence[Publication]) -> float:
    """Return the processor's seconds of a publish, as a run does it: it looks, plans and applies."""
    (folder / "private").mkdir(exist_ok=True)
    began = time.process_time()
    looked = Looked.load(folder / "private", TODAY)
    portal = StaticCatalogue(folder / "public", folder / "private" / "staging", looked)
    plan = make_plan(portal.name, site, portal.look(site))
    portal.apply(plan, site)
    looked.save(folder / "private")
    return time.process_time() - began


class Invented:
    """Writes invented releases into a folder."""

    def __init__(self, folder: Path, random: np.random.Generator) -> None:
        self.folder, self.random = folder, random
        self.areas = [f"E0190{number:04d}" for number in range(NEIGHBOURHOODS * AREAS_OF_ONE)]

    def publications(self, count: int, months: Sequence[str]) -> list[Publication]:
        """Return every dataset: those that pages of places and money are made of, then others alike."""
        made = [
            self._publication(PLACES, ["all"], self._places()),
            self._publication(AREAS, ["all"], self._lookup()),
            *(self._publication(name, months) for name in (SUMMARY, CRIMES, SPEND)),
        ]
        return [*made, *(self._publication(f"further-{number:02d}", months) for number in range(count - len(made)))]

    def with_month(self, site: Sequence[Publication], month: str) -> list[Publication]:
        """Return the same datasets, of which those of crimes have one month more."""
        return [self._with(each, month) if each.name in (SUMMARY, CRIMES) else each for each in site]

    def _with(self, each: Publication, month: str) -> Publication:
        releases = (*each.releases, self._release(each.name, month, self._rows(each.name, month)))
        return self._facts(each.name, releases)

    def _publication(self, name: str, periods: Sequence[str], table: pa.Table | None = None) -> Publication:
        releases = [
            self._release(name, period, self._rows(name, period) if table is None else table) for period in periods
        ]
        return self._facts(name, releases)

    def _facts(self, name: str, releases: Sequence[Release]) -> Publication:
        known = declared().get(name)
        facts: dict[str, Any] = {"held": (), "changes": tuple(self._notes(releases)), "topic": "crime"}
        columns = ["month", "kind", "number"]
        if known is not None:
            schema = json.loads((ROOT / "schemas" / known.family / f"{name}.json").read_bytes())
            columns = [field["name"] for field in schema["fields"]]
            further = tuple(each.format for each in known.distributions)
            facts |= {"answer": known.answer, "period": known.period, "topic": known.family, "further": further}
        facts["columns"] = tuple(
            PublishedColumn(column, column, "string", "What it holds, in a sentence.", ()) for column in columns
        )
        title = name.replace("-", " ").capitalize()
        return make_publication(name, releases, title=title, **facts)

    def _notes(self, releases: Sequence[Release]) -> list[ChangeNote]:
        return [ChangeNote("2024-04-10", each.month, "new", "first release", "10", "0") for each in reversed(releases)]

    def _release(self, name: str, period: str, table: pa.Table) -> Release:
        folder = self.folder / name / period
        folder.mkdir(parents=True)
        stem = folder / f"{name}-{period}"
        pq.write_table(table, f"{stem}.parquet", compression="zstd")
        pa.csv.write_csv(table, f"{stem}.csv")
        if name == PLACES:
            Path(f"{stem}.geojson").write_text(json.dumps(self._shapes()), encoding="utf-8")
        files = []
        for path in sorted(folder.iterdir()):
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            files.append(ReleasedFile(path.name, path.suffix[1:], path, len(content), digest))
        return Release(
            dataset=name, month=period, rows=table.num_rows, files=tuple(files), released_on=TODAY, quality={}
        )

    def _rows(self, name: str, month: str) -> pa.Table:
        making = {SUMMARY: self._summary, CRIMES: self._crimes, SPEND: self._payments}
        return making.get(name, self._further)(month)

    def _further(self, month: str) -> pa.Table:
        rows = 50
        kinds = [f"Kind {number % 6}" for number in range(rows)]
        return pa.table({"month": [month] * rows, "kind": kinds, "number": self.random.integers(0, 90, rows)})

    def _summary(self, month: str) -> pa.Table:
        length = len(self.areas) * len(TYPES)
        columns: Mapping[str, Any] = {
            "month": [month] * length,
            "lsoa_code": np.repeat(self.areas, len(TYPES)),
            "crime_type": [*TYPES] * len(self.areas),
            "crimes": self.random.poisson(0.9, length),
        }
        return pa.table(columns)

    def _crimes(self, month: str) -> pa.Table:
        length = 9_000
        spot = self.random.integers(0, 5_000, length)
        columns: Mapping[str, Any] = {
            "Month": [month] * length,
            "Longitude": -1.5 + (spot % 100) / 150,
            "Latitude": 52.4 + (spot // 100) / 120,
            "Location": [f"On or near Street {number % 1_500}" for number in spot],
            "LSOA code": np.array(self.areas)[spot % len(self.areas)],
            "Crime type": np.array(TYPES)[self.random.integers(0, len(TYPES), length)],
            "Last outcome category": ["Under investigation"] * length,
        }
        return pa.table(columns)

    def _payments(self, month: str) -> pa.Table:
        length = 1_500
        payee = np.minimum(self.random.zipf(1.3, length), PAYEES)
        day = dt.date.fromisoformat(f"{month}-15")
        pence = self.random.integers(50_100, 900_000, length).tolist()
        amount = pa.array([Decimal(each) / 100 for each in pence], pa.decimal128(18, 2))
        columns: Mapping[str, Any] = {
            "payment_date": [day] * length,
            "supplier_name": [f"{chr(65 + number % 26)}lder {number} Ltd" for number in payee],
            "supplier_id": [hashlib.sha256(str(number).encode()).hexdigest()[:16] for number in payee],
            "net_amount": amount,
            "purpose": ["Goods"] * length,
            "category": ["Services"] * length,
            "department": [f"Department {number % 12}" for number in payee],
            "value_for_money": [("Contract", "Quotation")[number % 2] for number in payee],
            "redaction": pa.nulls(length, pa.string()),
            "body": ["Chief Constable"] * length,
            "is_card": [False] * length,
        }
        return pa.table(columns)

    def _places(self) -> pa.Table:
        codes = [f"N{number:03d}" for number in range(NEIGHBOURHOODS)]
        columns: Mapping[str, Any] = {
            "neighbourhood_code": codes,
            "neighbourhood_name": [f"Neighbourhood {number}" for number in range(NEIGHBOURHOODS)],
            "lad_codes": [f"E0700000{number % 9}" for number in range(NEIGHBOURHOODS)],
            "population": [9_000] * NEIGHBOURHOODS,
        }
        return pa.table(columns)

    def _lookup(self) -> pa.Table:
        columns: Mapping[str, Any] = {
            "neighbourhood_code": np.repeat([f"N{number:03d}" for number in range(NEIGHBOURHOODS)], AREAS_OF_ONE),
            "area_kind": ["lsoa"] * len(self.areas),
            "area_code": self.areas,
            "area_name": [f"Town {number // 80} {number:03d}A" for number in range(len(self.areas))],
        }
        return pa.table(columns)

    def _shapes(self) -> dict[str, Any]:
        """Return boundaries of 200 points each, as real ones have."""
        around = np.linspace(0, 2 * np.pi, 200)
        features = []
        for number in range(NEIGHBOURHOODS):
            west, south = -1.4 + (number % 10) * 0.06, 52.45 + (number // 10) * 0.04
            wave = 1 + 0.1 * np.sin(9 * around)
            ring = np.column_stack((west + 0.03 * wave * np.cos(around), south + 0.02 * wave * np.sin(around)))
            features.append(
                {
                    "type": "Feature",
                    "properties": {"neighbourhood_code": f"N{number:03d}"},
                    "geometry": {"type": "Polygon", "coordinates": [[*ring.round(6).tolist(), ring[0].tolist()]]},
                }
            )
        return {"type": "FeatureCollection", "features": features}


if __name__ == "__main__":
    main()
