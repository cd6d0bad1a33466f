"""Months that are public of a file that was taken back, and that nothing else can take the place of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.model.findings import Finding
from pipeline.release.change_log import withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.build.inputs import DatasetInputs
    from pipeline.model.periods import Period
    from pipeline.model.release import ChangeNote
    from pipeline.storage.state import Built, MonthState


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
    return found


def _taken_back(
    inputs: DatasetInputs, months: Mapping[Period, MonthState]
) -> Iterator[tuple[Period, Built, tuple[str, ...]]]:
    """Yield each month that is public of files that were taken back, and that cannot be built of others."""
    for month, each in months.items():
        if each.released and month not in inputs.found.opened:
            seen = inputs.found.history
            paths = tuple(sorted(path for path, sha256 in each.fed.items() if seen.forgot(path, sha256)))
            if paths and not {*paths} & {lost.path for lost in seen.desk.lost} & {*seen.let_go}:
                yield month, each.released, paths


def _finding(inputs: DatasetInputs, month: Period, released: Built, paths: tuple[str, ...]) -> Finding:
    return Finding(
        code="withdrawn",
        dataset=inputs.dataset.name,
        periods=(month,),
        words=f"{' and '.join(paths)} was taken back: put the right file there, or an approval withdraws the month "
        f"with its {released.rows:,} rows",
        paths=paths,
        held=f"releases/{inputs.dataset.name}/{released.folder}/{inputs.dataset.name}-{month}.csv",
        binds=released.csv_sha256,
    )
