"""Where the checks are knowingly stricter than Frictionless 5.21: the one table of it, `differences.csv`.

The referee accepts a difference of verdict only when a line there explains it; the documentation prints the
table; every line has a test that shows both behaviours.  On every line it is Frictionless that lets pass and the
checks that refuse: what Frictionless refuses is never published.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.plain import read_plain
from pipeline.validate import cast

if TYPE_CHECKING:
    from pipeline.validate.cast import Field

_YEAR_LENGTH = 4


class Difference(NamedTuple):
    """One known difference, about a cell, a row, a table or a schema; ``field`` (JSON) and ``cell`` are an example."""

    name: str
    scope: str
    frictionless: str
    ours: str
    why: str
    field: str
    cell: str


_TABLE = io.StringIO(read_plain(Path(__file__).with_suffix(".csv")).decode(), newline="")
DIFFERENCES = tuple(map(Difference._make, csv.reader(_TABLE)))[1:]


_FORMS = {
    "date": ("date-form", cast.DATE_FORM),
    "yearmonth": ("month-form", cast.YEARMONTH_FORM),
    "year": ("year-form", cast.YEAR_FORM),
}


def explanation(field: Field, cell: str) -> str:
    """Return the name of the difference that explains why only the checks refuse ``cell``, or ""."""
    pattern = field.pattern
    if pattern is not None and re.match(f"^{pattern}$", cell) and not re.fullmatch(f"(?:{pattern})", cell):
        return "pattern-line-end" if cell.endswith("\n") else "pattern-alternative"
    if field.type in {"number", "integer"}:
        return _of_number(field, cell)
    name, form = _FORMS.get(field.type, ("", ""))
    return name if name and not re.fullmatch(form, cell) and _is_read(field.type, cell) else ""


def _of_number(field: Field, cell: str) -> str:
    """Return what explains a number, as Frictionless reads it; of several the first."""
    try:
        value = Decimal(int(cell.strip()) if field.type == "integer" else cell.strip())
    except (InvalidOperation, ValueError):
        return ""
    if field.type == "integer":
        large = sum(sign.isdigit() for sign in cell) > cast.INTEGER_DIGITS
    else:
        large = field.decimals is None and value.is_finite() and math.isinf(float(value))
    told = {
        "number-word": not value.is_finite(),
        "number-digits": not cell.strip().isascii(),
        "number-underscore": "_" in cell,
        "number-blanks": cell != cell.strip(),
        "number-range": large,
        "money-form": field.decimals is not None and not re.fullmatch(cast.money_form(field.decimals), cell),
    }
    return next((name for name, holds in told.items() if holds), "")


def _is_read(kind: str, cell: str) -> bool:
    """Return whether Frictionless reads a day, a month or a year."""
    try:
        if kind == "date":
            return bool(dt.datetime.strptime(cell, "%Y-%m-%d"))  # noqa: DTZ007 - a day has no time zone
        if kind == "yearmonth":
            _, month = (int(part) for part in cell.split("-"))
            return month in range(1, 13)
        return len(cell) == _YEAR_LENGTH and int(cell) >= 0
    except ValueError:
        return False
