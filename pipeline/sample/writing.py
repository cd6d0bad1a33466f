"""Invented extracts as files: CSV, workbooks, JSON Lines and SQLite, the same bytes every time."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import sqlite3
from contextlib import closing
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import xlsxwriter
from python_calamine import CalamineWorkbook

from pipeline.model.wording import SAMPLE_MARK
from pipeline.sample.columns import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.source import Form
    from pipeline.sample.columns import Table

#: A cell of a workbook: numbers and dates stay what they are, everything else is text.
Cell = str | int | float | dt.date
Line = dict[str, Cell]
#: The created date that every workbook states: no clock in data files.
_CREATED = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - the library writes it as it stands, without a zone

_AMOUNT = re.compile(r"-?(0|[1-9]\d{0,9})\.\d\d", re.ASCII)
_WHOLE = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SMALL = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)


def write_extract(path: Path, form: Form, tables: Iterator[Table]) -> int:
    """Write ``tables``, one after another, as the extract of that form; return how many rows it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    first = next(tables)
    every = chain((first,), tables)
    if path.suffix == ".csv":
        return _write_csv(path, list(first), every)
    lines = [line for table in every for line in rows_of(table)]
    if path.suffix == ".jsonl":
        return _write_items(path, lines, form.numbers)
    if path.suffix == ".xlsx":
        typed: list[Line] = [{name: _typed(cell) for name, cell in line.items()} for line in lines]
        return write_workbook(path, form, typed, header=list(first))
    return write_table(path, form.table, lines, key=form.key)


def _write_csv(path: Path, names: Sequence[str], tables: Iterator[Table]) -> int:
    """Write UTF-8 with LF and minimal quoting."""
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for table in tables:
            writer.writerows(zip(*(table[name] for name in names), strict=True))
            rows += len(table[names[0]])
    return rows


def _write_items(path: Path, lines: Sequence[Mapping[str, str]], numbers: Sequence[str]) -> int:
    """Write one item a line, in the order of the lines' bytes, as a service's month is kept."""

    def member(name: str, cell: str) -> str | bool | int | None:
        if name not in numbers:
            return cell or None
        return True if cell == "true" else int(cell) if cell.isdigit() else cell or None

    typed = ({name: member(name, cell) for name, cell in line.items()} for line in lines)
    texts = (json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() for item in typed)
    path.write_bytes(b"".join(text + b"\n" for text in sorted(texts)))
    return len(lines)


@lru_cache(maxsize=50_000)
def _typed(cell: str) -> Cell:
    """Return what a finance office's cell holds: amounts are numbers, ISO days are dates, whole numbers are numbers."""
    if _AMOUNT.fullmatch(cell):
        return float(cell)
    if _WHOLE.fullmatch(cell):
        return int(cell)
    return dt.date.fromisoformat(cell) if _DAY.fullmatch(cell) else cell


def write_workbook(
    path: Path,
    form: Form,
    lines: Sequence[Line],
    *,
    header: Sequence[str],
    dress: Callable[[xlsxwriter.Workbook], object] | None = None,
) -> int:
    """Write ``lines`` below ``header`` to a workbook at ``path``; return how many lines there are.

    Text stays text whatever it looks like: nothing becomes a formula, a link or a number.  ``dress`` may add to the
    finished workbook what a finance office's workbooks come with.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": SAMPLE_MARK, "author": "Example Police", "created": _CREATED})
    day, money = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet(form.table)
    titles = (f"{SAMPLE_MARK} - invented records of Example Police", f"Period {path.stem}", "Amounts in pounds")
    for row, title in enumerate(titles[: form.title_rows]):
        sheet.write_string(row, 0, title)
    names: Line = dict(zip(header, header, strict=True))
    for row, line in enumerate((names, *lines), start=form.title_rows):
        for place, name in enumerate(header):
            cell = line.get(name, "")
            if isinstance(cell, dt.date):
                sheet.write_datetime(row, place, cell, day)
            elif isinstance(cell, (int, float)):
                sheet.write_number(row, place, cell, money if isinstance(cell, float) else None)
            elif cell:
                sheet.write_string(row, place, cell)
    book.add_worksheet("Notes").write_string(0, 0, f"{SAMPLE_MARK}: made up from end to end")
    if dress:
        dress(book)
    book.close()
    return len(lines)


def read_workbook(path: Path, form: Form) -> list[Line]:
    """Return the lines of a workbook that was written here, with whole numbers as such."""
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(form.table)
    header, *lines = sheet.to_python(skip_empty_area=False)[form.title_rows :]
    return [dict(zip(map(str, header), map(_whole, line), strict=True)) for line in lines]


def _whole(cell: object) -> Cell:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell if isinstance(cell, (str, int, float, dt.date)) else str(cell)


def write_table(path: Path, table: str, rows: Sequence[Mapping[str, str]], *, key: str) -> int:
    """Write ``rows`` to a table of the SQLite file at ``path``; return how many rows there are.

    A column of mostly small whole numbers holds numbers, one that is mostly filled nothing where a cell is empty.
    """
    names = tuple(rows[0])
    small = {name: [_SMALL.fullmatch(row[name]) is not None for row in rows if row[name]] for name in names}
    kinds = {name: "INTEGER" if 2 * sum(found) > len(found) else "TEXT" for name, found in small.items()}
    columns = ", ".join(f'"{name}" {kinds[name]}{" PRIMARY KEY" * (name == key)}' for name in names)
    marks = ", ".join("?" * len(names))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f'CREATE TABLE "{table}" ({columns})')
        cells = ([row[name] or None for name in names] for row in rows)
        database.executemany(f'INSERT INTO "{table}" VALUES ({marks})', cells)  # noqa: S608 - names of declarations
    return len(rows)
