"""Every declared dataset, with its status: published, or planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model.periods import PeriodKind
    from pipeline.publish.catalogue.views import DatasetView, PlannedDataset


class Asset(NamedTuple):
    """A line of the inventory: what it is, how often it comes, its page as seen from here, its first to last period."""

    title: str
    often: str
    address: str = ""
    span: str = ""
    licence: str = ""


def assets(views: Sequence[DatasetView], planned: Sequence[PlannedDataset]) -> list[Asset]:
    """Return every dataset by title: a release of it stands, or none does yet."""
    return sorted([*_published(views), *_planned(views, planned)], key=lambda each: (each.title.casefold(), each))


def _published(views: Sequence[DatasetView]) -> Iterator[Asset]:
    for view in views:
        if view.facts.releases:
            kind = view.facts.period
            span = "" if kind.only else view.span
            licence = view.facts.licence_title
            yield Asset(view.facts.title, _often(kind), f"../{view.facts.name}/index.html", span, licence)


def _planned(views: Sequence[DatasetView], planned: Sequence[PlannedDataset]) -> Iterator[Asset]:
    out = {view.facts.name for view in views if view.facts.releases}
    declared = {each.name: Asset(each.title, _often(each.period)) for each in planned}
    taken_back = {view.facts.name: Asset(view.facts.title, _often(view.facts.period)) for view in views}
    yield from (asset for name, asset in {**declared, **taken_back}.items() if name not in out)


def _often(kind: PeriodKind) -> str:
    """Return how often a period of a kind comes, in words."""
    if kind.register:
        return "When the register changes"
    return "When something changes" if kind.only else kind.frequency.capitalize()
