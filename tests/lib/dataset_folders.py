"""What the tests know of each dataset: a folder of text below `tests/datasets`, found by being there."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xlsxwriter

from pipeline.build.derived.catalogue_records import lists_datasets
from pipeline.datasets import declared
from pipeline.extract.workbook import Workbook
from pipeline.model.declaration import upstream
from tests.lib import ROOT
from tests.lib.drawn import drawn
from tests.lib.product import Product, leave_out, read_csv

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from tests.lib.drawn import Line

FOLDERS = ROOT / "tests" / "datasets"
KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"


@dataclass(frozen=True, slots=True)
class DatasetFolder:
    """The folder of one dataset."""

    path: Path

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.path.name

    @property
    def dataset(self) -> Dataset:
        """Its declaration."""
        return declared()[self.name]

    @property
    def together(self) -> tuple[str, ...]:
        """The names of the dataset, of all that it is made from, and of those that stand beside it."""
        return (*upstream(declared(), self.name), *self.beside, self.name)

    @property
    def beside(self) -> tuple[str, ...]:
        """The names of the datasets that one tells of which lists what stands; none for any other."""
        file = self.path / "beside.txt"
        return tuple(file.read_text("utf-8").split()) if file.exists() else ()

    def publish_alone(self, product: Product) -> None:
        """Let a force publish nothing that lists all datasets, or where this one does no other than those beside it."""
        apart = {name for name, each in declared().items() if self.beside or lists_datasets(each)}
        leave_out(product, sorted(apart - {*self.together}))

    @property
    def expected(self) -> dict[str, str]:
        """The published files, by name; none before they are drawn."""
        return {path.name: path.read_text("utf-8") for path in sorted((self.path / "expected").glob("*.csv"))}

    @property
    def periods(self) -> list[Period]:
        """The periods that are published, in order."""
        return [name.removeprefix(f"{self.name}-").removesuffix(".csv") for name in self.expected]

    @property
    def as_of(self) -> str:
        """The day of the run: the first day that is in none of the periods; today where there is none.

        A register is released by the month of the run.
        """
        kind = self.dataset.period
        if kind.only:
            return "2024-03-01"
        if not self.periods:
            return dt.datetime.now(tz=dt.UTC).date().isoformat()
        if kind.register:
            return kind.last_day(self.periods[-1]).isoformat()
        return kind.first_day(kind.neighbour(self.periods[-1], 1)).isoformat()

    @property
    def good(self) -> Mapping[str, Mapping[str, str]]:
        """A good row of each feed; `#` in a cell is the number of the row."""
        if not self.dataset.feeds:
            return {}
        found: dict[str, dict[str, str]] = json.loads((self.path / "good.json").read_bytes())
        return found

    @property
    def published(self) -> dict[str, str | None]:
        """A good published row: of each column the first cell of the published files that is not empty."""
        rows = [row for name in self.expected for row in read_csv(self.path / "expected" / name)]
        return {name: next((row[name] for row in rows if row[name]), None) for name in rows[0]}

    def raw(self, name: str) -> list[dict[str, str]]:
        """Return the rows of one of its extracts."""
        return read_csv(self.path / "raw" / name)

    def cells(self, heading: str) -> list[Line]:
        """Return the lines of the table below a heading of `cells.txt`: a feed's name, or `published`."""
        tables = re.split(r"^(\S+):\n", (self.path / "cells.txt").read_text("utf-8"), flags=re.MULTILINE)
        return drawn(dict(zip(tables[1::2], tables[2::2], strict=True))[heading])

    def lay_out(self, product: Product) -> None:
        """Put its extracts and reference lists where a force has them, behind those of what it is made from."""
        for name in (*(each.dataset for each in self.dataset.inputs), *self.beside):
            folders()[name].lay_out(product)
        for source in sorted((self.path / "raw").rglob("*.jsonl")):
            target = product.raw / source.relative_to(self.path / "raw")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
        for source in sorted((self.path / "raw").rglob("*.csv")):
            target = product.raw / source.relative_to(self.path / "raw")
            target.parent.parent.mkdir(parents=True, exist_ok=True)
            if target.parent.suffix == ".sqlite":
                write_database(source, target.parent)
                continue
            target.parent.mkdir(exist_ok=True)
            if target.stem.endswith(".xlsx"):
                feeds = (feed for name in self.together for feed in declared()[name].feeds)
                (like,) = (feed.source for feed in feeds if isinstance(feed.source, Workbook))
                write_workbook(source, target.with_suffix(""), sheet=like.sheet, title_rows=like.title_rows)
            else:
                shutil.copy(source, target)
        if not (self.path / "raw").is_dir():  # without any extract a run would take the folder for one that went
            product.raw.mkdir(parents=True, exist_ok=True)
            (product.raw / "of-nobody.csv").write_text("a\n1\n", encoding="utf-8")
        if (self.path / "reference").is_dir():
            shutil.copytree(self.path / "reference", product.reference, dirs_exist_ok=True)


def folders() -> dict[str, DatasetFolder]:
    """Return the folder of each dataset, by its name."""
    return {path.name: DatasetFolder(path) for path in sorted(FOLDERS.glob("*/*/")) if path.name != "__pycache__"}


def write_workbook(source: Path, target: Path, *, sheet: str = "Payments", title_rows: int = 3) -> None:
    """Write a workbook with its title rows, every cell as text."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = [[sheet] for _ in range(title_rows)] + list(csv.reader(file))
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            page.write_string(row, column, cell)
    book.close()


def write_database(source: Path, target: Path) -> None:
    """Add a table to a SQLite file; whole numbers stand in it as numbers."""
    rows = read_csv(source)
    with closing(sqlite3.connect(target)) as database, database:
        database.execute(f"CREATE TABLE {source.stem} ({', '.join(rows[0])})")
        marks = ", ".join("?" * len(rows[0]))
        values = [[int(text) if text.isdigit() else text or None for text in row.values()] for row in rows]
        database.executemany(f"INSERT INTO {source.stem} VALUES ({marks})", values)  # noqa: S608 - ours


def force(folder: Path) -> Product:
    """Return a force's folder with a key and without an extract; nothing in it bears the sample's mark."""
    product = Product.empty(folder)
    shutil.copy(ROOT / "examples" / "leicestershire.toml", product.settings)
    product.key_file.parent.mkdir(parents=True)
    product.key_file.write_text(f"{KEY}\n", encoding="ascii")
    product.key_file.chmod(0o600)
    return product
