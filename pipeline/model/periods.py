"""Calendar months by name (`2024-01`): the periods that everything here is released by."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: A calendar month, `YYYY-MM`; text sorts as time does.
Month = str
#: Where rows that belong to no month are accounted.
NO_MONTH = "none"

#: How a month is written.
MONTH_FORM = r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])"
_MONTHS = 12
#: So many runs of rows are said of one file.
_MOST_RUNS = 12


def month_of(path: str) -> Month:
    """Return the month that a file, or a part of a database, is named after; "" where it is named after none."""
    named = re.search(MONTH_FORM, path.rpartition("/")[2])
    return named[0] if named else ""


def neighbour(month: str, months: int) -> str:
    """Return the month so many ``months`` after ``month``, before it where that is negative."""
    year, number = divmod(_number(month) + months, _MONTHS)
    return f"{year:04}-{number + 1:02}"


def months_between(first: str, last: str) -> Iterator[str]:
    """Yield every month from ``first`` to ``last``, both included."""
    for months in range(_number(last) - _number(first) + 1):
        yield neighbour(first, months)


def months_apart(one: str, other: str) -> int:
    """Return how many months lie between two months, whichever comes first."""
    return abs(_number(one) - _number(other))


def ranges(months: Iterable[Month]) -> list[str]:
    """Return months in their order, each run of them as `2024-01 to 2024-03`; what is no month stands by itself."""
    found: list[list[Month]] = []
    for month in sorted(set(months)):
        if found and NO_MONTH not in (month, found[-1][-1]) and neighbour(found[-1][-1], 1) == month:
            found[-1].append(month)
        else:
            found.append([month])
    return [run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in found]


def rows_in_words(numbers: Iterable[int]) -> str:
    """Return how many rows there are, and their numbers: each run of them as `5 to 7`, of many runs the first."""
    rows = sorted(set(numbers))
    starts = [place for place, row in enumerate(rows) if place == 0 or row != rows[place - 1] + 1]
    runs = [rows[start:end] for start, end in zip(starts, [*starts[1:], len(rows)], strict=True)]
    said = [f"{run[0]:,}" if len(run) == 1 else f"{run[0]:,} to {run[-1]:,}" for run in runs[:_MOST_RUNS]]
    return f"{len(rows):,} row{'s' * (len(rows) != 1)}: {', '.join(said)}{' ...' * (len(runs) > _MOST_RUNS)}"


def last_day(month: str) -> dt.date:
    """Return the last day of ``month``."""
    year, number = int(month[:4]), int(month[5:])
    return dt.date(year, number, calendar.monthrange(year, number)[1])


def is_running(month: str, day: dt.date) -> bool:
    """Return whether ``month`` has not ended before ``day``."""
    return last_day(month) >= day


def _number(month: str) -> int:
    return int(month[:4]) * _MONTHS + int(month[5:]) - 1
