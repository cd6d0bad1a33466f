"""Which build of a derived period is public from now on: the newest, unless it waits for a decision or was rejected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.build.protected.recovered import RECOVERED
from pipeline.model.findings import Finding
from pipeline.storage.state import Waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.periods import Period
    from pipeline.settings.decisions import Desk
    from pipeline.storage.state import Built, MonthState


def waiting_for(dataset: str, period: Period, built: Built, doubts: Mapping[str, str]) -> Waiting | None:
    """Return what a build waits for: nothing where its recipe doubts nothing; ``doubts`` are words by code."""
    held = f"releases/{dataset}/{built.folder}/{dataset}-{period}.csv"
    findings = tuple(
        Finding(code=code, dataset=dataset, periods=(period,), words=words, held=held, binds=built.csv_sha256)
        for code, words in doubts.items()
    )
    return Waiting(built=built, findings=findings) if findings else None


def let_in(
    desk: Desk, dataset: str, before: Mapping[Period, MonthState], months: Mapping[Period, MonthState]
) -> dict[Period, MonthState]:
    """Return the periods with the builds that may be public; those that wait or were rejected keep their last release.

    What waits because the memory was lost is not judged here.
    """
    found: dict[Period, MonthState] = {}
    for period, month_state in months.items():
        was = before.get(period)
        last, fed = (was.released, was.fed) if was else (None, {})
        built = month_state.waiting.built if month_state.waiting else month_state.released
        if built and desk.lets_go(dataset, period, built.csv_sha256):
            rejected = {period: built.csv_sha256}
            found[period] = replace(month_state, released=last, waiting=None, fed=fed, rejected=rejected)
        elif month_state.waiting and (asked := _unsettled(desk, month_state.waiting, last)):
            waiting = replace(month_state.waiting, findings=asked)
            found[period] = replace(month_state, released=last, waiting=waiting, fed=fed)
        else:
            fed = month_state.inputs if month_state.waiting else month_state.fed
            found[period] = replace(month_state, released=built, waiting=None, fed=fed)
    return found


def _unsettled(desk: Desk, waiting: Waiting, last: Built | None) -> tuple[Finding, ...]:
    """Return what nobody has settled of a build; the rows that are public already wait for nothing."""
    if last and last.csv_sha256 == waiting.built.csv_sha256:
        return ()
    return tuple(
        finding for finding in waiting.findings if finding.code != RECOVERED and desk.approval(finding) is None
    )
