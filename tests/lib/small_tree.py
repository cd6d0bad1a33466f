"""A small invented raw tree that counts as real: no file of it bears the sample's mark.

The ledger and the events stand in `tests/golden/data` as text; here the workbook and the database are made of them.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import xlsxwriter

from tests.lib import ROOT
from tests.lib.product import Product, read_csv

if TYPE_CHECKING:
    from pathlib import Path

DATA = ROOT / "tests" / "golden" / "data"
KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#: The day after the last month ended; an event on it is still to come.
AS_OF = "2024-03-01"


def write_ledger(source: Path, target: Path) -> None:
    """Write a ledger with three title rows, every cell as text."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Payments")
    for row, cells in enumerate([["Payments"], [source.stem], ["Amounts in pounds"], *rows]):
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell)
    book.close()


def write_events(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = read_csv(source)
    with closing(sqlite3.connect(target)) as database, database:
        database.execute(f"CREATE TABLE event ({', '.join(rows[0])})")
        marks = ", ".join("?" * len(rows[0]))
        values = [[int(text) if text.isdigit() else text or None for text in row.values()] for row in rows]
        database.executemany(f"INSERT INTO event VALUES ({marks})", values)  # noqa: S608 - only marks


def small_tree(folder: Path) -> Product:
    """Return a force's folder with the small tree as real extracts, and a key."""
    product = Product.empty(folder)
    shutil.copytree(DATA / "raw", product.raw)
    shutil.copytree(DATA / "reference", product.reference)
    for month in ("2024-01", "2024-02"):
        write_ledger(DATA / f"ledger-{month}.csv", product.ledger(month))
    write_events(DATA / "events.csv", product.events)
    shutil.copy(ROOT / "examples" / "leicestershire.toml", product.settings)
    product.key_file.parent.mkdir(parents=True)
    product.key_file.write_text(f"{KEY}\n", encoding="ascii")
    product.key_file.chmod(0o600)
    return product
