"""Measure the files that hold all of a dataset: size and memory; time from nothing, and of one month more.

The dataset is invented: 120 months of 9,000 crimes with the columns of street-crime.  Seconds are those of the
processor.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.build.derived.collected import collected
from pipeline.datasets import declared
from pipeline.model.periods import MONTH
from pipeline.model.release import Release, ReleasedFile
from pipeline.storage.looked import Looked
from tests.lib.tiny import workplace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.build.run_context import Workplace
    from pipeline.model.release import CollectedFile

ROOT = Path(__file__).resolve().parents[2]
STREET = declared()["street-crime"]
MONTHS, ROWS, NEWEST, TODAY = 120, 9_000, "2024-03", "2024-04-10"
#: Files that nobody touched for so many seconds are known without being read.
SETTLED = 2.5


def main() -> None:
    """Print the table and write the results."""
    folder = Path(tempfile.mkdtemp(prefix="collected-", dir=os.environ.get("TMPDIR")))
    try:
        results = measure(folder)
    finally:
        shutil.rmtree(folder)
    target = ROOT / ".bench" / "collected.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for name, value in results.items():
        sys.stdout.write(f"{name:<50} {value:>12,.2f}\n")


def measure(folder: Path) -> dict[str, float]:
    """Return what was measured, by name."""
    random = np.random.default_rng(7)
    months = list(MONTH.between(MONTH.neighbour(NEWEST, 1 - MONTHS), MONTH.neighbour(NEWEST, 1)))
    releases = [release(folder / "releases", month, random) for month in months]
    results: dict[str, float] = {"months": MONTHS, "rows of a month": ROWS}
    few = memory(folder / "few", releases[:12])
    results["MB of memory, 12 months"] = few
    results["MB of memory more, 120 months"] = memory(folder / "many", releases[:MONTHS]) - few
    seconds, found = night(folder, releases[:MONTHS])
    results["all from nothing, seconds"] = seconds
    sizes = {each.part == "all": 0 for each in found}
    for each in found:
        sizes[each.part == "all"] += each.file.bytes
    results |= {"MB of all months, Parquet": sizes[True] / 1e6, "MB of all years, ZIP": sizes[False] / 1e6}
    by_month = [file for each in releases[:MONTHS] for file in each.files]
    for kind in ("parquet", "csv"):
        results[f"MB of the months one by one, {kind}"] = (
            sum(each.bytes for each in by_month if each.format == kind) / 1e6
        )
    time.sleep(SETTLED)
    night(folder, releases[:MONTHS])  # what was written a moment ago is read once more
    results["nothing changed, seconds"] = night(folder, releases[:MONTHS])[0]
    results["one month more, seconds"] = night(folder, releases)[0]
    return results


def night(folder: Path, releases: Sequence[Release]) -> tuple[float, Sequence[CollectedFile]]:
    """Return the processor's seconds of a night, and what is collected then."""
    work = at_work(folder)
    began = time.process_time()
    found = collected(work, STREET, releases, ())
    seconds = time.process_time() - began
    work.looked.save(work.private)
    return seconds, found


def at_work(folder: Path) -> Workplace:
    day = dt.date.fromisoformat(TODAY)
    work = workplace(folder, TODAY)
    return replace(work, looked=Looked.load(work.private, day))


def memory(folder: Path, releases: Sequence[Release]) -> float:
    """Return the most megabytes that a process of its own held while it collected."""
    child = os.fork()
    if child == 0:
        night(folder, releases)
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    assert status == 0
    return used.ru_maxrss / 1e3


def release(store: Path, month: str, random: np.random.Generator) -> Release:
    """Write an invented month, and return it."""
    folder = store / month
    folder.mkdir(parents=True)
    table = rows(month, random)
    stem = folder / f"{STREET.name}-{month}"
    pq.write_table(table, f"{stem}.parquet", compression="zstd")
    pa.csv.write_csv(table, f"{stem}.csv", pa.csv.WriteOptions(quoting_style="none"))
    files = []
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        files.append(ReleasedFile(path.name, path.suffix[1:], path, len(content), sha256))
    return Release(
        dataset=STREET.name, month=month, rows=ROWS, files=tuple(files), released_on=dt.date.fromisoformat(TODAY)
    )


def rows(month: str, random: np.random.Generator) -> pa.Table:
    """Return invented crimes: places recur, references do not."""
    spot, kind = random.integers(0, 5_000, ROWS), random.integers(0, 14, ROWS)
    columns = {
        "Crime ID": [random.bytes(32).hex() for _ in range(ROWS)],
        "Month": [month] * ROWS,
        "Reported by": ["Example Police"] * ROWS,
        "Falls within": ["Example Police"] * ROWS,
        "Longitude": np.round(-1.5 + (spot % 100) / 150, 6),
        "Latitude": np.round(52.4 + (spot // 100) / 120, 6),
        "Location": [f"On or near Street {number % 1_500}" for number in spot],
        "LSOA code": [f"E0190{number % 700:04d}" for number in spot],
        "LSOA name": [f"Town {number % 700:03d}A" for number in spot],
        "Crime type": [f"Crime type {number}" for number in kind],
        "Last outcome category": [f"Outcome {number}" for number in random.integers(0, 9, ROWS)],
        "Context": pa.nulls(ROWS, pa.string()),
    }
    return pa.table(columns).sort_by([("Crime type", "ascending"), ("Location", "ascending")])


if __name__ == "__main__":
    main()
