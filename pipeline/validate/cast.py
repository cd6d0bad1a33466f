"""A field of a published table, and text to its values: what a cell of each type must look like.

That is stricter than Frictionless reads it; `referee/differences.csv` lists where, and why.  Every function takes
distinct or whole columns of text and gives an array of the same length that is null where the text is empty or not
of the type.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


#: Whole numbers of so many digits always fit into 64 bits.
INTEGER_DIGITS = 18
#: The digits of `0000-01-01` are a form of a date, but no calendar has that day.
DATE_FORM = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
NUMBER_FORM = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
INTEGER_FORM = rf"[+-]?[0-9]{{1,{INTEGER_DIGITS}}}"
YEARMONTH_FORM = r"[0-9]{4}-(?:0[1-9]|1[0-2])"
YEAR_FORM = r"[0-9]{4}"

_NO_TEXT = pa.scalar(None, pa.string())


def money_form(decimals: int) -> str:
    """Return the form of an amount with exactly ``decimals`` places that a decimal column can hold."""
    return rf"-?[0-9]{{1,{PRECISION - decimals}}}\.[0-9]{{{decimals}}}"


def typed(field: Field, values: pa.StringArray) -> pa.Array:
    """Return ``values`` in the type of ``field``, null where a text is not of it."""
    if field.decimals is not None:
        return _shaped(values, money_form(field.decimals)).cast(field.arrow)
    return _READERS[field.type](field, values)


def _shaped(values: pa.StringArray, form: str) -> pa.StringArray:
    return pc.if_else(pc.match_substring_regex(values, rf"\A(?:{form})\z"), values, _NO_TEXT)


def _number(_field: Field, values: pa.StringArray) -> pa.DoubleArray:
    numbers = _shaped(values, NUMBER_FORM).cast(pa.float64())
    return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))


def _boolean(field: Field, values: pa.StringArray) -> pa.BooleanArray:
    yes, no = (
        pc.is_in(values, value_set=pa.array(words, pa.string())) for words in (field.true_values, field.false_values)
    )
    return pc.if_else(pc.or_(yes, no), yes, pa.scalar(None, pa.bool_()))


def _date(_field: Field, values: pa.StringArray) -> pa.Date32Array:
    # A month has 31 days, so Python reads the distinct ones: Arrow's own reader depends on the C library.
    encoded = _shaped(values, DATE_FORM).dictionary_encode()
    days = pa.array([_day(text) for text in encoded.dictionary.to_pylist()], pa.date32())
    return pc.take(days, encoded.indices)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


_READERS: dict[str, Callable[[Field, pa.StringArray], pa.Array]] = {
    "string": lambda _, values: values,
    "number": _number,
    "integer": lambda _, values: pc.ascii_ltrim(_shaped(values, INTEGER_FORM), characters="+").cast(pa.int64()),
    "boolean": _boolean,
    "date": _date,
    "yearmonth": lambda _, values: _shaped(values, YEARMONTH_FORM),
    "year": lambda _, values: _shaped(values, YEAR_FORM).cast(pa.int64()),
}
