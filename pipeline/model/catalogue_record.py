"""The catalogue record of a dataset (DCAT's term): what its declaration says of it, and what portals are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipeline.model.declaration import HeldBack
    from pipeline.model.periods import PeriodKind
    from pipeline.model.release import Publication


class CatalogueRecord(NamedTuple):
    """The record of one dataset, with title and description as the settings make them."""

    name: str
    title: str
    description: str
    publisher: str
    licence: str
    kind: PeriodKind
    held_back: tuple[HeldBack, ...] = ()
    lists_datasets: bool = False  #: made of records itself, so that it is published together with what it lists
    facts: Publication | None = None  #: None before the first release

    @property
    def is_published(self) -> bool:
        """Whether the dataset has a release, or gets one in this run."""
        return self.lists_datasets or self.has_release

    @property
    def has_release(self) -> bool:
        """Whether the dataset has a release already."""
        return bool(self.facts and self.facts.releases)
