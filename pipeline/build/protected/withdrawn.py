"""Months that are public of a file that was taken back, and that nothing else can take the place of.

What is made from releases, or of one database, has no file a period: that is taken back by the name of its own public
file, and is not made until somebody lets it in again, whatever becomes of what it is made from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.received.history import History
from pipeline.model.findings import Finding
from pipeline.release.change_log import withdrawal
from pipeline.storage.state import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.build.inputs import DatasetInputs
    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.findings import Decision
    from pipeline.model.periods import Period
    from pipeline.model.release import ChangeNote
    from pipeline.settings.decisions import Desk
    from pipeline.storage.state import Built, MonthState, State


class Withdrawals(NamedTuple):
    """The months that stay, what waits to be withdrawn, and lines for the change log."""

    months: dict[Period, MonthState]
    findings: list[Finding]
    notes: list[ChangeNote]


def withdraw(inputs: DatasetInputs, months: Mapping[Period, MonthState]) -> Withdrawals:
    """Return the months without those whose withdrawal was approved, and what is to be said of the others."""
    found = Withdrawals(dict(months), [], [])
    for month, released, paths in _taken_back(inputs, months):
        asked = _finding(inputs, month, released, paths)
        if inputs.work.settings.desk.approval(asked):
            found.notes.append(withdrawal(month, inputs.work.as_of.isoformat(), rows=released.rows))
            del found.months[month]
        else:
            found.findings.append(asked)
    if any(feed.source.whole for feed in inputs.dataset.feeds):
        found = _with_those_of_no_file(inputs, found)
    return found


def _with_those_of_no_file(inputs: DatasetInputs, found: Withdrawals) -> Withdrawals:
    """Return what is withdrawn with the months of a database, and let the history know what they are called."""
    made = withdraw_made(inputs.work, inputs.dataset, found.months)
    seen = history_of_made(inputs.work, inputs.dataset, made.months, inputs.survey.opened)
    inputs.survey.history.versions.update(seen.versions)
    inputs.survey.history.forgotten.update(seen.forgotten)
    return Withdrawals(made.months, [*found.findings, *made.findings], [*found.notes, *made.notes])


def _taken_back(
    inputs: DatasetInputs, months: Mapping[Period, MonthState]
) -> Iterator[tuple[Period, Built, tuple[str, ...]]]:
    """Yield each month that is public of files that were taken back, and that cannot be built of others."""
    for month, month_state in months.items():
        if month_state.released and month not in inputs.survey.opened:
            seen = inputs.survey.history
            paths = tuple(sorted(path for path, sha256 in month_state.fed.items() if seen.forgot(path, sha256)))
            if paths and not {*paths} & {lost.path for lost in seen.desk.lost} & {*seen.let_go}:
                yield month, month_state.released, paths


def _finding(inputs: DatasetInputs, month: Period, released: Built, paths: tuple[str, ...]) -> Finding:
    words = f"put the right file there, or an approval withdraws the month with its {released.rows:,} rows"
    return _asked(inputs.dataset, month, released, paths, words)


def _asked(dataset: Dataset, month: Period, released: Built, paths: tuple[str, ...], words: str) -> Finding:
    return Finding(
        code="withdrawn",
        dataset=dataset.name,
        periods=(month,),
        words=f"{' and '.join(paths)} was taken back: {words}",
        paths=paths,
        held=f"releases/{dataset.name}/{released.folder}/{dataset.name}-{month}.csv",
        binds=released.csv_sha256,
    )


# --- what has no file a period -------------------------------------------------------------------------


def withdraw_made(work: Workplace, dataset: Dataset, months: Mapping[Period, MonthState]) -> Withdrawals:
    """Return the periods without those whose withdrawal was approved, and what is to be said of the others."""
    found = Withdrawals(dict(months), [], [])
    for period, month_state in months.items():
        if month_state.released and _forgotten(work.settings.desk, dataset, period):
            words = f"an approval withdraws it with its {month_state.released.rows:,} rows, until it is let in again"
            asked = _asked(dataset, period, month_state.released, (_file(dataset, period),), words)
            if work.settings.desk.approval(asked):
                found.notes.append(withdrawal(period, work.as_of.isoformat(), rows=month_state.released.rows))
                del found.months[period]
            else:
                found.findings.append(work.settings.desk.marked(asked))
    return found


def stay_withdrawn(desk: Desk, dataset: Dataset, state: State, periods: Iterable[Period]) -> tuple[Period, ...]:
    """Return the periods that were taken back and are public no longer: they are not made."""
    public = {period for period, month_state in state.months.items() if month_state.released}
    return tuple(each for each in periods if each not in public and _forgotten(desk, dataset, each))


def history_of_made(
    work: Workplace, dataset: Dataset, months: Mapping[Period, MonthState], gone: Iterable[Period]
) -> History:
    """Return what is remembered of the public file of each period, of those that have ``gone`` too.

    What was taken back is remembered as it was then, so that the decision about it is found again.
    """
    released = {period: month_state.released for period, month_state in months.items() if month_state.released}
    desk = work.settings.desk
    taken = {_file(dataset, each): found for each in {*released, *gone} if (found := _forgotten(desk, dataset, each))}
    days = {_file(dataset, period): (built.csv_sha256, built.released_on) for period, built in released.items()}
    versions = {path: (Version(sha256=sha256, came=day, released=day),) for path, (sha256, day) in days.items()}
    versions |= {
        path: (Version(sha256=decision.sha256, came=day, released=day),)
        for path, decision in taken.items()
        for day in (days.get(path, ("", ""))[1],)
    }
    return History(desk=desk, dataset=dataset.name, versions=dict(sorted(versions.items())), forgotten={*taken})


def _file(dataset: Dataset, period: Period) -> str:
    """Return what the public file of a period is called: by it people take the period back."""
    return f"{dataset.name}/{dataset.name}-{period}.csv"


def _forgotten(desk: Desk, dataset: Dataset, period: Period) -> Decision | None:
    """Return the newest decision about the public file of a period, where it takes that back."""
    about = dataset.name, _file(dataset, period)
    last = desk.newest(lambda each: (each.dataset, each.path) == about)
    return last if last and last.kind == "forget" else None
