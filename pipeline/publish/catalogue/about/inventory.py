"""What is held: every declared dataset, published or planned, and whatever else the newest inventory lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa

from pipeline.metadata.assets import Asset, asset_of
from pipeline.model.catalogue_record import CatalogueRecord
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
    known = {plan.name: _planned(plan) for plan in planned} | {name: _record(facts) for name, facts in out.items()}
    lines = [Line(asset_of(record), _span(record)) for record in known.values()]
    return sorted([*lines, *map(Line, _others(out))], key=lambda line: (line.asset.title.casefold(), line))


def _planned(plan: PlannedDataset) -> CatalogueRecord:
    return CatalogueRecord(plan.name, plan.title, plan.description, plan.publisher, plan.licence, plan.period)


def _record(facts: Publication) -> CatalogueRecord:
    return CatalogueRecord(
        facts.name, facts.title, facts.description, facts.publisher, facts.licence_title, facts.period, facts=facts
    )


def _span(record: CatalogueRecord) -> str:
    if record.kind.only or not record.facts or not record.facts.releases:
        return ""
    return record.kind.span_in_words(sorted(release.month for release in record.facts.releases))


def _others(out: Mapping[str, Publication]) -> Iterator[Asset]:
    """Yield what the newest release of the inventory lists beside datasets."""
    _, path = next(readable(out.get(INVENTORY), Asset._fields), ("", None))
    table = unless_damaged(lambda: rows_of(path, Asset._fields)) if path else None
    if table is None:
        return
    for row in pa.table({name: table.column(name).cast(pa.string()) for name in Asset._fields}).to_pylist():
        if not row["dataset"]:
            yield Asset(**{name: cell or "" for name, cell in row.items()})
