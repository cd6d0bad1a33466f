"""Which list of map points each month is snapped with: a released month keeps its own until somebody approves another.

Two points for one crime tell more about its place than one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from pipeline.build.protected.kept_rows import KeptRows
from pipeline.build.tried import tried
from pipeline.columns.arrays import plain
from pipeline.errors import PipelineError, StorageError
from pipeline.extract.reference import References, read_reference
from pipeline.model.context import ReleasedPlaces
from pipeline.model.findings import Finding
from pipeline.plain import read_plain
from pipeline.protect.treatments.first_place import PLACE, placed
from pipeline.storage.atomic import make_private, replace_file
from pipeline.storage.index import ReferenceIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipeline.build.inputs import DatasetInputs
    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.storage.state import Built, MonthState, State

_LIST: Final = "map-points"


def own_references(
    work: Workplace, dataset: Dataset, state: State, references: References
) -> tuple[dict[Period, References], tuple[Finding, ...], tuple[PipelineError, ...]]:
    """Return the reference lists of months that keep another list of points than today's, and what waits for it.

    A list that was lost is among the errors that are returned: what is public can be protected without it.
    """
    if _LIST not in references.lists:
        return {}, (), ()
    now = references.lists[_LIST].sha256
    older = {
        month: month_state.released.points
        for month, month_state in state.months.items()
        if month_state.released and month_state.released.points not in ("", now)
    }
    desk = work.settings.desk
    keeping = {
        month: sha256 for month, sha256 in older.items() if not desk.approval(_finding(dataset.name, [month], now))
    }
    found = {sha256: tried(partial(_kept, work, dataset, sha256)) for sha256 in sorted(set(keeping.values()))}
    lost = tuple(lists for lists in found.values() if isinstance(lists, PipelineError))
    kept = {sha256: each.lists for sha256, each in found.items() if isinstance(each, References)}
    own = {
        month: References({**references.lists, **kept[sha256]}) for month, sha256 in keeping.items() if sha256 in kept
    }
    let_go = {month for month in keeping if desk.rejection(_finding(dataset.name, [month], now))}
    asked = (sorted(keeping.keys() - let_go), sorted(let_go))
    return own, tuple(_finding(dataset.name, months, now) for months in asked if months), lost


def _finding(dataset: str, months: Iterable[Period], sha256: str) -> Finding:
    periods = tuple(months)
    words = f"another map-points.csv is there; {len(periods):,} released months keep the list that they went out with"
    return Finding(
        code="resnap", dataset=dataset, periods=periods, words=words, paths=(f"reference/{_LIST}.csv",), binds=sha256
    )


def _kept(work: Workplace, dataset: Dataset, sha256: str) -> References:
    folder = work.private / "points" / sha256
    path = folder / f"{_LIST}.csv"
    if work.store.sha256(path) != sha256:
        raise StorageError(
            "bad-state",
            "the list of map points that released months keep is not there as it was",
            where=str(path),
            fix="restore data/private from its backup; where there is none, "
            f"`pipeline approve {dataset.name} --all --finding resnap` has these months snapped with today's list",
        )
    return References({_LIST: read_reference(folder, _LIST)})


def released_places(inputs: DatasetInputs, month: Period) -> tuple[ReleasedPlaces, ...]:
    """Return the records that are public by the list of points that they were snapped with, that of ``month`` first.

    Those that left every release are among them: who kept a copy has their first point.  There are none where one list
    was used for everything.  A month that is snapped anew does not count itself.  Records of other datasets are not
    among them: no other one publishes places yet; the first that does has to be looked at here, because a record keeps
    the list of its first release in every dataset.
    """
    lists, column = inputs.references_of(month).lists, next(iter(inputs.dataset.references.values()), "")
    if _LIST not in lists or not column:
        return ()
    own = lists[_LIST].sha256
    public: dict[str, list[Built]] = {own: []}
    for other, state in sorted(inputs.months.items()):
        points = state.released.points if state.released else ""
        if state.released and points and (other != month or points == own):
            public.setdefault(points, []).append(state.released)
    left = inputs.left()
    public |= {points: [] for points in left.keys() - public.keys()}
    if len(public) == 1:
        return ()
    for sha256 in public.keys() - {own, *inputs.lists}:
        kept = tried(partial(_kept, inputs.work, inputs.dataset, sha256))
        if isinstance(kept, References):  # one that was lost is let go: its months are to be snapped anew
            inputs.lists[sha256] = kept
    known, nothing = {**inputs.lists, own: References(lists)}, pa.array([], pa.string())
    places = tuple(
        _places(known[sha256], [_said(inputs, build) for build in built], left.get(sha256, nothing))
        for sha256, built in public.items()
        if sha256 in known
    )
    return places if len(places) > 1 else ()


def points_of(references: References) -> str:
    """Return the sha256 of the list of points, "" where there is none."""
    return references.lists[_LIST].sha256 if _LIST in references.lists else ""


def left_places(work: Workplace, dataset: Dataset) -> Callable[[], Mapping[str, pa.Array]]:
    """Return what reads, once, which records left the releases that they stood in, by the list of the first of them."""
    scope = next(iter(dataset.references), "")
    return cache(partial(ReferenceIndex(work.store, dataset.name, dataset.references).left, scope))


def _places(references: References, said: Sequence[tuple[pa.Array, pa.Array]], left: pa.Array) -> ReleasedPlaces:
    """Return the records of releases, each with its place, and those that left every one, whose place nobody knows."""
    records, places = (pa.concat_arrays(parts) for parts in zip((left, left[:0]), *said, strict=True))
    return ReleasedPlaces(references, records, places)


def _said(inputs: DatasetInputs, built: Built) -> tuple[pa.Array, pa.Array]:
    """Return the records of a release, and each with its place; a release is read once, however many ask."""
    if built.csv_sha256 not in inputs.places:
        rows, column = KeptRows(inputs, built), next(iter(inputs.dataset.references.values()))
        record, *place = (plain(rows.text(name)) for name in (column, *PLACE))
        inputs.places[built.csv_sha256] = record, placed(record, *place)
    return inputs.places[built.csv_sha256]


def keep_points(work: Workplace, references: References) -> None:
    """Keep today's list of points privately, by its sha256."""
    if _LIST in references.lists:
        folder = work.private / "points" / references.lists[_LIST].sha256
        make_private(folder)
        replace_file(folder / f"{_LIST}.csv", read_plain(work.reference / f"{_LIST}.csv"))


def with_points(
    months: Mapping[Period, MonthState], base: Mapping[str, str], references: References
) -> dict[Period, MonthState]:
    """Return the months, with the list of a release that an older version built, where it can only be today's."""
    now, found = points_of(references), dict(months)
    for month, month_state in months.items():
        out = (
            month_state.released
            and not month_state.released.points
            and not month_state.waiting
            and not month_state.rejected
        )
        if (
            now
            and out
            and month_state.released
            and month_state.made_from.get("reference data") == base["reference data"]
        ):
            found[month] = replace(month_state, released=replace(month_state.released, points=now))
    return found
