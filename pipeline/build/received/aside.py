"""What is set aside with a build that was rejected, and what of the months is let go with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.model.findings import SUSPECT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pipeline.build.inputs import DatasetInputs, Survey
    from pipeline.build.received.history import History
    from pipeline.model.periods import Period
    from pipeline.storage.state import MonthState


def still_rejected(
    seen: History, months: Mapping[Period, MonthState], file_months: Mapping[str, Period]
) -> dict[str, Period]:
    """Return the extracts that came into no release but only into a build that was rejected, with its month."""
    return {
        path: month
        for month, month_state in months.items()
        if (build := _refused_build(month_state, month)) and seen.desk.lets_go(seen.dataset, month, build)
        for path in _to_blame(month_state, month, months, file_months)
        if seen.stands_unreleased(path, month_state.inputs.get(path, ""))
    }


def _refused_build(state: MonthState, month: Period) -> str:
    """Return the sha256 of the build that a decision may have let go: what waits, or what was let go before."""
    return state.waiting.built.csv_sha256 if state.waiting else state.rejected.get(month, "")


def _to_blame(
    state: MonthState, month: Period, months: Mapping[Period, MonthState], file_months: Mapping[str, Period]
) -> Iterator[str]:
    """Yield the extracts that a build was let go for: its own, and others whose month was let go with it."""
    if state.waiting:
        yield from (path for finding in state.waiting.findings for path in finding.paths if finding.code != SUSPECT)
        return
    for path in state.inputs:
        own = file_months.get(path, month)
        if own == month or (own in months and month in months[own].rejected):
            yield path


class Feeding(NamedTuple):
    """Which files feed which months: that of each, that of the rejected build of some, those whose own are all there.

    ``own_only``: a register's file feeds no other snapshot than its own, in whose place it has come.
    """

    months: Mapping[str, Period]
    rejected: Mapping[str, Period]
    common: Collection[Period]
    own_only: bool


def missed(
    months: Mapping[Period, MonthState], present: Collection[str], seen: History, feeding: Feeding
) -> dict[Period, set[str]]:
    """Return the released months that cannot be built, with the extracts that fed them and do not count now.

    A file of a rejected build is not there for other months than that and its own.
    """
    found: dict[Period, set[str]] = {}
    common = feeding.common
    for month, month_state in months.items():
        aside = {path for path, other in feeding.rejected.items() if month not in (other, feeding.months.get(path))}
        there = {*present} - aside
        if feeding.own_only:
            there = {path for path in there if feeding.months.get(path) == month}
        files = {file_of(path) for path in there} if month in common else set()
        missing = {
            path
            for path, sha256 in month_state.fed.items()
            if path not in there
            and (file_of(path) not in files or path in seen.aside | aside)  # what a file that is there holds now counts
            and not seen.never_counted(path, sha256)
            and not (seen.forgot(path, sha256) and month in common)  # it is built again without that file
        }
        if month_state.released and missing:
            found[month] = missing
    return found


def file_of(path: str) -> str:
    """Return the file that an extract is, or is a part of: `FILE#SHEET#PERIOD`."""
    return path.partition("#")[0]


def let_go(survey: Survey, months: Mapping[Period, MonthState]) -> dict[Period, MonthState]:
    """Return the months without what waits for no file: one that cannot be built any more, or whose file was let go."""
    aside = {*survey.history.let_go}
    kept = {
        month: month_state for month, month_state in months.items() if month_state.released or month in survey.opened
    }
    for month, each in kept.items():
        if each.waiting and month in survey.paused and aside & set(each.inputs):
            inputs = {path: "" if path in aside else sha256 for path, sha256 in each.inputs.items()}
            kept[month] = replace(each, waiting=None, inputs=inputs)
    return kept


def let_wait_no_longer(inputs: DatasetInputs, before: Mapping[Period, MonthState]) -> dict[Period, MonthState]:
    """Return the months, none of which waits whose extracts are no longer there: nobody could build it again.

    A release that is out stays; what was to take its place is built afresh when its extracts are back.
    """
    survey, today = inputs.survey, inputs.work.as_of
    dated = any(feed.source.whole for feed in inputs.dataset.feeds)
    present = {path for receipts in survey.receipts.values() for path in receipts}
    of_register = survey.file_months if inputs.dataset.period.register else {}
    this = inputs.dataset.period.of_day(today)
    months = dict(before)
    for month, month_state in before.items():
        if dated and month > this and month_state.released and month_state.released.released_on > today.isoformat():
            del months[month]  # all its events are to come: the day of that run lay ahead
        elif month_state.waiting and any(
            path not in present or of_register.get(path, month) != month for path in month_state.inputs
        ):
            if month_state.released is None:
                del months[month]
                continue
            afresh = {path: sha256 if path in present else "" for path, sha256 in month_state.inputs.items()}
            months[month] = replace(month_state, waiting=None, inputs=afresh)
    return months
