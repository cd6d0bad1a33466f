"""Which list of map points each month is snapped with: a released month keeps its own until somebody approves another.

Two points for one crime tell more about its place than one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.extract.reference import References, read_reference
from pipeline.model.findings import Finding
from pipeline.storage.atomic import make_private, replace_file
from pipeline.storage.store import lost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Month
    from pipeline.storage.state import MonthState, State

_LIST: Final = "map-points"


def own_references(
    work: Workplace, dataset: Dataset, state: State, references: References
) -> tuple[dict[Month, References], tuple[Finding, ...]]:
    """Return the reference lists of months that keep another list of points than today's, and what waits for it."""
    if _LIST not in references.lists:
        return {}, ()
    now = references.lists[_LIST].sha256
    older = {
        month: each.points
        for month, each in state.months.items()
        if each.released and each.points and each.points != now
    }
    desk = work.settings.desk
    keeping = {
        month: sha256 for month, sha256 in older.items() if not desk.approval(_finding(dataset.name, [month], now))
    }
    kept = {sha256: _kept(work, sha256) for sha256 in set(keeping.values())}
    own = {month: References({**references.lists, **kept[sha256].lists}) for month, sha256 in keeping.items()}
    let_go = {month for month in keeping if desk.rejection(_finding(dataset.name, [month], now))}
    asked = (sorted(keeping.keys() - let_go), sorted(let_go))
    return own, tuple(_finding(dataset.name, months, now) for months in asked if months)


def _finding(dataset: str, months: Iterable[Month], sha256: str) -> Finding:
    periods = tuple(months)
    words = f"another map-points.csv is there; {len(periods):,} released months keep the list that they went out with"
    return Finding(code="resnap", dataset=dataset, periods=periods, words=words, binds=sha256)


def _kept(work: Workplace, sha256: str) -> References:
    folder = work.private / "points" / sha256
    if not (folder / f"{_LIST}.csv").is_file():
        raise lost(folder / f"{_LIST}.csv")
    return References({_LIST: read_reference(folder, _LIST)})


def keep_points(work: Workplace, references: References) -> None:
    """Keep today's list of points privately, by its sha256."""
    if _LIST in references.lists:
        folder = work.private / "points" / references.lists[_LIST].sha256
        make_private(folder)
        replace_file(folder / f"{_LIST}.csv", (work.reference / f"{_LIST}.csv").read_bytes())


def with_points(
    before: Mapping[Month, MonthState], months: dict[Month, MonthState], base: Mapping[str, str], references: References
) -> None:
    """Remember the list that each release was snapped with: today's, or the one that it keeps."""
    if _LIST not in references.lists:
        return
    now = references.lists[_LIST].sha256
    for month, each in months.items():
        own = each.points or (before[month].points if month in before else "")
        if each.released and not each.waiting and each.made_from.get("reference data") == base["reference data"]:
            own = now
        months[month] = replace(each, points=own)
