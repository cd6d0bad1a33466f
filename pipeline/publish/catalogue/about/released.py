"""How a dataset is released: its newest period that is over, when that was first out, its open formats."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipeline.model.periods import Period
    from pipeline.model.release import Publication, Release

#: Formats that anybody may read with any program, by their media type (IANA).
_OPEN: Final = frozenset(
    (
        *("text/csv", "application/vnd.apache.parquet", "application/geo+json", "application/json"),
        *("text/calendar", "application/atom+xml", "text/html"),
    )
)


def newest_over(facts: Publication) -> Release:
    """Return the newest release whose period was over when it came out, the newest of all where there is none."""
    over = [each for each in facts.releases if facts.period.has_ended(each.month, each.released_on)]
    return max(over or facts.releases, key=lambda each: each.month)


def published_after(facts: Publication, period: Period) -> int | None:
    """Return how many days after its end a period was first out, None where its kind has no end that promises one."""
    first = facts.issued(period)
    kind = facts.period
    if kind.register or kind.only or not first:
        return None
    days = (dt.date.fromisoformat(first) - kind.last_day(period)).days
    return max(days, 0)


def open_formats(facts: Publication, release: Release) -> list[str]:
    """Return the titles of the open formats of a release."""
    found = {each.format for each in release.files}
    return [each.title for each in facts.formats.values() if each.ending in found and each.media_type in _OPEN]
