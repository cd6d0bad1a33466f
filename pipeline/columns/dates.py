"""Dates as extracts write them, also in the forms that a mapping names, and what no date can be.

Forms and limits are the contract's ("Values"; "Protections fail closed", Dates).
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import encoded, facts_of_distinct, filled, mask_on_distinct, on_distinct, through

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.columns.arrays import Mask


_ISO_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DAY_FIRST = r"[0-9]{2}/[0-9]{2}/[0-9]{4}"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.0+)?)?"
_ZONE = r" ?(?:Z|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)"
#: A local day, with a local time where one may stand.
_LOCAL_DAY = rf"(?:{_ISO_DAY}|{_DAY_FIRST})"
_LOCAL_TIME = rf"(?:{_ISO_DAY}(?:[ T]{_CLOCK})?|{_DAY_FIRST}(?: {_CLOCK})?)"
_ZONED = rf"{_ISO_DAY}[ T]{_CLOCK}{_ZONE}"
_DATE = re.compile(r"(?:(\d{4})-(\d{2})-(\d{2})|(\d{2})/(\d{2})/(\d{4}))", re.ASCII)
_NOT_CLOCK = re.compile(r"\.0+| ", re.ASCII)
_LONDON = zoneinfo.ZoneInfo("Europe/London")
#: A day behind which a number of a date written `NN/NN/YYYY` can be no month.
_LAST_MONTH = 12


def civil_day(text: str, *, time_allowed: bool) -> dt.date | None:
    """Return the day that ``text`` names, or None; see `days`."""
    day = None
    if re.fullmatch(_LOCAL_TIME if time_allowed else _LOCAL_DAY, text):
        day = _iso_day(text[:10])
    elif time_allowed and re.fullmatch(_ZONED, text):
        day = _day_in_london(text)
    return dt.date.fromisoformat(day) if day else None


def days(column: pa.Array, *, time_allowed: bool) -> pa.DictionaryArray:
    """Return each cell's day in London as ISO text, null where it is no day.

    A day is `YYYY-MM-DD` or `DD/MM/YYYY`, with ` HH:MM[:SS]` where a time is allowed; the first also with a `T` before
    the time and a zone behind it.  Fractions of a second must be zero.
    """
    source = encoded(column)
    # times are many and days are few: the shape of all is checked at once, then each day is looked at once
    shaped = _shaped(source.dictionary, _LOCAL_TIME if time_allowed else _LOCAL_DAY)
    day = on_distinct(pc.if_else(shaped, pc.utf8_slice_codeunits(source.dictionary, 0, 10), None), _iso_day)
    if time_allowed and not pc.all(shaped, skip_nulls=False, min_count=0).as_py():
        zoned = _shaped(source.dictionary, _ZONED)
        if pc.any(zoned).as_py():
            moved = on_distinct(pc.if_else(zoned, source.dictionary, None), _day_in_london)
            day = pc.coalesce(day.cast(pa.string()), moved.cast(pa.string())).dictionary_encode()
    return through(source, day)


def _shaped(texts: pa.Array, form: str) -> pa.BooleanArray:
    return pc.match_substring_regex(texts, rf"\A(?:{form})\z")


def _iso_day(text: str) -> str | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _day_in_london(text: str) -> str | None:
    """Return the day of a time with a zone, as clocks in London showed it."""
    day, clock = text[:10], _NOT_CLOCK.sub("", text[11:])
    try:
        return dt.datetime.fromisoformat(f"{day}T{clock}").astimezone(_LONDON).date().isoformat()
    except (ValueError, OverflowError):
        return None


def months(day_column: pa.Array) -> pa.DictionaryArray:
    """Return the `YYYY-MM` of a column of ISO days."""
    return on_distinct(day_column, lambda text: text[:7])


# --- what no date can be -----------------------------------------------------------------------------


class Plausible(NamedTuple):
    """The days, as ISO text, between which a date is plausible, both included."""

    first: str
    last: str

    @classmethod
    def of(cls, as_of: dt.date, *, first_year: int, past: bool, planned: bool = False) -> Plausible:
        """Return the bounds on the day of the run: ``past`` where nothing can be to come, ``planned`` where all may."""
        last = as_of.isoformat() if past else "9999-12-31" if planned else f"{as_of.year + 1:04}-12-31"
        return cls(f"{first_year:04}-01-01", last)

    def near(self, first: str, last: str, days_apart: int) -> Plausible:
        """Return the bounds drawn in to ``days_apart`` days around a period, given by its first and last day."""
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        apart = dt.timedelta(days=days_apart)
        return Plausible(max(self.first, (start - apart).isoformat()), min(self.last, (end + apart).isoformat()))

    def without(self, day_column: pa.Array) -> Mask:
        """Return where an ISO day lies outside the bounds."""
        return mask_on_distinct(day_column, lambda day: not self.first <= day <= self.last)


class MonthFirst(NamedTuple):
    """Dates of one column that may have been written month first: how many are bad, how many good ones are in doubt."""

    bad: int
    doubtful: int
    first: int


def month_first(column: pa.Array) -> MonthFirst | None:
    """Return what speaks for dates written month first, None where nothing does; ``first`` is the place of a bad one.

    Bad cells that would be dates month first make good ones doubtful, where those that are written alike all have
    days that could be months: `02/13/2024` beside `02/01/2024`.  Cells of a workbook's dates arrive as ISO text.
    """
    turned = mask_on_distinct(column, _is_turned)
    if not turned.any():
        return None
    day = days(column, time_allowed=True)
    low = mask_on_distinct(day, lambda text: int(text[8:]) <= _LAST_MONTH)
    slashed = mask_on_distinct(column, lambda text: text[2:3] == "/")
    doubtful = 0
    for alike in (slashed, ~slashed):
        good = filled(day) & alike
        if good.any() and low[good].all():
            doubtful += int(good.sum())
    return MonthFirst(int(turned.sum()), doubtful, int(np.argmax(turned))) if doubtful else None


_MONTH_FIRST = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}})(?:[ T]{_CLOCK}.*)?", re.ASCII)


def _is_turned(text: str) -> bool:
    """Return whether ``text`` is no date day first, and one month first."""
    found = _MONTH_FIRST.fullmatch(text)
    if found is None or int(found[3]) <= _LAST_MONTH:
        return False
    try:
        dt.date(int(found[4]), int(found[1]), int(found[3]))
    except ValueError:
        return False
    return True


SERIAL: Final = "serial"
ISO: Final = "YYYY-MM-DD"
#: The months as people call them, the first first.
MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORT: Final = tuple(name[:3] for name in MONTHS)
_TOKEN = re.compile(r"YYYY|YY|MM|DD|Month|Mon|M|D")
_PARTS: Final = {
    "YYYY": "(?P<y>[0-9]{4})",
    "YY": "(?P<y>[0-9]{2})",
    "MM": "(?P<m>[0-9]{1,2})",
    "M": "(?P<m>[0-9]{1,2})",
    "DD": "(?P<d>[0-9]{1,2})",
    "D": "(?P<d>[0-9]{1,2})",
    "Mon": f"(?P<name>{'|'.join(('sept', *_SHORT))})",
    "Month": f"(?P<name>{'|'.join(MONTHS)})",
}
_TIME_BEHIND = r"(?:[ T](?P<clock>(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)(?:\.0+)?)?"
_MIDNIGHT = re.compile("0?0:00(?::00)?")
_SERIAL = re.compile(r"([1-9][0-9]{4})(?:\.[0-9]+)?")
#: The day before the first in the system of 1900, which counts a 29 February 1900 that never was.
_BEFORE_FIRST = dt.date(1899, 12, 30)


def is_form(form: str) -> bool:
    """Return whether a text is the form of a date: a day, a month and a year, each once; or `serial`."""
    if form == SERIAL:
        return True
    parts = sorted(part[0] for part in _TOKEN.findall(form))
    rest = _TOKEN.sub("", form)
    return parts == ["D", "M", "Y"] and all(each in "-/. ,'" for each in rest)


class Read(NamedTuple):
    """Dates as ISO text; a cell of no listed form is ``wrong`` where it would be read as a date all the same.

    Other cells of no form stay as they are: no date, and nothing reads them as one.
    """

    cells: pa.Array
    wrong: Mask


def read_dates(column: pa.Array, forms: Sequence[str]) -> Read:
    """Return a column whose cells are dates of ``forms`` and no others; a time may stand behind a date."""
    reads = [_reader(form) for form in forms]

    def iso(text: str) -> str:
        return next(filter(None, (read(text) for read in reads)), "") or _turned(text)

    cells = on_distinct(column, iso)
    known = facts_of_distinct(column, lambda text: any(read(text) for read in reads), dtype=np.bool_, empty=True)
    looks = filled(days(cells, time_allowed=True))
    return Read(cells, looks & ~known)


@lru_cache(maxsize=64)
def _reader(form: str) -> Callable[[str], str]:
    """Return what reads one form: "" where a text is not of it."""
    if form == SERIAL:
        return _serial
    pattern = re.compile(_joined(form) + _TIME_BEHIND, re.ASCII | re.IGNORECASE)

    def read(text: str) -> str:
        found = pattern.fullmatch(text)
        if found is None:
            return ""
        named = found.groupdict()
        month = _SHORT.index(named["name"][:3].lower()) + 1 if named.get("name") else int(found["m"])
        year = int(found["y"]) if len(found["y"]) > 2 else 2000 + int(found["y"])  # noqa: PLR2004 - two digits
        try:
            day = dt.date(year, month, int(found["d"])).isoformat()
        except ValueError:
            return ""
        clock = found["clock"]
        whole_clock = clock if not clock or clock[2] == ":" else f"0{clock}"
        return day if not clock or _MIDNIGHT.fullmatch(clock) else f"{day} {whole_clock}"

    return read


def _joined(form: str) -> str:
    """Return a form as a pattern."""
    end, pieces = 0, []
    for found in _TOKEN.finditer(form):
        pieces += [re.escape(form[end : found.start()]), _PARTS[found[0]]]
        end = found.end()
    return "".join((*pieces, re.escape(form[end:])))


def _serial(text: str) -> str:
    found = _SERIAL.fullmatch(text)
    return (_BEFORE_FIRST + dt.timedelta(days=int(found[1]))).isoformat() if found else ""


_NUMERIC = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{2})((?: .*)?)", re.ASCII)


def _turned(text: str) -> str:
    """Return a text of no form, its year with four digits: what is month first is then seen as that."""
    found = _NUMERIC.fullmatch(text)
    return f"{found[1]}{found[2]}{found[3]}{found[2]}20{found[4]}{found[5]}" if found else text
