"""The tables that are made of what stands: the list of datasets, what each holds back, and how each of them does.

A run gives them their rows, behind all other datasets.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa

from pipeline.extract.given import Made, text_columns
from pipeline.extract.header import match_header
from pipeline.metadata.assets import asset_of
from pipeline.metadata.scorecard import COLUMNS, score_of
from pipeline.model.tables import Extracted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Names, Remember
    from pipeline.model.standing import Standing


@dataclass(frozen=True, slots=True)
class OfStanding(Made, ABC):
    """An extract of the ``columns`` that is made of what stands; it is not there before a run has ``given`` it.

    ``called`` is what receipts call it.
    """

    given: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

    called: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]

    @abstractmethod
    def rows_of(self, standing: Iterable[Standing]) -> Iterable[tuple[str, ...]]:
        """Return the cells of the rows."""

    @property
    def _bytes(self) -> bytes:
        return json.dumps([self.columns, self.given], ensure_ascii=False).encode()

    def extracts(self, _root: Path, kind: PeriodKind, _remember: Remember) -> dict[str, Period]:
        """Return the extract, where there is anything to tell."""
        return {self.called: kind.only} if self.given else {}

    def sha256(self, _root: Path, _path: str, _remember: Remember) -> str:
        """Return the sha256 of its rows."""
        return hashlib.sha256(self._bytes).hexdigest()

    def read(self, _root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns``; an empty text is an empty cell."""
        match_header(self.columns, declared, where=path)
        places = {name: self.columns.index(name) for name in columns}
        return Extracted(
            path=path,
            bytes=len(self._bytes),
            sha256=hashlib.sha256(self._bytes).hexdigest(),
            encoding="utf-8",
            cells=text_columns(
                {name: [row[at] or None for row in self.given] for name, at in places.items()}, dictionaries
            ),
            rows=pa.array(range(1, len(self.given) + 1), pa.int64()),
        )


def tells(feed: Feed) -> bool:
    """Return whether the rows of a feed tell what stands of every dataset."""
    return isinstance(feed.source, OfStanding)


def told(dataset: Dataset, standing: Sequence[Standing]) -> Dataset:
    """Return a dataset whose feeds that tell what stands have their rows; of its own releases they tell nothing."""
    others = [each._replace(facts=None) if each.name == dataset.name else each for each in standing]
    return replace(dataset, feeds=tuple(_told(feed, others) for feed in dataset.feeds))


def _told(feed: Feed, standing: Sequence[Standing]) -> Feed:
    if not isinstance(feed.source, OfStanding):
        return feed
    return replace(feed, source=replace(feed.source, given=tuple(feed.source.rows_of(standing))))


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
