"""Reading extracts, each once: what was read stays at hand while it is small enough to be kept."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.columns.arrays import whole
from pipeline.extract.partition import Dated, dated, sha256_of
from pipeline.extract.paths import changed, safe_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.model.declaration import Connections, Feed
    from pipeline.model.periods import Period
    from pipeline.model.tables import Extracted
    from pipeline.storage.looked import Looked

#: How much read text is kept at hand; a month of the largest force is about a third of it.
_AT_HAND_BYTES = 512 * 2**20


@dataclass(slots=True)
class Reader:
    """Reads the extracts below ``root``, and the databases that the settings have ``connections`` to."""

    root: Path
    connections: Connections
    say: Callable[[str], None]
    looked: Looked
    _kept: OrderedDict[tuple[str, str], Dated] = field(default_factory=OrderedDict)

    def files(self, feed: Feed) -> dict[Period, str]:
        """Return the extracts of a feed by month; one that is whole is an extract without a month of its own."""
        return feed.source.at(self.connections).extracts(self.root, feed.period)

    def first_month(self, feed: Feed) -> Period:
        """Return the first month that counts of an extract that is whole."""
        return feed.source.at(self.connections).first_month

    def sha256(self, path: str) -> str:
        """Return the sha256 of the bytes of an extract that is a file; one that nobody touched is not opened."""
        return self.looked.of("sha256", safe_path(self.root, path), partial(sha256_of, self.root, path))

    def read(self, feed: Feed, path: str, month: Period) -> Dated:
        """Return the used columns of an extract with each row's month; a file is what its sha256 said."""
        key = (feed.name, path)
        if key not in self._kept:
            self.say(f"reading {path}")
            extracted = self.columns(feed, path, feed.used, feed.recurring)
            if not feed.source.whole and extracted.sha256 != self.sha256(path):
                self.looked.forget("sha256", safe_path(self.root, path))
                raise changed(path)
            self._kept[key] = dated(extracted, feed, month)
            self._make_room(key)
        self._kept.move_to_end(key)
        return self._kept[key]

    def columns(self, feed: Feed, path: str, columns: tuple[str, ...], recurring: tuple[str, ...] = ()) -> Extracted:
        """Return some columns of an extract, read now."""
        source = feed.source.at(self.connections)
        found = source.read(self.root, path, columns, feed.declared, dictionaries=recurring)
        cells = pa.table({name: whole(found.cells.column(name)) for name in columns})
        return replace(found, cells=cells)

    def _make_room(self, newest: tuple[str, str]) -> None:
        while len(self._kept) > 1 and sum(_size(each) for each in self._kept.values()) > _AT_HAND_BYTES:
            oldest = next(iter(self._kept))
            if oldest == newest:
                return
            del self._kept[oldest]


def _size(source: Dated) -> int:
    return int(source.extracted.cells.nbytes)
