"""A field of a published table: what its schema says of one column, ready to be checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        rules = descriptor.get("constraints", {})
        defaults = cls(name="", type="boolean")
        return cls(
            name=descriptor["name"],
            type=descriptor["type"],
            title=descriptor.get("title", ""),
            description=descriptor.get("description", ""),
            unit=descriptor.get("unit", ""),
            source=descriptor.get("source", ""),
            decimals=descriptor.get("decimals"),
            required=rules.get("required", False),
            unique=rules.get("unique", False),
            enum=tuple(str(value) for value in rules["enum"]) if "enum" in rules else None,
            pattern=rules.get("pattern"),
            minimum=str(rules["minimum"]) if "minimum" in rules else None,
            maximum=str(rules["maximum"]) if "maximum" in rules else None,
            min_length=rules.get("minLength"),
            max_length=rules.get("maxLength"),
            true_values=tuple(descriptor.get("trueValues", defaults.true_values)),
            false_values=tuple(descriptor.get("falseValues", defaults.false_values)),
            codelists=(named,) if isinstance(named := descriptor.get("codelist", ()), str) else tuple(named),
            codelist_column=descriptor.get("codelistColumn", "label"),
            from_settings=descriptor.get("fromSettings", ""),
        )
