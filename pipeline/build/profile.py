"""The profile of a month: counts by name, by what is counted, that later builds are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, plain, whole
from pipeline.columns.dates import days
from pipeline.model.reasons import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.reasons import Account
    from pipeline.model.tables import RawTable
    from pipeline.release.publishable import Part

#: Counts by name, by what is counted; `READ`, `PUBLISHED` and `PUBLIC` are by feed.
Profile = dict[str, dict[str, int]]

#: Rows as read, without copies of the same record.
READ = "read"
#: Rows that are published or will be once a list or the day lets them, so that neither makes a month grow.
PUBLISHED = "published"
#: Rows that are published now.
PUBLIC = "public"
_COPY = "duplicate"
_FOR_NOW = ("payee-needs-review", "not-yet-held")


def days_of(feed: str) -> str:
    """Return under which name a profile has the rows of a feed by the day of their month."""
    return f"days of {feed}"


def figures_of(feed: str) -> str:
    """Return under which name a profile has the figures of a feed's published rows."""
    return f"figures of {feed}"


def kept_of(feed: str) -> str:
    """Return under which name a profile has the rows of a feed that are not published, by reason."""
    return f"kept of {feed}"


def values_of(column: str, feed: str) -> str:
    """Return under which name a profile has a feed's published rows by the value of a column."""
    return f"{column} of {feed}"


def profile_of_accounts(accounts: Iterable[Account]) -> Profile:
    """Return what accounts alone say of a month."""
    made: Profile = {READ: {}, PUBLISHED: {}, PUBLIC: {}}
    for account in accounts:
        public = account.outcome is Outcome.PUBLISHED
        counts = {
            READ: account.rows if account.reason != _COPY else 0,
            PUBLISHED: account.rows if public or account.reason in _FOR_NOW else 0,
            PUBLIC: account.rows if public else 0,
        }
        for name, rows in counts.items():
            made[name][account.feed] = made[name].get(account.feed, 0) + rows
        if not public:
            made.setdefault(kept_of(account.feed), {})[account.reason] = account.rows
    return made


def profile_of_feed(
    dataset: Dataset, feed: Feed, raw: RawTable, part: Part, *, figures: Mapping[str, int], month: Period
) -> Profile:
    """Return what one feed adds to the profile of ``month`` beside its accounts."""
    made: Profile = {figures_of(feed.name): dict(figures)}
    if feed.dated_by:
        made[days_of(feed.name)] = _by_day(raw.cells[feed.dated_by], feed.period, month)
    shares = [share.column for share in dataset.shares if share.column and share.feed == feed.name]
    chosen = pa.array(part.chosen)
    placed = dataset.counting.placed if dataset.counting else ()
    for column in dict.fromkeys((*dataset.categories, *shares, *placed)):
        made[values_of(column, feed.name)] = _by_value(whole(part.text.column(column)).take(chosen))
    return made


def _by_day(dates: pa.Array, kind: PeriodKind, period: Period) -> dict[str, int]:
    column = days(whole(dates), time_allowed=True)
    numbers = facts_of_distinct(column, lambda day: kind.place(period, day), dtype=np.int32, empty=0)
    return {f"{number:02}": count for number, count in enumerate(np.bincount(numbers).tolist()) if number and count}


def _by_value(column: pa.Array) -> dict[str, int]:
    counts = pc.value_counts(plain(column).drop_null()).to_pylist()
    return {each["values"]: each["counts"] for each in sorted(counts, key=lambda each: str(each["values"]))}


def merged(profiles: Sequence[Profile]) -> Profile:
    """Return all profiles as one; they are of different feeds."""
    made: Profile = {}
    for profile in profiles:
        for name, counts in profile.items():
            made.setdefault(name, {}).update(counts)
    return made
