"""What is held: every declared dataset, published or planned, and whatever else the newest inventory lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa

from pipeline.metadata.assets import Asset, asset_of
from pipeline.model.standing import Standing
from pipeline.publish.catalogue.readable import readable, rows_of, unless_damaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.views import DatasetView, PlannedDataset

#: The dataset that lists what is no dataset too.
INVENTORY: Final = "inventory"


class Line(NamedTuple):
    """A line of the page: an asset, and the first to the last of its periods in words."""

    asset: Asset
    span: str = ""


def lines_of(views: Sequence[DatasetView], planned: Sequence[PlannedDataset]) -> list[Line]:
    """Return every asset by title."""
    out = {view.facts.name: view.facts for view in views}
    known = {each.name: _planned(each) for each in planned} | {name: _standing(facts) for name, facts in out.items()}
    found = [Line(asset_of(each), _span(each)) for each in known.values()]
    return sorted([*found, *map(Line, _others(out))], key=lambda each: (each.asset.title.casefold(), each))


def _planned(each: PlannedDataset) -> Standing:
    return Standing(each.name, each.title, each.description, each.publisher, each.licence, each.period)


def _standing(each: Publication) -> Standing:
    return Standing(
        each.name, each.title, each.description, each.publisher, each.licence_title, each.period, facts=each
    )


def _span(standing: Standing) -> str:
    if standing.kind.only or not standing.facts or not standing.facts.releases:
        return ""
    return standing.kind.span_in_words(sorted(each.month for each in standing.facts.releases))


def _others(out: Mapping[str, Publication]) -> Iterator[Asset]:
    """Yield what the newest release of the inventory lists beside datasets."""
    _, path = next(readable(out.get(INVENTORY), Asset._fields), ("", None))
    table = unless_damaged(lambda: rows_of(path, Asset._fields)) if path else None
    if table is None:
        return
    for row in pa.table({name: table.column(name).cast(pa.string()) for name in Asset._fields}).to_pylist():
        if not row["dataset"]:
            yield Asset(**{name: cell or "" for name, cell in row.items()})
