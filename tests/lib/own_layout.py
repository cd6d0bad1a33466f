"""A ledger of a force's own layout, and what its mapping reads of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from pipeline.errors import InputError
from pipeline.extract.delimited import Folder
from pipeline.extract.mapped import Kinds, Mapped
from pipeline.extract.reader import anew
from pipeline.model.mapping import ExportMapping, Fate
from pipeline.model.periods import MONTH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model.tables import Extracted

AGREED = ("Ref", "Name", "Paid", "Net", "Period")
LEDGER = ExportMapping(
    feed="ledger",
    files=("AP {month}.csv", "AP {month}.xlsx"),
    dates=("DD/MM/YY",),
    money=("trailing-minus",),
    columns={"Ref": ("Our Ref",), "Name": ("Name:", "Payee"), "Paid": ("Date Paid",), "Net": ("Amount",)},
    withheld={"Memo": Fate("free text", "anybody")},
)
ROWS = (
    ("Our Ref", "Name:", "Date Paid", "Amount", "Memo"),
    ("A1", "Acme", "05/01/24", "10.50", "x"),
    ("A2", "Bolt", "6/1/24", "3.25-", ""),
)


def source(mapping: ExportMapping = LEDGER, **changes: Any) -> Mapped:  # noqa: ANN401 - fields of a mapping
    mapping = replace(mapping, **changes)
    theirs = {name: name for name in mapping.withheld}
    kinds = Kinds(dates=("Paid",), amounts=("Net",), periods=("Period",))
    return Mapped(mapping, Folder("agreed/{period}.csv"), kinds, MONTH, theirs)


def csv(folder: Path, rows: Sequence[Sequence[str]], name: str = "AP 2024-01.csv", *, encoding: str = "utf-8") -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(",".join(row) + "\r\n" for row in rows).encode(encoding))
    return name


def book(folder: Path, sheets: dict[str, Sequence[Sequence[object]]], name: str = "AP 2024-01.xlsx") -> str:
    made = xlsxwriter.Workbook(folder / name)
    for title, rows in sheets.items():
        sheet = made.add_worksheet(title)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell != "":
                    sheet.write(number, place, cell)
    made.close()
    return name


def read(folder: Path, name: str, of: Mapped | None = None, columns: Sequence[str] = AGREED) -> Extracted:
    return (of or source()).read(folder, name, columns, (*AGREED, "Memo"))


def cells(found: Extracted) -> dict[str, list[str | None]]:
    return {name: column.to_pylist() for name, column in found.cells.items()}


def refusal(folder: Path, name: str, of: Mapped | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, name, of)
    return str(caught.value)


def found(folder: Path, of: Mapped) -> dict[str, str]:
    return of.extracts(folder, MONTH, anew)
