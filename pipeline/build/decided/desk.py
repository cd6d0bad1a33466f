"""Decisions that were carried out stay in force when they are lost: nothing that was let go comes back by itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.model.findings import LOST, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.build.received.history import History
    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.findings import Decision
    from pipeline.model.periods import Period
    from pipeline.settings.decisions import Desk
    from pipeline.storage.state import MonthState


def signed(work: Workplace, dataset: Dataset) -> Desk:
    """Return the desk on which approvals of a dataset count only where a post of its publisher made them that may."""
    publisher = work.settings.publisher(dataset.name, dataset.publisher)
    return work.settings.desk.signed_by(dataset.name, publisher.may_approve)


def remembering(desk: Desk, remembered: Sequence[Decision]) -> Desk:
    """Return the desk with what was carried out before and is lost now, unless an approval that came since lets in."""
    lost = [decision for decision in remembered if decision.lets_go and _is_lost(decision, desk.decisions, remembered)]
    lost = [finding for place, finding in enumerate(lost, 1) if not any(map(finding.is_about_same, lost[place:]))]
    return desk._replace(decisions=(*desk.decisions, *lost), lost=tuple(lost))


def _is_lost(decision: Decision, there: Sequence[Decision], remembered: Sequence[Decision]) -> bool:
    now = [other for other in there if decision.is_about_same(other)]
    then = Counter(other for other in remembered if decision.is_about_same(other))
    if not then - Counter(now):
        return False
    return not now or (not now[-1].lets_go and now[-1] not in Counter(now) - then)


def to_remember(
    seen: History, months: Mapping[Period, MonthState], remembered: Sequence[Decision]
) -> tuple[Decision, ...]:
    """Return the decisions about whatever is set aside: a file that came once, or a build of a month."""
    own = [decision for decision in seen.desk.decisions if decision.dataset == seen.dataset]
    carried_out = [
        last
        for last in own
        if last.lets_go
        and last == seen.desk.newest(last.is_about_same)
        and (_was_carried_out(last, seen, months) or any(map(last.is_about_same, remembered)))
    ]
    return tuple(own_decision for own_decision in own if any(map(own_decision.is_about_same, carried_out)))


def _was_carried_out(decision: Decision, seen: History, months: Mapping[Period, MonthState]) -> bool:
    if decision.path:
        return any(version.sha256 == decision.sha256 for version in seen.versions.get(decision.path, ()))
    return any(_holds_back(decision, month, month_state) for month, month_state in months.items())


def _holds_back(decision: Decision, month: Period, state: MonthState) -> bool:
    return state.rejected.get(month) == decision.sha256 and decision.period in ("", month)


def lost_decisions(seen: History, months: Mapping[Period, MonthState]) -> Iterator[Finding]:
    """Yield what is set aside by decisions that are lost: it stays so, and waits for a new decision."""
    for decision in seen.desk.lost:
        done = "rejected" if decision.kind == "reject" else "taken back"
        if decision.path in seen.let_go and seen.versions[decision.path][-1].sha256 == decision.sha256:
            yield _lost(seen, decision, decision.period, f"{decision.path} was {done}", paths=(decision.path,))
        for month, state in months.items():
            if not decision.path and _holds_back(decision, month, state):
                yield _lost(seen, decision, month, f"{month} was {done}")


def _lost(seen: History, decision: Decision, period: Period, done: str, *, paths: tuple[str, ...] = ()) -> Finding:
    file = seen.desk.path
    return Finding(
        code=LOST,
        dataset=seen.dataset,
        periods=(period,) if period else (),
        words=f"{done} on {decision.date}, and {file} does not say so any more: it stays set aside; restore {file}",
        paths=paths,
        binds=decision.sha256,
    )
