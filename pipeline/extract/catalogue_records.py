"""Tables made of catalogue records: the list of datasets, what each holds back, and the score of each.

A run gives them their rows after all other datasets.
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
from pipeline.metadata.assets import COLUMNS, asset_of, score_of
from pipeline.model.tables import Extracted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.release import CatalogueRecord
    from pipeline.model.source import Names, Remember


@dataclass(frozen=True, slots=True)
class FromRecords(Made, ABC):
    """An extract whose rows are made of catalogue records; it is empty until a run gives its rows."""

    rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

    path: ClassVar[str]  #: the name of the extract in receipts
    columns: ClassVar[tuple[str, ...]]

    @abstractmethod
    def rows_of(self, records: Iterable[CatalogueRecord]) -> Iterable[tuple[str, ...]]:
        """Return the cells of the rows."""

    def extracts(self, _root: Path, kind: PeriodKind, _remember: Remember) -> dict[str, Period]:
        """Return the extract if it has rows."""
        return {self.path: kind.only} if self.rows else {}

    def sha256(self, _root: Path, _path: str, _remember: Remember) -> str:
        """Return the sha256 of its rows."""
        return hashlib.sha256(self._content()).hexdigest()

    def _content(self) -> bytes:
        return json.dumps([self.columns, self.rows], ensure_ascii=False).encode()

    def read(self, _root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns``; an empty text is an empty cell."""
        match_header(self.columns, declared, where=path)
        cells = {name: [row[self.columns.index(name)] or None for row in self.rows] for name in columns}
        return Extracted(
            path=path,
            bytes=len(self._content()),
            sha256=hashlib.sha256(self._content()).hexdigest(),
            encoding="utf-8",
            cells=text_columns(cells, dictionaries),
            rows=pa.array(range(1, len(self.rows) + 1), pa.int64()),
        )


def reads_records(feed: Feed) -> bool:
    """Return whether the rows of a feed are made of catalogue records."""
    return isinstance(feed.source, FromRecords)


def with_records(dataset: Dataset, records: Sequence[CatalogueRecord]) -> Dataset:
    """Return the dataset with feeds whose rows are made of ``records``, leaving out its own releases."""
    others = [record._replace(facts=None) if record.name == dataset.name else record for record in records]
    feeds = (
        replace(feed, source=replace(feed.source, rows=tuple(feed.source.rows_of(others))))
        if isinstance(feed.source, FromRecords)
        else feed
        for feed in dataset.feeds
    )
    return replace(dataset, feeds=tuple(feeds))


@dataclass(frozen=True, slots=True)
class ListOfDatasets(FromRecords):
    """Every dataset that is published or planned, one row each.

    A dataset that lists the others is listed as published, without the periods of its own snapshots.
    """

    path: ClassVar[str] = "datasets/list"
    columns: ClassVar[tuple[str, ...]] = (
        *("title", "publisher", "kind", "status", "dataset", "description", "licence", "frequency"),
        *("first_period", "last_period"),
    )

    def rows_of(self, records: Iterable[CatalogueRecord]) -> Iterator[tuple[str, ...]]:
        """Yield one row for each dataset."""
        for record in records:
            yield tuple(map(asset_of(record)._asdict().__getitem__, self.columns))


@dataclass(frozen=True, slots=True)
class WhatIsHeldBack(FromRecords):
    """What the extracts of published datasets hold and is not published: columns and rows, one row each."""

    path: ClassVar[str] = "datasets/held-back"
    columns: ClassVar[tuple[str, ...]] = ("dataset", "extract", "of", "what", "why")

    def rows_of(self, records: Iterable[CatalogueRecord]) -> Iterator[tuple[str, ...]]:
        """Yield what each published dataset holds back, in the words of its declaration."""
        for record in records:
            if record.is_published:
                yield from dict.fromkeys((record.name, *held[:-1]) for held in record.held_back if not held.bad)


@dataclass(frozen=True, slots=True)
class Scores(FromRecords):
    """How each published dataset does against the five complaints about open data, one row each."""

    path: ClassVar[str] = "datasets/scores"
    columns: ClassVar[tuple[str, ...]] = COLUMNS

    def rows_of(self, records: Iterable[CatalogueRecord]) -> Iterator[tuple[str, ...]]:
        """Yield the score of each dataset that has a release."""
        for record in records:
            if record.facts and record.has_release:
                yield score_of(record.facts).cells
