"""Cells that a release keeps back: later builds keep them back as well until a decision lets them out."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.model.findings import Finding
from pipeline.model.wording import rows_in_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from pipeline.build.inputs import DatasetInputs, Stale, Survey
    from pipeline.model.periods import Period
    from pipeline.model.tables import RawTable, SafeTable
    from pipeline.settings.decisions import Desk
    from pipeline.storage.state import MonthState, State


class Weaker(NamedTuple):
    """Entries that only the public release keeps back, and their rows in the extracts, in words by path."""

    entries: frozenset[str]
    rows: Mapping[str, str]


def entries_of(safe: SafeTable, published: NDArray[np.int64], before: Collection[str]) -> frozenset[str]:
    """Return the entries kept back in published rows, with those of ``before`` whose rows are no longer there."""
    said = {text for kept in safe.kept for text in kept.entries.among(published).texts.tolist()}
    about = {text for kept in safe.kept for text in kept.about.among(published).texts.tolist()}
    return frozenset(said | {entry for entry in before if entry.partition(" ")[0] not in about})


def weaker_of(raw: RawTable, safe: SafeTable, published: NDArray[np.int64]) -> Weaker:
    """Return the entries kept back in published rows only because an earlier release kept them back."""
    weaker = [kept.weaker.among(published) for kept in safe.kept]
    rows = np.unique(np.concatenate([np.zeros(0, np.int64), *(texts.rows for texts in weaker)]))
    numbers = {path: raw.row[rows[raw.source[rows] == source]] for source, path in enumerate(raw.paths)}
    rows_by_path = {path: rows_in_words(found.tolist()) for path, found in numbers.items() if len(found)}
    return Weaker(frozenset(text for texts in weaker for text in texts.texts.tolist()), rows_by_path)


def together(feeds: Iterable[Weaker]) -> Weaker:
    """Return the entries and rows of several feeds as one."""
    weaker = list(feeds)
    entries = frozenset(entry for feed in weaker for entry in feed.entries)
    return Weaker(entries, {path: rows for feed in weaker for path, rows in feed.rows.items()})


NOTHING_WEAKER = Weaker(frozenset(), {})


def kept_back(inputs: DatasetInputs, stale: Stale) -> Collection[str]:
    """Return the entries that a build has to keep back because its release, or a withdrawn one, does."""
    state = inputs.months.get(stale.month)
    if state is None or state.released is None:
        return inputs.withdrawn.get(stale.month, ())
    let_out = is_let_out(inputs.dataset.name, stale.month, state, inputs.survey, stale.inputs)
    return {*state.kept_back} - ({*state.weaker} if let_out else set())


def is_let_out(dataset: str, period: Period, state: MonthState, survey: Survey, inputs: Mapping[str, str]) -> bool:
    """Return whether a decision about these extracts lets out what only the release of a period keeps back."""
    if not state.weaker:
        return False
    finding = _finding(dataset, period, state, survey.weakenings, inputs)
    return survey.history.desk.approval(finding) is not None


def let_out(
    dataset: str, stale: Iterable[Stale], months: Mapping[Period, MonthState], survey: Survey
) -> dict[str, int]:
    """Return how often each weakening of this run's builds was let out; an approval serves once."""
    times: dict[str, int] = {}
    for stale_month in stale:
        state = months.get(stale_month.month)
        if state and is_let_out(dataset, stale_month.month, state, survey, stale_month.inputs):
            weakening = _named(dataset, stale_month.month, state)
            times[weakening] = survey.weakenings.get(weakening, 0) + 1
    return times


def of_withdrawn(before: State, months: Mapping[Period, MonthState]) -> dict[Period, tuple[str, ...]]:
    """Return the entries kept back in withdrawn periods without a later release."""
    gone = {
        period: month_state.kept_back
        for period, month_state in before.months.items()
        if month_state.released and month_state.kept_back
    }
    known = {**before.kept_back, **gone}
    return {
        period: entries for period, entries in known.items() if period not in months or months[period].released is None
    }


def weakenings(
    dataset: str, months: Mapping[Period, MonthState], desk: Desk, times: Mapping[str, int]
) -> Iterator[Finding]:
    """Yield a finding for each period whose rows would be less protected than in its release."""
    for period, state in months.items():
        if state.weaker and state.released:
            finding = _finding(dataset, period, state, times, state.inputs)
            if desk.approval(finding) is None:
                yield finding


def _named(dataset: str, period: Period, state: MonthState) -> str:
    """Return the name of a weakening, which is the same for all extracts and repetitions."""
    return hashlib.sha256(json.dumps([dataset, period, sorted(state.weaker)]).encode()).hexdigest()


def _finding(
    dataset: str, period: Period, state: MonthState, times: Mapping[str, int], inputs: Mapping[str, str]
) -> Finding:
    number = len({entry.partition(" ")[0] for entry in state.weaker})
    weakening = _named(dataset, period, state)
    facts = [weakening, times.get(weakening, 0), sorted(inputs.items())]
    return Finding(
        code="protection-weakened",
        dataset=dataset,
        periods=(period,),
        words=f"{number:,} of the transactions would tell more than what is public; the stronger protection stands",
        counts={"transactions": number},
        paths=tuple(sorted(state.weaker_rows)),
        rows=dict(state.weaker_rows),
        binds=hashlib.sha256(json.dumps(facts).encode()).hexdigest(),
    )
