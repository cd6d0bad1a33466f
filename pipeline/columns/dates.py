"""Dates as extracts write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import _through, encoded, on_distinct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
_SHAPE = r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}/[0-9]{2}/[0-9]{4})"
_TIMED = r"(?: (?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?"
_DATE = re.compile(r"(?:(\d{4})-(\d{2})-(\d{2})|(\d{2})/(\d{2})/(\d{4}))", re.ASCII)
_TIME = re.compile(r" ([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


def civil_day(text: str, *, time_allowed: bool) -> dt.date | None:
    """Return the day that ``text`` names, or None: `YYYY-MM-DD` or `DD/MM/YYYY`, with ` HH:MM[:SS]` where allowed."""
    found = _DATE.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    if rest and not (time_allowed and _TIME.fullmatch(rest)):
        return None
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def days(column: pa.Array, *, time_allowed: bool) -> pa.DictionaryArray:
    """Return each cell's day as ISO text, null where it is no day."""
    source = encoded(column)
    # times are many and days are few: the shape of all is checked at once, then each day is looked at once
    shape = _SHAPE + (_TIMED if time_allowed else "")
    shaped = pc.match_substring_regex(source.dictionary, rf"\A{shape}\z")
    day = pc.if_else(shaped, pc.utf8_slice_codeunits(source.dictionary, 0, 10), None)
    return _through(source, on_distinct(day, _iso_day))


def _iso_day(text: str) -> str | None:
    found = civil_day(text, time_allowed=False)
    return found.isoformat() if found else None


def months(day_column: pa.Array) -> pa.DictionaryArray:
    """Return the `YYYY-MM` of a column of ISO days."""
    return on_distinct(day_column, lambda text: text[:7])
