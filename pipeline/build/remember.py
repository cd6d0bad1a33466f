"""What a run leaves behind: a state that points to the new releases, and a journal of what came and went out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.storage.index import ReferenceIndex
from pipeline.storage.journal import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.storage.state import MonthState, State


def keep(work: Workplace, dataset: Dataset, before: State, new: State) -> None:
    """Remember what is new, and remove what nothing points to any more."""
    if new != before:
        remember(work, dataset, before, new)
    work.store.sweep(dataset.name, tuple(folders(new.months.values())))


def remember(work: Workplace, dataset: Dataset, before: State, new: State) -> None:
    """Point to the new releases: before this line the old ones are the last good state, after it the new ones."""
    for feed, receipts in new.receipts.items():
        for path, receipt in receipts.items():
            if before.receipts.get(feed, {}).get(path) != receipt:
                facts = {"path": path, "sha256": receipt.sha256, "bytes": receipt.bytes, "rows": receipt.rows}
                record(work.private, "received", {"dataset": dataset.name, "feed": feed, **facts})
    index = ReferenceIndex(work.store, dataset.name, dataset.references)
    for month, old in before.months.items():
        now = new.months[month].released if month in new.months else None
        if old.released and (now is None or old.released.folder != now.folder):
            index.replaced(month, old.released, now)
    work.store.remember(dataset.name, new)
    _record_months(work, dataset, before, new)


def _record_months(work: Workplace, dataset: Dataset, before: State, new: State) -> None:
    """Write into the journal which months were released, wait, or were withdrawn."""
    for month, month_state in new.months.items():
        was = before.months.get(month)
        which = {"dataset": dataset.name, "month": month}
        if month_state.released and (was is None or was.released != month_state.released):
            record(
                work.private,
                "released",
                {**which, "inputs": dict(month_state.inputs), "folder": month_state.released.folder},
            )
            _record_approval(work, which, month_state.released.csv_sha256)
        if month_state.waiting and (was is None or was.waiting != month_state.waiting):
            folder = month_state.waiting.built.folder
            record(work.private, "waiting", {**which, "inputs": dict(month_state.inputs), "folder": folder})
    for code, sha256 in sorted({*_sums(new)} - {*_sums(before)}):
        record(work.private, "asked", {"dataset": dataset.name, "code": code, "sha256": sha256})
    for month in before.months.keys() - new.months.keys():
        if released := before.months[month].released:
            which = {"dataset": dataset.name, "month": month}
            record(work.private, "withdrawn", {**which, "folder": released.folder})
            _record_approval(work, which, released.csv_sha256)


def _sums(state: State) -> Iterable[tuple[str, str]]:
    """Yield what a decision may name of what waits beside the months."""
    return ((finding.code, finding.sha256) for finding in state.findings)


def _record_approval(work: Workplace, which: Mapping[str, str], sha256: str) -> None:
    """Write into the journal who approved a release, where that was needed."""
    desk = work.settings.desk
    approval = next(
        (
            decision
            for decision in desk.decisions
            if (decision.kind, decision.dataset, decision.sha256) == ("approve", which["dataset"], sha256)
        ),
        None,
    )
    if approval:
        decision = {"role": approval.role, "date": approval.date.isoformat(), "reason": approval.reason}
        record(work.private, "approved", {**which, "sha256": sha256, **decision})


def folders(months: Iterable[MonthState]) -> Iterable[str]:
    """Yield the folders of what is released and of what waits."""
    for month_state in months:
        if month_state.released:
            yield month_state.released.folder
        if month_state.waiting:
            yield month_state.waiting.built.folder
