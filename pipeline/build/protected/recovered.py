"""After the private memory was rebuilt: whatever goes out afterwards waits until a person has looked at it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.model.findings import Finding
from pipeline.storage.state import Waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.periods import Period
    from pipeline.settings.decisions import Desk
    from pipeline.storage.state import Built, MonthState

#: A month whose memory was rebuilt says so among what it was made from.
RECOVERED: Final = "recovered"


class Mark(NamedTuple):
    """The day on which a memory was rebuilt, and how many decisions there were."""

    day: str
    decisions: int = 0

    @property
    def text(self) -> str:
        """What a month remembers of it."""
        return f"{self.day} {self.decisions}"

    @classmethod
    def of(cls, text: str) -> Mark:
        """Return what a month remembers; an older version remembered the day alone."""
        day, _, decisions = text.partition(" ")
        return cls(day, int(decisions or 0))


def hold_recovered(
    desk: Desk, dataset: str, before: Mapping[Period, MonthState], after: Mapping[Period, MonthState]
) -> tuple[dict[Period, MonthState], frozenset[Period]]:
    """Return the months with other rows than the public ones waiting, and new months beside them; and which these are.

    A month keeps its mark until somebody has let in other rows of it: the same rows say nothing of later ones.
    """
    marks = {
        month: month_state.made_from[RECOVERED]
        for month, month_state in before.items()
        if RECOVERED in month_state.made_from
    }
    newest = max(marks.values(), default="")
    since = {month: Mark.of(marks.get(month, newest)) for month in after}
    months, held = dict(after), set()
    for month, now in after.items():
        was = before.get(month)
        last = was.released if was else None
        found = None
        if month in marks or (marks and last is None) or _waited(was):
            found = _other_rows(dataset, month, last, now)
        let_in = found is not None and _is_let_in(desk, found, since=since[month])
        if found and not let_in:
            held.add(month)
            months[month] = _held(now, was, found)
        if month in marks and (now.waiting or not let_in):
            months[month] = replace(months[month], made_from={**now.made_from, RECOVERED: marks[month]})
        elif RECOVERED in now.made_from:
            made_from = {name: text for name, text in now.made_from.items() if name != RECOVERED}
            months[month] = replace(months[month], made_from=made_from)
    return months, frozenset(held)


def _is_let_in(desk: Desk, found: Finding, *, since: Mark) -> bool:
    """Return whether somebody let in what was found: what was looked at before the loss knew other protections."""
    approval = desk.approval(found)
    if approval is None:
        return False
    later = desk.decisions[since.decisions :] if approval.date.isoformat() == since.day else (approval,)
    return approval.date.isoformat() >= since.day and approval in later


def _waited(was: MonthState | None) -> bool:
    waiting = was.waiting if was else None
    return waiting is not None and any(finding.code == RECOVERED for finding in waiting.findings)


def _other_rows(dataset: str, month: Period, last: Built | None, now: MonthState) -> Finding | None:
    """Return that a month is, or would be, other rows than the public ones, nothing where it is the same."""
    built = now.waiting.built if now.waiting else now.released
    if built is None or (last and last.csv_sha256 == built.csv_sha256):
        return None
    snapped = "; its places are snapped by the list of map points of today" if built.points else ""
    return Finding(
        code=RECOVERED,
        dataset=dataset,
        periods=(month,),
        words=f"the private memory was lost, and what is now built holds {built.rows:,} rows, "
        f"what is public {last.rows if last else 0:,}{snapped}",
        held=f"releases/{dataset}/{built.folder}/{dataset}-{month}.csv",
        binds=built.csv_sha256,
    )


def _held(now: MonthState, was: MonthState | None, found: Finding) -> MonthState:
    """Return a month that waits for ``found`` too, its last release public."""
    if now.waiting or now.released is None:
        others = now.waiting
        return replace(now, waiting=others and replace(others, findings=(*others.findings, found)))
    waiting = Waiting(built=now.released, findings=(found,), profile=now.profile)
    if was is None:
        return replace(now, released=None, waiting=waiting, profile={}, fed={})
    return replace(now, released=was.released, waiting=waiting, profile=was.profile, fed=was.fed)
