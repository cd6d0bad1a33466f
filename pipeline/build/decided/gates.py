"""What makes a built month wait for a person: its size, its categories, its last days, its shares of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.profile import PUBLIC, PUBLISHED, READ, days_of, figures_of, kept_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.model.declaration import Dataset, Feed, Share
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.settings.limits import Limits

    Counts = Mapping[str, Mapping[str, int]]

#: A new month is compared with so many months at most, so many months away at most.
MOST_NEAR = 12
FURTHEST = 24
#: Categories and outcomes are compared with the nearest of these, and with two at least.
_NEAREST = 3
_FEWEST = 2
#: Counts of which only the sum of all feeds is known, as the version before remembered them, have this name.
ALL_FEEDS = ""
#: What settles rows that are held back, by the reason of most of them.
_SETTLES = {
    "payee-needs-review": "classify their suppliers in data/reference/supplier-types.csv (`pipeline review suppliers`)",
    "month-not-open": "bring the extracts of the months that they belong to",
}


class Doubt(NamedTuple):
    """What one gate holds against a month: the code of a finding, the feed ("" all) and what of it, and the words."""

    code: str
    feed: str
    what: str
    words: str
    counts: Mapping[str, int]

    @property
    def standing(self) -> tuple[str, str, str]:
        """What is compared with the last release: what stood there already holds back nothing new."""
        return self.code, self.feed, self.what


def nearest_months(kind: PeriodKind, month: Period, known: Iterable[Period]) -> list[Period]:
    """Return the months that a month is compared with, the nearest first, the earlier first of two as near."""
    near = [(kind.apart(month, other), other) for other in known if other != month]
    return [other for apart, other in sorted(near) if apart <= FURTHEST][:MOST_NEAR]


def doubts_of_size(now: Counts, last: Counts, limits: Limits, *, explained: bool) -> tuple[Doubt, ...]:
    """Return what speaks against a month beside its own last release; ``explained``: why other rows are published."""
    return _once(
        doubt
        for what in ((READ,) if explained else (READ, PUBLISHED))
        for feed, rows, before in _pairs(now, last, what)
        for doubt in _against_own(feed, what, rows, before, limits)
    )


def doubts_of_places(dataset: Dataset, now: Counts, last: Counts, limits: Limits) -> tuple[Doubt, ...]:
    """Return what speaks against a month whose rows are counted: far fewer have a place than in its last release.

    A list of the force that lost lines does this, and no row is bad for it.
    """
    return tuple(
        Doubt("shrank", feed.name, column, words, {"rows": rows, "before": before})
        for column in (dataset.counting.placed if dataset.counting else ())
        for feed in dataset.feeds
        for rows, before in [[sum(each.get(values_of(column, feed.name), {}).values()) for each in (now, last)]]
        for words in [f"{rows:,} rows of {feed.name} have a `{column}`, in its last release {before:,}"]
        if before - rows >= limits.shrink_rows and rows < limits.shrink_share * before
    )


def doubts_of_snapshot(
    now: Counts, others: Iterable[tuple[Period, Counts]], limits: Limits, *, explained: bool
) -> tuple[Doubt, ...]:
    """Return what speaks against the size of a register beside ``others``: what is gone from it, however few rows."""
    return _once(
        Doubt("shrank", feed, what, f"{_rows(feed, what, rows)}, the snapshot of {month} {before:,}", counts)
        for what in ((READ,) if explained else (READ, PUBLISHED))
        for month, other in others
        for feed, rows, before in _pairs(now, other, what)
        for counts in [{"rows": rows, "before": before}]
        if rows < limits.shrink_share * before
    )


def doubts_of_new(now: Counts, near: Sequence[Counts], limits: Limits) -> tuple[Doubt, ...]:
    """Return what speaks against the size of a month that was never released, beside the nearest months."""
    found: list[Doubt] = []
    for what in (READ, PUBLISHED):
        for feed, rows in now.get(what, {}).items():
            others = [counts[what][feed] for counts in near if feed in counts.get(what, {})]
            found += _against_others(feed, what, rows, others, limits)
    return _once(found)


def doubts_of_content(
    dataset: Dataset, month: Period, now: Counts, near: Sequence[Counts], limits: Limits
) -> tuple[Doubt, ...]:
    """Return what speaks against what a month holds: nothing public, a category gone, last days or shares odd."""
    return (
        *_held_back(now),
        *_gone(dataset, now, near, limits),
        *(doubt for feed in dataset.feeds if feed.dated_by for doubt in _cut_off(feed, month, now, limits)),
        *(doubt for share in dataset.shares for doubt in _jumped(share, now, near, limits)),
    )


def _once(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Return the first doubt of each code and feed: where other rows were read, other rows are published too."""
    found: dict[tuple[str, str], Doubt] = {}
    for doubt in doubts:
        found.setdefault((doubt.code, doubt.feed), doubt)
    return tuple(found.values())


def _pairs(now: Counts, last: Counts, what: str) -> Iterator[tuple[str, int, int]]:
    rows, before = now.get(what, {}), last.get(what, {})
    if set(before) == {ALL_FEEDS}:
        yield ALL_FEEDS, sum(rows.values()), before[ALL_FEEDS]
        return
    for feed in before:
        yield feed, rows.get(feed, 0), before[feed]


def _against_own(feed: str, what: str, rows: int, before: int, limits: Limits) -> Iterator[Doubt]:
    if abs(rows - before) < limits.shrink_rows:
        return
    words = f"{_rows(feed, what, rows)}, its last release {before:,}"
    counts = {"rows": rows, "before": before}
    if rows < limits.shrink_share * before:
        yield Doubt("shrank", feed, what, words, counts)
    elif rows > limits.grow_share * before:
        yield Doubt("grew", feed, what, words, counts)


def _against_others(feed: str, what: str, rows: int, others: Sequence[int], limits: Limits) -> Iterator[Doubt]:
    if not others:
        return
    mean = sum(others) / len(others)
    if abs(rows - mean) < limits.shrink_rows:
        return
    few = len(others) < _NEAREST
    words = f"{_rows(feed, what, rows)}, the {len(others)} nearest months {mean:,.0f} on average"
    if len(others) == 1:
        words = f"{_rows(feed, what, rows)}, the nearest month {mean:,.0f}"
    counts = {"rows": rows, "before": round(mean)}
    if rows < limits.new_shrink_share * mean and (few or rows < limits.new_lowest_share * min(others)):
        yield Doubt("shrank", feed, what, words, counts)
    elif rows > limits.new_grow_share * mean and (few or rows > limits.new_highest_share * max(others)):
        yield Doubt("grew", feed, what, words, counts)


def _rows(feed: str, what: str, rows: int) -> str:
    of = f" of {feed}" if feed else ""
    return f"it holds {rows:,} rows{of}" if what == READ else f"it publishes {rows:,} rows{of}"


def _held_back(now: Counts) -> Iterator[Doubt]:
    read, public = now.get(READ, {}), now.get(PUBLIC, {})
    for feed, rows in read.items():
        kept = now.get(kept_of(feed), {})
        # events that are still to come are public only where the day of a run lay ahead: they are taken out again
        if rows and not public.get(feed) and kept.get("not-yet-held", 0) < rows:
            reason = max(kept, key=lambda code: (kept[code], code), default="")
            words = f"none of its {rows:,} rows of {feed} would be published: "
            words += f"{kept.get(reason, 0):,} are kept back as {reason}; "
            fix = _SETTLES.get(reason, "correct the extract, or approve it if that is right")
            yield Doubt("all-held-back", feed, "", words + fix, {"rows": rows, "kept": kept.get(reason, 0)})
    if read and not any(read.values()):
        yield Doubt("shrank", ALL_FEEDS, "empty", "it holds no rows", {"rows": 0})


def _gone(dataset: Dataset, now: Counts, near: Sequence[Counts], limits: Limits) -> Iterator[Doubt]:
    for column in dataset.categories:
        names = [values_of(column, feed.name) for feed in dataset.feeds]
        if not any(name in now for name in names):
            continue
        known = [counts for counts in near if any(name in counts for name in names)]
        before = [_of_all_feeds(dataset, column, counts) for counts in known[:_NEAREST]]
        if len(before) < _FEWEST:
            continue
        held = _of_all_feeds(dataset, column, now)
        for value in sorted(set.intersection(*map(set, before))):
            least = min(counts[value] for counts in before)
            if least >= limits.category_rows and not held.get(value):
                # the value is an entry of a closed list, and is public in each of these months
                words = f"no row has `{value}` in `{column}`, where each of the nearest months has {least:,} or more"
                yield Doubt("category-gone", "", f"{column}: {value}", words, {"before": least})


def _of_all_feeds(dataset: Dataset, column: str, counts: Counts) -> dict[str, int]:
    found: dict[str, int] = {}
    for feed in dataset.feeds:
        for value, rows in counts.get(values_of(column, feed.name), {}).items():
            found[value] = found.get(value, 0) + rows
    return found


def _cut_off(feed: Feed, month: Period, now: Counts, limits: Limits) -> Iterator[Doubt]:
    days = {int(day): rows for day, rows in now.get(days_of(feed.name), {}).items() if rows}
    if not days:
        return
    last = max(days)
    missing = feed.period.place(month, feed.period.last_day(month).isoformat()) - last
    empty = last - len(days)
    often = sum(days.values()) >= limits.last_days_rows * last
    if missing >= limits.last_days and often and empty <= limits.last_days_gaps:
        words = f"no row of {feed.name} is of its last {missing} days: the file may be cut off"
        yield Doubt("days-missing", feed.name, str(last), words, {"days": missing})


def _jumped(share: Share, now: Counts, near: Sequence[Counts], limits: Limits) -> Iterator[Doubt]:
    found = _share(share, now)
    others = [each for each in (_share(share, each) for each in near) if each and each[1]]
    if not found or not found[1] or not others:
        return
    rows, every = found
    shares = [part / whole for part, whole in others]
    counts = {"rows": rows, "of": every}
    words = f"{rows:,} of {every:,} rows of {share.feed} are {share.title}"
    if share.whole:
        nearest = shares[:_NEAREST]
        if rows == every >= limits.jump_rows and len(nearest) >= _FEWEST and max(nearest) < 1:
            yield Doubt("share-jumped", share.feed, share.title, words, counts)
        return
    mean = sum(shares) / len(shares)
    if rows >= limits.jump_rows and rows / every > max(limits.jump_share, limits.jump_times * mean):
        words += f", {mean:.0%} in the nearest months"
        tenth = int(10 * rows / every)
        yield Doubt("share-jumped", share.feed, f"{share.title}: {tenth}", words, counts)


def _share(share: Share, counts: Counts) -> tuple[int, int] | None:
    """Return how many published rows of the feed are watched, and how many there are; None where that is not known."""
    every = counts.get(PUBLIC, {}).get(share.feed)
    if every is None:
        return None
    if share.figure:
        rows = counts.get(figures_of(share.feed), {}).get(share.figure)
        return None if rows is None else (rows, every)
    values = counts.get(values_of(share.column, share.feed))
    return None if values is None else (values.get(share.value, 0), every)
