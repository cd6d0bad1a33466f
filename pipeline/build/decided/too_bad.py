"""When so many rows of an extract are bad that the extract itself must be wrong."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.build.accounts import Fault
    from pipeline.build.candidate import CandidateRelease
    from pipeline.build.corridor import BuildResult
    from pipeline.build.inputs import DatasetInputs
    from pipeline.model.declaration import Feed
    from pipeline.model.periods import Period
    from pipeline.storage.state import MonthState


def refuse_too_bad(
    inputs: DatasetInputs,
    months: Mapping[Period, MonthState],
    candidates: Mapping[Period, CandidateRelease],
    nowhere: BuildResult | None,
) -> None:
    """Stop the dataset when too many rows of a file are bad, whichever months they belong to, if any.

    Rows of a month whose input has gone are in no file that is there.
    """
    limits = inputs.work.settings.limits
    bad: Counter[str] = Counter(nowhere.told.bad if nowhere else {})
    for month in {*months, *candidates} - inputs.found.gone:
        bad.update(candidates[month].told.bad if month in candidates else months[month].bad)
    rows = {path: receipt.rows for feed in inputs.found.receipts.values() for path, receipt in feed.items()}
    rows |= inputs.found.databases
    told = [each.told for each in candidates.values()] + ([nowhere.told] if nowhere else [])
    built = {path for each in told for path in each.bad}
    too_bad = sorted(
        path for path in built if bad[path] >= limits.bad_rows and bad[path] > limits.bad_share * rows.get(path, 0)
    )
    if too_bad:
        faults = [fault for each in told for fault in each.faults]
        feeds = {feed.name: feed for feed in inputs.dataset.feeds}
        lines = [f"{path}: {_commonest(path, faults, feeds, bad[path], rows.get(path, 0))}" for path in too_bad]
        listed = "" if inputs.work.writes else "run `pipeline publish`, which lists these rows; "
        raise InputError(
            "too-many-bad",
            f"more than {limits.bad_share:.0%} of the rows are bad: " + "; ".join(lines),
            where=f"dataset `{inputs.dataset.name}`",
            fix=f"{listed}`pipeline quarantine {inputs.dataset.name}` says where each bad row stands; correct "
            f"{' and '.join(too_bad)} and run again",
        )


def _commonest(path: str, faults: Iterable[Fault], feeds: Mapping[str, Feed], bad: int, rows: int) -> str:
    """Return what most of the bad rows of a file have in common, where it comes first, and how many are bad in all."""
    same: dict[tuple[str, str, str], list[Fault]] = {}
    for each in faults:
        if each.path == path:
            same.setdefault((each.code, each.feed, each.column), []).append(each)
    if not same:
        return f"{bad:,} of {rows:,}"
    (code, feed, column), found = max(same.items(), key=lambda pair: sum(each.rows for each in pair[1]))
    of = f" in {feeds[feed].in_words(column)}" if column else ""
    most, first = sum(each.rows for each in found), min(each.first for each in found)
    others = f" ({bad:,} rows are bad in all)" if bad != most else ""
    return f"{code}{of}: {most:,} of {rows:,}, first in row {first:,}{others}"
