"""The figures of a page, each with the query that counts it again from the public files of its dataset.

The queries are SQL as DuckDB reads it, run in the folder of the page; `figures.json` beside the page holds them.
Pages of places and of money are many.  They share few queries with parameters, `$1`, `$2` ..., which the name of a
number holds: `places-figures.json` and `money-figures.json` beside the templates.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from pipeline.columns.rounding import rounded

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(slots=True)
class Figures:
    """Every figure that a page shows, by its name."""

    _known: dict[str, dict[str, str]] = field(default_factory=dict)

    def show(
        self, name: str, value: int | Decimal, query: str, *, sign: str = "", unit: str = "", tag: str = "span"
    ) -> Markup:
        """Return a figure as the page shows it, and keep its query; ``sign`` stands before it, ``unit`` behind.

        As a cell of a table, ``td``, it is shorter where there are hundreds.
        """
        self._known[name] = {"value": str(value), "query": query}
        return Markup('<{} data-figure="{}">{}{:,}{}</{}>').format(tag, name, sign, value, unit, tag)

    def content(self) -> bytes:
        """Return the file of all of them."""
        return json.dumps(self._known, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def shown(value: int | Decimal, name: str, *parameters: str) -> Markup:
    """Return a number as a page shows it, whose name leads to a query and holds its parameters, each quoted."""
    called = "/".join((name, *map(_quoted, parameters)))
    return Markup(f'<span data-figure="{called}">{value:,}</span>')  # noqa: S704 - quoted, and a number


def percent(now: int, then: int) -> Decimal:
    """Return by how much two numbers differ in per cent of the second, half a tenth rounded up."""
    return rounded(Fraction(100 * abs(now - then), abs(then)), 1)


def pounds(amount: Decimal) -> int:
    """Return whole pounds, half a pound rounded away from zero."""
    return int(rounded(amount, 0))


@cache
def _quoted(parameter: str) -> str:
    """Return a parameter in a name; the codes and words of a site are few, and each stands on many pages."""
    return quote(parameter, safe="")


def text(value: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def column(name: str) -> str:
    """Return a column as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
