"""Where the checks are knowingly stricter than Frictionless 5.21: the one table of it.

The referee accepts a difference of verdict only when a line here explains it; the documentation prints the
table; every line has a test that shows both behaviours.  On every line it is Frictionless that lets pass and the
checks that refuse: what Frictionless refuses is never published.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pipeline.validate import cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.validate.field import Field


_YEAR_LENGTH = 4


class Scope(StrEnum):
    """What a difference is about."""

    CELL = "cell"
    ROW = "row"
    TABLE = "table"
    SCHEMA = "schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One known difference.

    ``explains`` (cells only) says whether this is why the checks refuse a cell that Frictionless accepts;
    ``field`` and ``cell`` are an example of it.
    """

    name: str
    scope: Scope
    frictionless: str
    ours: str
    why: str
    explains: Callable[[Field, str], bool] | None = None
    field: Mapping[str, Any] = field(default_factory=dict)
    cell: str = ""


def explanation(field: Field, cell: str) -> str:
    """Return the name of the difference that explains why only the checks refuse ``cell``, or ""."""
    for difference in DIFFERENCES:
        if difference.explains is not None and difference.explains(field, cell):
            return difference.name
    return ""


def _pattern_alternative(field: Field, cell: str) -> bool:
    return not cell.endswith("\n") and _only_frictionless_matches(field, cell)


def _pattern_line_end(field: Field, cell: str) -> bool:
    return cell.endswith("\n") and _only_frictionless_matches(field, cell)


def _only_frictionless_matches(field: Field, cell: str) -> bool:
    if field.pattern is None:
        return False
    theirs = re.compile(f"^{field.pattern}$").match(cell)
    return theirs is not None and re.fullmatch(f"(?:{field.pattern})", cell) is None


def _number(field: Field, cell: str) -> Decimal | None:
    """Return ``cell`` as Frictionless reads it in a column of numbers or whole numbers."""
    try:
        if field.type == "integer":
            return Decimal(int(cell.strip()))
        return Decimal(cell.strip()) if field.type == "number" else None
    except (InvalidOperation, ValueError):
        return None


def _number_word(field: Field, cell: str) -> bool:
    value = _number(field, cell)
    return value is not None and not value.is_finite()


def _number_digits(field: Field, cell: str) -> bool:
    return not cell.strip().isascii() and _number(field, cell) is not None


def _number_underscore(field: Field, cell: str) -> bool:
    return "_" in cell and _number(field, cell) is not None


def _number_blanks(field: Field, cell: str) -> bool:
    return cell != cell.strip() and _number(field, cell) is not None


def _number_range(field: Field, cell: str) -> bool:
    value = _number(field, cell)
    if value is None or not value.is_finite() or field.decimals is not None:
        return False
    if field.type == "integer":
        return sum(sign.isdigit() for sign in cell) > cast.INTEGER_DIGITS
    return math.isinf(float(value))


def _money_form(field: Field, cell: str) -> bool:
    if field.decimals is None or _number(field, cell) is None:
        return False
    return re.fullmatch(cast.money_form(field.decimals), cell) is None


def _date_form(field: Field, cell: str) -> bool:
    if field.type != "date" or re.fullmatch(cast.DATE_FORM, cell):
        return False
    try:
        dt.datetime.strptime(cell, "%Y-%m-%d")  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return False
    return True


def _month_form(field: Field, cell: str) -> bool:
    if field.type != "yearmonth" or re.fullmatch(cast.YEARMONTH_FORM, cell):
        return False
    try:
        _, month = (int(part) for part in cell.split("-"))
    except ValueError:
        return False
    return month in range(1, 13)


def _year_form(field: Field, cell: str) -> bool:
    if field.type != "year" or re.fullmatch(cast.YEAR_FORM, cell) or len(cell) != _YEAR_LENGTH:
        return False
    try:
        return int(cell) >= 0
    except ValueError:
        return False


#: Every known difference, the narrower line before the wider one.
DIFFERENCES = (
    Difference(
        name="pattern-alternative",
        scope=Scope.CELL,
        frictionless="puts ^ and $ around the bare pattern, so that `a|bc` accepts `ac`",
        ours="matches the whole value against the whole pattern",
        why="Table Schema says that the whole value must match",
        explains=_pattern_alternative,
        field={"type": "string", "constraints": {"pattern": "a|bc"}},
        cell="ac",
    ),
    Difference(
        name="pattern-line-end",
        scope=Scope.CELL,
        frictionless="accepts one line end after what the pattern matches",
        ours="accepts nothing after it",
        why="a line break inside a code breaks every join on it",
        explains=_pattern_line_end,
        field={"type": "string", "constraints": {"pattern": "(?:ab)"}},
        cell="ab\n",
    ),
    Difference(
        name="number-word",
        scope=Scope.CELL,
        frictionless="reads NaN, Infinity and INF as numbers",
        ours="a number is written in digits",
        why="a missing value is empty, never a word",
        explains=_number_word,
        field={"type": "number"},
        cell="NaN",
    ),
    Difference(
        name="number-digits",
        scope=Scope.CELL,
        frictionless="reads the digits of every script",
        ours="reads 0 to 9",
        why="spreadsheets and databases read 0 to 9 only",
        explains=_number_digits,
        field={"type": "integer"},
        cell="١٢",
    ),
    Difference(
        name="number-underscore",
        scope=Scope.CELL,
        frictionless="reads 1_000 as a thousand, as Python does",
        ours="refuses it",
        why="no other reader does",
        explains=_number_underscore,
        field={"type": "number"},
        cell="1_000",
    ),
    Difference(
        name="number-blanks",
        scope=Scope.CELL,
        frictionless="drops blanks and line breaks around a number",
        ours="refuses them",
        why="the cell is published as it is written",
        explains=_number_blanks,
        field={"type": "number"},
        cell=" 1.5",
    ),
    Difference(
        name="number-range",
        scope=Scope.CELL,
        frictionless="reads numbers of any size",
        ours="refuses a number that a 64-bit float cannot hold, and whole numbers of more than 18 digits",
        why="Parquet could not hold the value that the CSV shows",
        explains=_number_range,
        field={"type": "integer"},
        cell="1234567890123456789",
    ),
    Difference(
        name="money-form",
        scope=Scope.CELL,
        frictionless="does not know `decimals` and accepts 1.5 and 1e2 as amounts",
        ours="an amount has exactly so many decimals, no plus, no exponent, and 18 digits at most",
        why="one way to write an amount, and exactly what Parquet's decimal holds",
        explains=_money_form,
        field={"type": "number", "decimals": 2},
        cell="1.5",
    ),
    Difference(
        name="date-form",
        scope=Scope.CELL,
        frictionless="accepts 2024-1-3",
        ours="a date has ten characters: YYYY-MM-DD",
        why="ISO 8601; other dates do not sort",
        explains=_date_form,
        field={"type": "date"},
        cell="2024-1-3",
    ),
    Difference(
        name="month-form",
        scope=Scope.CELL,
        frictionless="accepts 2024-1",
        ours="a month has seven characters: YYYY-MM",
        why="ISO 8601; other months do not sort",
        explains=_month_form,
        field={"type": "yearmonth"},
        cell="2024-1",
    ),
    Difference(
        name="year-form",
        scope=Scope.CELL,
        frictionless="accepts any four characters that Python reads as a whole number, such as `+202`",
        ours="a year has four digits",
        why="ISO 8601; other years do not sort",
        explains=_year_form,
        field={"type": "year"},
        cell="+202",
    ),
    Difference(
        name="blank-row",
        scope=Scope.ROW,
        frictionless="reports a row without any filled cell once, and none of its empty required cells",
        ours="reports both",
        why="the list of what is wrong stays complete",
    ),
    Difference(
        name="key-of-refused-value",
        scope=Scope.TABLE,
        frictionless="counts a value that it reads more laxly (a line above) when it looks for repeated keys",
        ours="does not: a value that is not of its type is no key",
        why="follows from the lines above",
    ),
    Difference(
        name="error-limit",
        scope=Scope.TABLE,
        frictionless="stops after 1,000 errors unless told otherwise, and warns",
        ours="judge every row; the referee asks without the limit and refuses a verdict with a warning",
        why="a verdict on part of a table is none",
    ),
    Difference(
        name="ignored-keyword",
        scope=Scope.SCHEMA,
        frictionless="ignores `categories`, `uniqueKeys` and every keyword that it does not know",
        ours="refuse the schema when it is loaded",
        why="a rule that nobody enforces is a false promise",
    ),
    Difference(
        name="unlike-pattern",
        scope=Scope.SCHEMA,
        frictionless="gives a pattern to Python: `\\d` is a digit of any script, `$` stops before a line end",
        ours="refuse patterns that Python, RE2 and XML Schema read differently",
        why="everybody who validates with the released schema must come to the same verdict",
    ),
)
