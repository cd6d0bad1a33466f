"""The text that stands for a value of a database: numbers, days and times, and values that none stands for."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipeline.columns.arrays import BLANKS
from pipeline.extract.given import plain_decimal

_LONDON = ZoneInfo("Europe/London")
#: Stands for a value that no text stands for; no text of a database begins with it after reading.
NO_TEXT = "\0unreadable"


def text_of(value: object) -> str | None:
    """Return the text that stands for a value: None when empty, `NO_TEXT` when none does."""
    if value is None:
        return None
    if isinstance(value, str):
        return NO_TEXT if "\0" in value else value.strip(BLANKS) or None
    return _number_text(value) or _time_text(value) or NO_TEXT


def _number_text(value: object) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return plain_decimal(value)
        case Decimal() if value.is_finite():
            return format(value, "f")
    return ""


def _time_text(value: object) -> str:
    match value:
        case dt.datetime():
            return _local_text(value)
        case dt.date():
            return value.isoformat()
    return ""


def _local_text(value: dt.datetime) -> str:
    """Return a time as civil time in Europe/London; one without a zone is that already."""
    try:
        local = value.astimezone(_LONDON) if value.utcoffset() is not None else value
    except (OverflowError, ValueError):  # at the ends of the calendar
        return ""
    return f"{local:%Y-%m-%d %H:%M:%S}"
