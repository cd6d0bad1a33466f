"""The product as its users run it: a folder with settings and data, commands in it, and what they said.

Commands run in this process, because starting Python takes longer than most of them; `Product.start` starts a
real one.  Whatever the caller's own environment says of the pipeline is left out.
"""

from __future__ import annotations

import atexit
import contextlib
import csv
import hashlib
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from pipeline.build.derived.catalogue_records import lists_datasets
from pipeline.cli.parser import main
from pipeline.codelists import CODELISTS
from pipeline.datasets import declared
from pipeline.model.periods import MONTH as CALENDAR
from pipeline.sample import make_sample
from pipeline.sample.faults import LEDGER
from pipeline.sample.writing import read_workbook, write_workbook
from tests.lib import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pipeline.sample.writing import Line

#: The datasets of the sample that tests share: one of each kind of extract.
DATASETS = ("engagement-events", "spend-over-500", "street-crime")
MONTHS = ("2024-01", "2024-02", "2024-03")
#: The fewest crimes a month that a sample may have.
ROWS = 200
_BUILD = re.compile(r"  build ([0-9]{4}-[0-9]{2}(?: to [0-9]{4}-[0-9]{2})?): (.*)")
_BUILT = re.compile(r"built now: (.*)")
Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Everything it wrote."""
        return self.out + self.err


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class Product:
    """A folder in which somebody runs the pipeline."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.raw = self.data / "raw"
        self.reference = self.data / "reference"
        self.private = self.data / "private"
        self.published = self.data / "published"
        self.settings = folder / "pipeline.toml"
        self.approvals = folder / "examples" / "approvals.toml"
        self.key_file = folder / "home" / ".local" / "share" / "police-open-data" / "pseudonym.key"
        self.variables: dict[str, str] = {}  # what its scheduler sets, such as the address of a database

    @classmethod
    def empty(cls, folder: Path) -> Product:
        """Return a folder with the example's settings and nothing else."""
        product = cls(folder)
        product.approvals.parent.mkdir(parents=True)
        (folder / "home").mkdir()
        shutil.copy(ROOT / "pipeline.toml", product.settings)
        shutil.copy(ROOT / "examples" / "approvals.toml", product.approvals)
        return product

    @classmethod
    def with_sample(cls, folder: Path) -> Product:
        """Return a folder with the smallest sample, not yet published."""
        return cls._copied(_sample(), folder)

    @classmethod
    def with_published_sample(cls, folder: Path) -> Product:
        """Return a folder with the smallest sample, published once."""
        return cls._copied(_published_sample(), folder)

    @classmethod
    def _copied(cls, source: Path, folder: Path) -> Product:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        return cls(folder)

    def environment(self, **environ: str) -> dict[str, str]:
        """Return the caller's environment without settings of ours, with a home of its own."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("PIPELINE_", "XDG_", "MAKE"))}
        return {**kept, "HOME": str(self.folder / "home"), **self.variables, **environ}

    def run(self, *words: str | Path, status: int | None = None, **environ: str) -> Said:
        """Return what a command said, run in this process; where a ``status`` is given it must end with that."""
        said = self._run(io.StringIO(), words, environ)
        assert status in (None, said.status), said.text
        return said

    def run_on_screen(self, *words: str | Path) -> Said:
        """Return what a command said that believes that a terminal shows it."""
        return self._run(_Screen(), words, {})

    def _run(self, out: io.StringIO, words: Sequence[str | Path], environ: Mapping[str, str]) -> Said:
        err = io.StringIO()
        before = signal.getsignal(signal.SIGTERM)
        try:
            with (
                contextlib.chdir(self.folder),
                mock.patch.dict(os.environ, self.environment(**environ), clear=True),
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
            ):
                try:
                    status = main([str(word) for word in words])
                except SystemExit as end:  # --help and --version end so
                    status = int(end.code or 0)
        finally:
            signal.signal(signal.SIGTERM, before)
        return Said(status, out.getvalue(), err.getvalue())

    def start(self, *words: str | Path, **environ: str) -> subprocess.Popen[str]:
        """Start a command as a process of its own."""
        command = [sys.executable, "-m", "pipeline", *(str(word) for word in words)]
        environment = self.environment(**{"PYTHONPATH": str(ROOT), **environ})
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def publish(self, *words: str | Path, status: int = 0, **environ: str) -> dict[str, tuple[str, ...]]:
        """Publish, and return the months that were built, by dataset; none where nothing was built."""
        said = self.run("publish", "--quiet", *words, **environ, status=status)
        return built(said)

    def check_settled(self, **environ: str) -> None:
        """Check that the next night finds nothing to do."""
        before = tree(self.folder)
        assert built(self.run("publish", "--quiet", status=None, **environ)) == {}
        assert tree(self.folder) == before

    def months(self, dataset: str = "street-crime") -> dict[str, str]:
        """Return the sha256 of each file of a dataset's public months."""
        found = contents(self.published / dataset)
        return {name: text for name, text in found.items() if name.startswith(f"{dataset}-2")}

    def plan(self, *words: str | Path, **environ: str) -> dict[str, dict[str, str]]:
        """Return why each month would be built, by dataset."""
        said = self.run("plan", "--quiet", *words, **environ, status=0)
        return planned(said)

    def accounts(self, dataset: str, month: str) -> dict[str, int]:
        """Return how many rows of a month had each outcome and reason."""
        said = self.run("accounts", dataset, "--month", month, "--json", status=0)
        facts = json.loads(said.out)
        reasons: dict[str, int] = {}
        for each in facts["reasons"]:
            reasons[each["reason"]] = reasons.get(each["reason"], 0) + each["rows"]
        return reasons

    def csv(self, dataset: str, month: str) -> Rows:
        """Return the rows of a published month."""
        return read_csv(self.published / dataset / f"{dataset}-{month}.csv")

    def state(self, dataset: str) -> dict[str, Any]:
        """Return what the private store remembers of a dataset."""
        facts: dict[str, Any] = json.loads((self.private / "state" / f"{dataset}.json").read_bytes())["3"]
        return facts

    def crimes(self, month: str) -> Path:
        """Return the extract of recorded crimes of a month."""
        return self.raw / "crime" / "recorded-crime" / f"{month}.csv"

    def incidents(self, month: str) -> Path:
        """Return the extract of incidents of a month."""
        return self.raw / "crime" / "asb-incidents" / f"{month}.csv"

    def ledger(self, month: str) -> Path:
        """Return the ledger of a month."""
        return self.raw / "expenditure" / "ledger" / f"{month}.xlsx"

    @property
    def events(self) -> Path:
        """The engagement system's database."""
        return self.raw / "engagement" / "engagement.sqlite"

    def change_ledger(self, month: str, change: Callable[[list[Line]], Sequence[Line]]) -> None:
        """Write the ledger of a month again with its lines as the sample has them, changed."""
        lines = sample_lines(month)
        write_workbook(self.ledger(month), LEDGER, change(lines), header=tuple(lines[0]))

    def decide(self, kind: str, *words: str) -> Said:
        """Approve, reject or forget as somebody does who may."""
        return self.run(kind, *words, "--role", "Head of Information Management", "--reason", "Checked.", status=0)

    def approve(self, dataset: str, month: str, sha256: str) -> None:
        """Add an approval to the file that the settings name."""
        with self.approvals.open("a", encoding="utf-8") as file:
            file.write(
                f'\n[[approval]]\ndataset = "{dataset}"\nmonth = "{month}"\nsha256 = "{sha256}"\n'
                'role = "Head of Information Management"\ndate = 2024-04-10\nreason = "Checked."\n'
            )


def built(said: Said) -> dict[str, tuple[str, ...]]:
    """Return the months that a publish says it built, by dataset; none where nothing was built."""
    found: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in said.out.splitlines():
        heading = re.fullmatch(r"\S.* \(([a-z0-9-]+)\)", line)
        name = heading[1] if heading else name
        months = _BUILT.search(line)
        if months:
            found[name] = tuple(sorted(month for each in months[1].split(", ") for month in _months(each)))
    return found


def planned(said: Said) -> dict[str, dict[str, str]]:
    """Return why each month would be built, by dataset, as a plan says."""
    found: dict[str, dict[str, str]] = {}
    name = ""
    for line in said.out.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            name = line.removesuffix(":")
        elif month := _BUILD.fullmatch(line):
            found.setdefault(name, {}).update(dict.fromkeys(_months(month[1]), month[2]))
    return found


def _months(text: str) -> Iterator[str]:
    """Yield the months of `2024-01`, and of `2024-01 to 2024-03`; what is no month stands by itself."""
    first, _, last = text.partition(" to ")
    yield from CALENDAR.between(first, last or first) if CALENDAR.fits(first) else (first,)


def read_csv(path: Path) -> Rows:
    """Return the rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, rows: Rows, names: Sequence[str] = ()) -> None:
    """Make a CSV hold ``rows``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names or list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def change_csv(path: Path, change: Callable[[Rows], Rows]) -> None:
    """Write a CSV again with its rows changed; the header stays."""
    rows = read_csv(path)
    names = list(rows[0])
    write_csv(path, change(rows), names)


def cut(rows: Rows, count: int = 60) -> Rows:
    """Leave the first rows and those that restrict a record."""
    return [row for number, row in enumerate(rows) if number < count or row["restricted"] != "N"]


def add_events(path: Path, *changes: Mapping[str, object]) -> None:
    """Add copies of a good event of January 2024, each with some cells changed."""
    with closing(sqlite3.connect(path)) as database, database:
        database.row_factory = sqlite3.Row
        good = dict(database.execute("SELECT * FROM event WHERE event_id = 'SAMPLE-24010000001'").fetchone())
        good |= {"starts_at": "2024-01-15 19:00", "audience": "public"}
        places = ", ".join(f":{name}" for name in good)
        database.executemany(f"INSERT INTO event VALUES ({places})", [{**good, **each} for each in changes])  # noqa: S608 - column names


def tree(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Return inode, time of change, mode and sha256 of everything below ``folder``.

    What is remembered of untouched files is apart: a run that follows another at once cannot trust it yet.
    """
    found = {}
    for path in sorted(each for each in folder.rglob("*") if "looked" not in each.parts):
        facts = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[path.relative_to(folder).as_posix()] = (facts.st_ino, facts.st_mtime_ns, facts.st_mode, digest)
    return found


def contents(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file below ``folder``."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def without(facts: Mapping[str, str], *parts: str) -> dict[str, str]:
    """Return ``facts`` without the names that hold one of ``parts``."""
    return {name: text for name, text in facts.items() if not any(part in name for part in parts)}


@cache
def _workshop() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="product-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _sample() -> Path:
    product = Product.empty(_workshop() / "sample")
    leave_out_made(product)
    make_sample(product.data, [declared()[name] for name in DATASETS], rows=ROWS, codelists=CODELISTS)
    return product.folder


def sample_lines(month: str) -> list[Line]:
    """Return the lines of a month's ledger as the sample has them."""
    return read_workbook(Product(_sample()).ledger(month), LEDGER)


def leave_out_made(product: Product) -> None:
    """Let a force publish nothing that is made from, or counted from, the records of other datasets, or lists them.

    Most tests are about the few datasets that they share; what is made from these has tests of its own.
    """
    every = declared().items()
    leave_out(product, (name for name, each in every if each.derivation or each.counting))
    leave_out_told(product)


def leave_out_told(product: Product) -> None:
    """Let a force publish nothing that lists all datasets."""
    leave_out(product, (name for name, each in declared().items() if lists_datasets(each)))


def leave_out(product: Product, names: Iterable[str]) -> None:
    """Let a force publish none of some datasets."""
    text = product.settings.read_text("utf-8")
    for name in names:
        table = f"[datasets.{name}]\n"
        if f"{table}publish = false" not in text:
            text = text if table in text else f"{text}\n{table}"
            text = text.replace(table, f"{table}publish = false\n")
    product.settings.write_text(text, "utf-8")


@cache
def _published_sample() -> Path:
    product = Product.with_sample(_workshop() / "published")
    product.run("publish", "--quiet", status=0)
    return product.folder
