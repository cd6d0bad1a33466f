"""Measure the corridor against its floor and the checks against Frictionless; write ``.bench/results.json``.

Floor: pyarrow reads the raw columns that are used and writes the published rows as CSV and Parquet.
Corridor: everything between raw bytes and finished release; the identifying pass of the leak check apart.
Every figure is a ratio or a size taken in one run: seconds of two machines are never compared.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import importlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.build import candidate as run_months
from pipeline.build.dataset import run_dataset
from pipeline.build.run_context import Workplace
from pipeline.codelists import CODELISTS
from pipeline.datasets import declared
from pipeline.extract.delimited.folder import Folder
from pipeline.run.select import options
from pipeline.sample import make_sample
from pipeline.settings.key import sample_key
from pipeline.settings.settings import Settings
from pipeline.validate.checks import validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model.declaration import Feed
    from pipeline.model.release import Scanned

ROOT = Path(__file__).resolve().parents[2]
MONTH = "2024-01"
DATASET = declared()["street-crime"]


def main() -> None:
    """Print the table and write the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000, help="recorded-crime rows of the month")
    arguments.add_argument("--repeats", type=int, default=3, help="how often each thing is measured")
    arguments.add_argument("--one", choices=("corridor", "floor"), help=argparse.SUPPRESS)
    arguments.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.one:
        sys.stdout.write(json.dumps({"corridor": one_corridor, "floor": one_floor}[options.one](options.data)))
        return
    folder = Path(tempfile.mkdtemp(prefix="corridor-", dir=os.environ.get("TMPDIR")))
    try:
        say(f"making {options.rows:,} recorded crimes")
        data = month_of(folder, options.rows)
        results = measure(data, options.repeats) | {"rows": options.rows, "repeats": options.repeats}
    finally:
        shutil.rmtree(folder)
    target = ROOT / ".bench" / "results.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for name, value in sorted(results.items()):
        sys.stdout.write(f"{name:<32} {value:>12,.2f}\n")


def say(line: str) -> None:
    """Tell what is going on."""
    sys.stderr.write(f"{line}\n")


def month_of(folder: Path, rows: int) -> Path:
    """Return a data folder with one month of recorded crime and of incidents."""
    data = folder / "data"
    make_sample(data, declared().values(), rows=rows, codelists=CODELISTS)
    for path in (data / "raw").rglob("*"):
        if path.is_file() and not path.name.startswith(MONTH):
            path.unlink()
    return data


def measure(data: Path, repeats: int) -> dict[str, float]:
    """Return medians: each round measures the floor and the corridor one after the other."""
    ratios, leak_ratios, floors, corridors, peaks = [], [], [], [], []
    for number in range(repeats):
        shutil.rmtree(data / "private", ignore_errors=True)
        corridor = fresh("corridor", data)
        floor = fresh("floor", data)["floor"]
        floors.append(floor)
        corridors.append(corridor["corridor"])
        peaks.append(corridor["peak_memory_mb"])
        ratios.append(corridor["corridor"] / floor)
        leak_ratios.append(corridor["leak_check"] / floor)
        say(f"round {number + 1}: floor {floor:.2f} s, corridor {corridor['corridor']:.2f} s, {corridor}")
    return {
        "corridor_over_floor": statistics.median(ratios),
        "identifying_pass_over_floor": statistics.median(leak_ratios),
        "frictionless_over_checks": frictionless_over_checks(data, repeats),
        "peak_memory_mb": max(peaks),
        "floor_seconds": statistics.median(floors),
        "corridor_seconds": statistics.median(corridors),
    }


def timed(action: Callable[[], object]) -> float:
    """Return how many seconds ``action`` took."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def write_floor(data: Path, published: pa.Table) -> None:
    """Do the least that any pipeline must: read the used columns, write the published rows."""
    raw = []
    for feed in DATASET.feeds:
        path = data / "raw" / month_file(feed)
        options = pa.csv.ConvertOptions(
            include_columns=list(feed.used), column_types=dict.fromkeys(feed.used, pa.string())
        )
        raw.append(
            pa.csv.read_csv(
                path,
                convert_options=options,
                parse_options=pa.csv.ParseOptions(newlines_in_values=True),
                read_options=pa.csv.ReadOptions(block_size=8 << 20),
            )
        )
    with tempfile.TemporaryDirectory(dir=data) as folder:
        pa.csv.write_csv(published, Path(folder, "floor.csv"))
        pq.write_table(published, Path(folder, "floor.parquet"), compression="zstd")


def month_file(feed: Feed) -> str:
    """Return where the month's extract of a feed stands below ``raw``."""
    if not isinstance(feed.source, Folder):
        raise TypeError(feed.name)
    return feed.source.pattern.replace("{period}", MONTH)


def published_file(data: Path) -> Path:
    """Return the Parquet of the month's release."""
    return next((data / "private" / "releases").rglob(f"*{MONTH}.parquet"))


def fresh(what: str, data: Path) -> dict[str, float]:
    """Return what one thing took in a process of its own, libraries loaded and memory untouched."""
    command = [sys.executable, __file__, "--one", what, "--data", str(data)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def one_floor(data: Path) -> dict[str, float]:
    """Return seconds of the floor; the rows that it writes are at hand before."""
    published = pq.read_table(published_file(data))
    return {"floor": timed(lambda: write_floor(data, published))}


def one_corridor(data: Path) -> dict[str, float]:
    """Return seconds of the corridor and of the identifying pass, and the peak memory of this process."""
    importlib.import_module("frictionless")  # loading libraries is no part of the corridor
    settings = Settings.load(ROOT / "pipeline.toml", {}, data=data, datasets=options())
    work = Workplace(
        settings=settings, key=sample_key(), as_of=dt.date(2024, 4, 10), sample=True, writes=True, say=lambda _: None
    )
    spent: list[float] = []
    leak_check = run_months.check_for_leaks

    def timed_check(*args: Any, **kwargs: Any) -> Scanned:  # noqa: ANN401 - passed through
        found: list[Scanned] = []
        spent.append(timed(lambda: found.append(leak_check(*args, **kwargs))))
        return found[0]

    run_months.check_for_leaks = timed_check
    outcome = None

    def run() -> None:
        nonlocal outcome
        outcome = run_dataset(work, DATASET)

    whole = timed(run)
    if outcome is None or outcome.error:
        raise SystemExit(str(outcome and outcome.error))
    return {
        "corridor": whole - sum(spent),
        "leak_check": sum(spent),
        "peak_memory_mb": peak_memory_mb(),
    }


def peak_memory_mb() -> float:
    """Return the most memory that this process ever held: Linux inherits ``ru_maxrss`` from the parent, so not that."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def frictionless_over_checks(data: Path, repeats: int) -> float:
    """Return how many times longer Frictionless takes to judge 50,000 published rows than the compiled checks."""
    from frictionless import Resource, Schema, system  # noqa: PLC0415 - only here

    settings = Settings.load(ROOT / "pipeline.toml", {}, data=data, datasets=options())
    work = Workplace(
        settings=settings, key=sample_key(), as_of=dt.date(2024, 4, 10), sample=True, writes=False, say=lambda _: None
    )
    schema = work.schema(DATASET)
    table = pq.read_table(published_file(data)).slice(0, 50_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "published.csv")
        source = next((data / "private" / "releases").rglob(f"*{MONTH}.csv"))
        with source.open(encoding="utf-8", newline="") as lines, path.open("w", encoding="utf-8", newline="") as part:
            writer = csv.writer(part, lineterminator="\n")
            for number, row in enumerate(csv.reader(lines)):
                if number > table.num_rows:
                    break
                writer.writerow(row)
        text = pa.csv.read_csv(
            path,
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(schema.names, pa.dictionary(pa.int32(), pa.string())),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        validate(text, schema)  # warm
        ours = statistics.median(timed(lambda: validate(text, schema)) for _ in range(max(repeats, 5)))
        descriptor = Schema.from_descriptor(schema.descriptor())
        with system.use_context(trusted=True):
            theirs = statistics.median(
                timed(lambda: Resource(path=str(path), schema=descriptor).validate()) for _ in range(min(repeats, 3))
            )
    return theirs / ours


if __name__ == "__main__":
    main()
