"""What the release of a month keeps back of its rows: a later build does so too, until somebody decides."""

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
    """What only a release keeps back: its entries, and the rows of the extracts in words, by path."""

    entries: frozenset[str]
    rows: Mapping[str, str]


def entries_of(safe: SafeTable, published: NDArray[np.int64], before: Collection[str]) -> frozenset[str]:
    """Return what is kept back of published rows, and what was ``before`` of those that are not there now."""
    said = {text for kept in safe.kept for text in kept.entries.among(published).texts.tolist()}
    about = {text for kept in safe.kept for text in kept.about.among(published).texts.tolist()}
    return frozenset(said | {entry for entry in before if entry.partition(" ")[0] not in about})


def weaker_of(raw: RawTable, safe: SafeTable, published: NDArray[np.int64]) -> Weaker:
    """Return what is kept back of published rows only because releases did so."""
    weaker = [kept.weaker.among(published) for kept in safe.kept]
    rows = np.unique(np.concatenate([np.zeros(0, np.int64), *(each.rows for each in weaker)]))
    found = {path: raw.row[rows[raw.source[rows] == source]] for source, path in enumerate(raw.paths)}
    said = {path: rows_in_words(each.tolist()) for path, each in found.items() if len(each)}
    return Weaker(frozenset(text for each in weaker for text in each.texts.tolist()), said)


def together(each: Iterable[Weaker]) -> Weaker:
    """Return what several feeds say as one."""
    said = list(each)
    entries = frozenset(entry for one in said for entry in one.entries)
    return Weaker(entries, {path: rows for one in said for path, rows in one.rows.items()})


NOTHING_WEAKER = Weaker(frozenset(), {})


def kept_back(inputs: DatasetInputs, stale: Stale) -> Collection[str]:
    """Return what a build of a period has to keep back as its release does, also one that was withdrawn."""
    state = inputs.months.get(stale.month)
    if state is None or state.released is None:
        return inputs.withdrawn.get(stale.month, ())
    let_out = is_let_out(inputs.dataset.name, stale.month, state, inputs.survey, stale.inputs)
    return {*state.kept_back} - ({*state.weaker} if let_out else set())


def is_let_out(dataset: str, period: Period, state: MonthState, survey: Survey, inputs: Mapping[str, str]) -> bool:
    """Return whether a decision lets out what only the release of a period keeps back, of the extracts that it saw."""
    if not state.weaker:
        return False
    asked = _finding(dataset, period, state, survey.weakenings, inputs)
    return survey.history.desk.approval(asked) is not None


def let_out(
    dataset: str, stale: Iterable[Stale], months: Mapping[Period, MonthState], survey: Survey
) -> dict[str, int]:
    """Return how often each weakening was let out that tonight's builds let out: an approval serves once."""
    times: dict[str, int] = {}
    for stale_month in stale:
        state = months.get(stale_month.month)
        if state and is_let_out(dataset, stale_month.month, state, survey, stale_month.inputs):
            named = _named(dataset, stale_month.month, state)
            times[named] = survey.weakenings.get(named, 0) + 1
    return times


def of_withdrawn(before: State, months: Mapping[Period, MonthState]) -> dict[Period, tuple[str, ...]]:
    """Return what was kept back of periods that were withdrawn and have no release since."""
    gone = {
        period: month_state.kept_back
        for period, month_state in before.months.items()
        if month_state.released and month_state.kept_back
    }
    known = {**before.kept_back, **gone}
    return {period: each for period, each in known.items() if period not in months or months[period].released is None}


def weakenings(
    dataset: str, months: Mapping[Period, MonthState], desk: Desk, times: Mapping[str, int]
) -> Iterator[Finding]:
    """Yield what waits: periods whose rows would be less protected than in their release."""
    for period, state in months.items():
        if state.weaker and state.released:
            asked = _finding(dataset, period, state, times, state.inputs)
            if desk.approval(asked) is None:
                yield asked


def _named(dataset: str, period: Period, state: MonthState) -> str:
    """Return what names a weakening, however often and of whatever extracts it is asked about."""
    return hashlib.sha256(json.dumps([dataset, period, sorted(state.weaker)]).encode()).hexdigest()


def _finding(
    dataset: str, period: Period, state: MonthState, times: Mapping[str, int], inputs: Mapping[str, str]
) -> Finding:
    number = len({entry.partition(" ")[0] for entry in state.weaker})
    named = _named(dataset, period, state)
    facts = [named, times.get(named, 0), sorted(inputs.items())]
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
