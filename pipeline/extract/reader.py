"""Reading extracts, each once: what was read stays at hand while it is small enough to be kept."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.columns.arrays import whole
from pipeline.extract.database.database import Database
from pipeline.extract.delimited.folder import Folder
from pipeline.extract.partition import Dated, dated, month_files
from pipeline.extract.workbook.workbook import Workbook
from pipeline.settings.sections import Sources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pipeline.model.declaration import Feed
    from pipeline.model.periods import Month
    from pipeline.model.tables import Extracted
    from pipeline.settings.secret import Secret

#: How much read text is kept at hand; a month of the largest force is about a third of it.
_AT_HAND_BYTES = 512 * 2**20


@dataclass(slots=True)
class Reader:
    """Reads the extracts below ``root``, and within ``limits`` the databases whose addresses are ``sources``."""

    root: Path
    sources: Mapping[str, Secret[str]]
    say: Callable[[str], None]
    limits: Sources = field(default_factory=Sources)
    _kept: OrderedDict[tuple[str, str], Dated] = field(default_factory=OrderedDict)

    def files(self, feed: Feed) -> dict[Month, str]:
        """Return the extracts of a feed by month; a database is one extract without a month of its own."""
        if isinstance(feed.source, Database):
            present = feed.source.present(self.root, self.sources.get(feed.source.setting), self.limits)
            return {"": feed.source.path} if present else {}
        if isinstance(feed.source, Folder | Workbook):
            return month_files(self.root, feed.source.pattern)
        raise TypeError(feed.name)

    def read(self, feed: Feed, path: str, month: Month) -> Dated:
        """Return the used columns of an extract with each row's month."""
        key = (feed.name, path)
        if key not in self._kept:
            self.say(f"reading {path}")
            self._kept[key] = dated(self.columns(feed, path, feed.used, feed.recurring), feed, month)
            self._make_room(key)
        self._kept.move_to_end(key)
        return self._kept[key]

    def columns(self, feed: Feed, path: str, columns: tuple[str, ...], recurring: tuple[str, ...] = ()) -> Extracted:
        """Return some columns of an extract, read now."""
        if isinstance(feed.source, Database):
            address = self.sources.get(feed.source.setting)
            found = feed.source.read_from(
                self.root, address, columns, feed.declared, dictionaries=recurring, limits=self.limits
            )
        else:
            found = feed.source.read(self.root, path, columns, feed.declared, dictionaries=recurring)
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
