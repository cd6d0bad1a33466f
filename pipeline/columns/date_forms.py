"""Dates in the forms that a mapping names, as ISO text: `DD/MM/YY`, `DD-Mon-YYYY`, `serial`."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from pipeline.columns.arrays import facts_of_distinct, filled, on_distinct
from pipeline.columns.dates import days

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

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
_CLOCK = r"(?:[ T](?P<clock>(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)(?:\.0+)?)?"
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
    pattern = re.compile(_joined(form) + _CLOCK, re.ASCII | re.IGNORECASE)

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
