"""A field of a published table: what its schema says of one column, ready to be checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

_CAPITAL = re.compile("([A-Z])")
#: Digits of a money column, before and after the point together.
PRECISION = 18

_ARROW = {
    "string": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "yearmonth": pa.string(),
    "year": pa.int64(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column as its schema describes it.

    ``decimals`` marks a number with exactly so many places, kept as a decimal.  ``enum``, ``minimum`` and
    ``maximum`` are held as the text of a cell.  ``codelists`` name lists in ``schemas/codelists``;
    ``from_settings`` says which setting gives the values, and is "" once they are filled in.
    """

    name: str
    type: str
    title: str = ""
    description: str = ""
    unit: str = ""
    source: str = ""
    decimals: int | None = None
    required: bool = False
    unique: bool = False
    enum: tuple[str, ...] | None = None
    pattern: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    true_values: tuple[str, ...] = ("true", "True", "TRUE", "1")
    false_values: tuple[str, ...] = ("false", "False", "FALSE", "0")
    codelists: tuple[str, ...] = ()
    codelist_column: str = "label"
    from_settings: str = ""

    @property
    def arrow(self) -> pa.DataType:
        """The type of the column in Parquet."""
        return _ARROW[self.type] if self.decimals is None else pa.decimal128(PRECISION, self.decimals)

    @classmethod
    def of(cls, descriptor: Mapping[str, Any]) -> Field:
        """Return the field that ``descriptor`` describes; `grammar.refusals` has found nothing wrong with it."""
        flat = {**descriptor, **descriptor.get("constraints", {})}
        flat |= {word: str(flat[word]) for word in ("minimum", "maximum") if word in flat}
        flat |= {word: tuple(map(str, flat[word])) for word in ("enum", "trueValues", "falseValues") if word in flat}
        named = flat.pop("codelist", ())
        flat["codelists"] = (named,) if isinstance(named, str) else tuple(named)
        attributes = {_CAPITAL.sub(r"_\1", word).lower(): value for word, value in flat.items()}
        return cls(**{name: attributes[name] for name in cls.__dataclass_fields__ if name in attributes})
