"""The tables that are made of what stands: the list of datasets, what each holds back, and how each of them does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.extract.standing.source import OfStanding
from pipeline.metadata.assets import asset_of
from pipeline.metadata.scorecard import COLUMNS, score_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.model.standing import Standing


@dataclass(frozen=True, slots=True)
class ListOfDatasets(OfStanding):
    """Every dataset that is published or planned, one row each.

    What is made of what stands is listed as published, without the periods of its own snapshots: it comes out with it.
    """

    called: ClassVar[str] = "datasets/list"
    columns: ClassVar[tuple[str, ...]] = (
        *("title", "publisher", "kind", "status", "dataset", "description", "licence", "frequency"),
        *("first_period", "last_period"),
    )

    def rows_of(self, standing: Iterable[Standing]) -> Iterator[tuple[str, ...]]:
        """Yield one row for each dataset."""
        for each in standing:
            asset = asset_of(each)._asdict()
            yield tuple(asset[name] for name in self.columns)


@dataclass(frozen=True, slots=True)
class WhatIsHeldBack(OfStanding):
    """What the extracts of published datasets hold and is not published: columns and rows, one row each."""

    called: ClassVar[str] = "datasets/held-back"
    columns: ClassVar[tuple[str, ...]] = ("dataset", "extract", "of", "what", "why")

    def rows_of(self, standing: Iterable[Standing]) -> Iterator[tuple[str, ...]]:
        """Yield what each published dataset holds back, in the words of its declaration."""
        for each in standing:
            if each.stands:
                yield from dict.fromkeys((each.name, *kept[:-1]) for kept in each.held_back if not kept.bad)


@dataclass(frozen=True, slots=True)
class Scores(OfStanding):
    """How each published dataset does against the five complaints about open data, one row each."""

    called: ClassVar[str] = "datasets/scores"
    columns: ClassVar[tuple[str, ...]] = COLUMNS

    def rows_of(self, standing: Iterable[Standing]) -> Iterator[tuple[str, ...]]:
        """Yield the score of each dataset of which a release stands."""
        for each in standing:
            if each.facts and each.facts.releases:
                yield score_of(each.facts).cells
