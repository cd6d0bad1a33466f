"""A force with a handful of good rows, to which a test adds the rows that it is about."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import xlsxwriter

from tests.lib.dataset_folders import folders
from tests.lib.product import leave_out_told, read_csv, write_csv
from tests.lib.small_tree import small_tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.lib.product import Product, Said

JAN, FEB, MAR = "2024-01", "2024-02", "2024-03"
STREET, SPEND = "street-crime", "spend-over-500"
#: The payee of every ordinary line.
PLAIN = "Acme Locks Ltd"
#: A payee who must not be named where one line says so.
NAME = "Robin Safehouse"
TYPES = "supplier_number,supplier_type\n"
#: A cell of a workbook: text, a number, or a number with the format that shows it.
Cell = str | float | tuple[float, str]

_CRIMES, _PAYMENTS = folders()[STREET].path / "raw" / "crime", folders()[SPEND].path / "raw" / "expenditure"
with (_PAYMENTS / "ledger" / "2024-01.xlsx.csv").open(encoding="utf-8", newline="") as _file:
    LEDGER, _LINE = list(csv.reader(_file))[:2]
_CRIME = read_csv(_CRIMES / "recorded-crime" / "2024-01.csv")[0] | {"mo_text": ""}
_INCIDENT = read_csv(_CRIMES / "asb-incidents" / "2024-01.csv")[0]


def little_force(folder: Path, *, made: bool = False) -> Product:
    """Return a force with two good months of crimes, incidents and payments, and no list of suppliers.

    With ``made`` it also publishes what is made from these.
    """
    product = small_tree(folder, made=made)
    if made:
        leave_out_told(product)
    product.events.unlink()
    (product.reference / "supplier-types.csv").unlink()
    for month in (JAN, FEB):
        record(product, month)
        call(product, month)
        pay(product, month)
    return product


def publish(product: Product, dataset: str, day: str = "2024-04-01", *, status: int | None = 0) -> Said:
    """Return what a publish of one dataset said, which must end with ``status``."""
    return product.run("--as-of", day, "publish", "--quiet", dataset, status=status)


def crime(month: str, number: int, **cells: str) -> dict[str, str]:
    """Return a good crime of a month."""
    return _CRIME | {"crime_reference": f"24*{month[5:]}{number:05}", "recorded_on": f"{month}-10 09:12"} | cells


def record(product: Product, month: str, *crimes: dict[str, str], good: int = 3) -> None:
    """Write the crimes of a month: some good ones, then ``crimes``."""
    write_csv(product.crimes(month), [*(crime(month, number) for number in range(good)), *crimes])


def incident(month: str, number: int, **cells: str) -> dict[str, str]:
    """Return a good incident of a month."""
    return _INCIDENT | {"incident_number": f"I{month[5:]}-{number}", "received_at": f"{month}-10 21:00"} | cells


def call(product: Product, month: str, *incidents: dict[str, str], good: int = 3) -> None:
    """Write the incidents of a month: some good ones, then ``incidents``."""
    write_csv(product.incidents(month), [*(incident(month, number) for number in range(good)), *incidents])


def pay(product: Product, month: str, *lines: Mapping[str, Cell], sheet: str = "Payments") -> None:
    """Write the ledger of a month: an ordinary line, then one for each of ``lines``, each its own transaction."""
    book = xlsxwriter.Workbook(product.ledger(month), {"strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet)
    good: dict[str, Cell] = {
        **dict(zip(LEDGER, _LINE, strict=True)),
        "Period": month,
        "Payment Date": f"15/{month[5:]}/2024",
    }
    for column, name in enumerate(LEDGER):
        page.write_string(3, column, name)
    for row, cells in enumerate([{}, *lines], 4):
        line = {**good, "Transaction No": str(7000 + row), "Line No": "1", **cells}
        for column, name in enumerate(LEDGER):
            cell = line[name]
            if isinstance(cell, str):
                page.write_string(row, column, cell)
            elif isinstance(cell, tuple):
                page.write_number(row, column, cell[0], book.add_format({"num_format": cell[1]}))
            else:
                page.write_number(row, column, cell)
    book.close()


def payee(number: Cell, kind: str = "ORG", name: str = NAME, **cells: str) -> dict[str, Cell]:
    """Return the cells of a line that name its payee; others by their column, `_` being a blank."""
    line: dict[str, Cell] = {"Supplier No": number, "Supplier Type": kind, "Supplier Name": name}
    return line | {column.replace("_", " "): cell for column, cell in cells.items()}


def payees(product: Product, month: str) -> list[str]:
    """Return whom a published month names beside the ordinary line's payee, in order."""
    path = product.published / SPEND / f"{SPEND}-{month}.csv"
    named = [row["supplier_name"] for row in read_csv(path)] if path.exists() else []
    return sorted(name for name in named if name != PLAIN)


def public(product: Product, month: str, beginning: str) -> int:
    """Return how many rows of street-crime of one type a month has in public."""
    return sum(row["Crime type"].startswith(beginning) for row in product.csv(STREET, month))
