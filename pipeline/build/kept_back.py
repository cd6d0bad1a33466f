"""What the release of a month keeps back of its rows: a later build does so too, until somebody decides."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.arrays import plain
from pipeline.model.findings import Finding
from pipeline.model.wording import rows_in_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.model.periods import Period
    from pipeline.model.tables import RawTable, SafeTable
    from pipeline.settings.decisions import Desk
    from pipeline.storage.state import MonthState


class Weaker(NamedTuple):
    """What only a release keeps back: its entries, and the rows of the extracts in words, by path."""

    entries: frozenset[str]
    rows: Mapping[str, str]


def entries_of(safe: SafeTable, published: NDArray[np.int64]) -> frozenset[str]:
    """Return what is kept back of published rows."""
    return frozenset(
        entry for column in safe.kept_back for entry in plain(column).take(published).unique().drop_null().to_pylist()
    )


def weaker_of(raw: RawTable, safe: SafeTable, published: NDArray[np.int64]) -> Weaker:
    """Return what is kept back of published rows only because the release that is out does so."""
    rows = published[safe.weaker[published]]
    found = {path: raw.row[rows[raw.source[rows] == source]] for source, path in enumerate(raw.paths)}
    return Weaker(
        entries_of(safe, rows), {path: rows_in_words(each.tolist()) for path, each in found.items() if len(each)}
    )


def together(each: Iterable[Weaker]) -> Weaker:
    """Return what several feeds say as one."""
    said = list(each)
    entries = frozenset(entry for one in said for entry in one.entries)
    return Weaker(entries, {path: rows for one in said for path, rows in one.rows.items()})


NOTHING_WEAKER = Weaker(frozenset(), {})


def kept_back(dataset: str, period: Period, state: MonthState | None, desk: Desk) -> Collection[str]:
    """Return what a build of a period has to keep back as its release does: less what a decision lets out."""
    if state is None or state.released is None:
        return ()
    return {*state.kept_back} - ({*state.weaker} if is_let_out(dataset, period, state, desk) else set())


def is_let_out(dataset: str, period: Period, state: MonthState, desk: Desk) -> bool:
    """Return whether a decision lets out what only the release of a period keeps back."""
    return bool(state.weaker) and desk.approval(_finding(dataset, period, state)) is not None


def weakenings(dataset: str, periods: Mapping[Period, MonthState], desk: Desk) -> Iterator[Finding]:
    """Yield what waits: periods whose rows would be less protected than in their release."""
    for period, state in periods.items():
        if state.weaker and state.released and not is_let_out(dataset, period, state, desk):
            yield _finding(dataset, period, state)


def _finding(dataset: str, period: Period, state: MonthState) -> Finding:
    number = len({entry.partition(" ")[0] for entry in state.weaker})
    out = state.released
    facts = [dataset, period, sorted(state.weaker), out and [out.csv_sha256, out.released_on]]
    return Finding(
        code="protection-weakened",
        dataset=dataset,
        periods=(period,),
        words=f"{number:,} of the transactions would tell more than in what is public; the stronger protection stands",
        counts={"transactions": number},
        paths=tuple(sorted(state.weaker_rows)),
        rows=dict(state.weaker_rows),
        binds=hashlib.sha256(json.dumps(facts).encode()).hexdigest(),
    )
