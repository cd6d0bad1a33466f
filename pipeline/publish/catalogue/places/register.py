"""The figures of places: few queries, each with its parameters in the name that a number on a page bears.

`places-figures.json` beside the templates holds them, as DuckDB reads them in the folder `places`; `$1`, `$2` ... are
the parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

if TYPE_CHECKING:
    from decimal import Decimal


def shown(value: int | Decimal, name: str, *parameters: str) -> Markup:
    """Return a number as a page shows it; its name leads to the query that counts it again."""
    called = "/".join((name, *(quote(each, safe="") for each in parameters)))
    return Markup(f'<span data-figure="{called}">{value:,}</span>')  # noqa: S704 - quoted, and a number
