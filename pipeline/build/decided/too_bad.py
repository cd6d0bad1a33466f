"""Refusing an extract with so many bad rows that the extract itself must be wrong."""

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
    """Raise `InputError` if too many rows of a file are bad, over all periods and rows without one.

    Periods whose files have gone do not count.
    """
    limits = inputs.work.settings.limits
    bad: Counter[str] = Counter(nowhere.report.bad if nowhere else {})
    for month in {*months, *candidates} - inputs.survey.gone:
        bad.update(candidates[month].report.bad if month in candidates else months[month].bad)
    rows = {path: receipt.rows for feed in inputs.survey.receipts.values() for path, receipt in feed.items()}
    rows |= inputs.survey.databases
    reports = [candidate.report for candidate in candidates.values()] + ([nowhere.report] if nowhere else [])
    built = {path for report in reports for path in report.bad}
    too_bad = sorted(
        path for path in built if bad[path] >= limits.bad_rows and bad[path] > limits.bad_share * rows.get(path, 0)
    )
    if too_bad:
        faults = [fault for report in reports for fault in report.faults]
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
    """Return the commonest fault of a file in words: its rows, its first row, and all bad rows of the file."""
    groups: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        if fault.path == path:
            groups.setdefault((fault.code, fault.feed, fault.column), []).append(fault)
    if not groups:
        return f"{bad:,} of {rows:,}"
    (code, feed, column), commonest = max(groups.items(), key=lambda group: sum(fault.rows for fault in group[1]))
    of = f" in {feeds[feed].in_words(column)}" if column else ""
    most, first = sum(fault.rows for fault in commonest), min(fault.first for fault in commonest)
    others = f" ({bad:,} rows are bad in all)" if bad != most else ""
    return f"{code}{of}: {most:,} of {rows:,}, first in row {first:,}{others}"
