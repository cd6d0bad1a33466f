"""Every declared dataset, with its status: published, or planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.metadata.assets import often

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.views import DatasetView, PlannedDataset


class Asset(NamedTuple):
    """A line of the inventory: what it is, how often it comes, whether a release stands, its first to last period."""

    title: str
    name: str
    often: str
    description: str = ""
    publisher: str = ""
    is_out: bool = False
    span: str = ""
    licence: str = ""
    first: str = ""
    last: str = ""

    @property
    def status(self) -> str:
        """What the inventory calls it."""
        return "Published" if self.is_out else "Planned"


def assets(views: Sequence[DatasetView], planned: Sequence[PlannedDataset]) -> list[Asset]:
    """Return every dataset by title: a release of it stands, or none does yet."""
    return sorted([*_published(views), *_planned(views, planned)], key=lambda each: (each.title.casefold(), each))


def _published(views: Sequence[DatasetView]) -> Iterator[Asset]:
    for view in views:
        if view.facts.releases:
            kind = view.facts.period
            months = sorted(each.month for each in view.facts.releases)
            yield _known(view.facts)._replace(
                is_out=True,
                span="" if kind.only else kind.span_in_words(months),
                licence=view.facts.licence_title,
                first=months[0],
                last=months[-1],
            )


def _planned(views: Sequence[DatasetView], planned: Sequence[PlannedDataset]) -> Iterator[Asset]:
    out = {view.facts.name for view in views if view.facts.releases}
    declared = {
        each.name: Asset(each.title, each.name, often(each.period), each.description, each.publisher)
        for each in planned
    }
    taken_back = {view.facts.name: _known(view.facts) for view in views}
    yield from (asset for name, asset in {**declared, **taken_back}.items() if name not in out)


def _known(facts: Publication) -> Asset:
    return Asset(facts.title, facts.name, often(facts.period), facts.description, facts.publisher)
