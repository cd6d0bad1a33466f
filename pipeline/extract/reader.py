"""Reading extracts, each once: what was read stays at hand while it is small enough to be kept."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import plain
from pipeline.extract.partition import Dated, dated
from pipeline.extract.paths import changed, safe_path, unreadable
from pipeline.model.tables import WHOLE_ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.model.declaration import Feed
    from pipeline.model.periods import Period
    from pipeline.model.source import Connections
    from pipeline.model.tables import Extracted
    from pipeline.storage.looked import Looked

#: How much read text is kept at hand; a month of the largest force is about a third of it.
_AT_HAND_BYTES = 512 * 2**20
#: What identifies somebody is read with the rest of a file up to this size, and stays at hand with it.
_TOGETHER_BYTES = 64 * 2**20
#: Of a larger file the identifying columns are read a few at a time, so that memory stays bounded.
_COLUMNS_AT_ONCE = 12
#: Digests of whole rows are compared within one run only, and lead back to no cell.
_KEY = secrets.token_bytes(32)


def anew(_question: str, _path: Path, find: Callable[[], str]) -> str:
    """Return what is found now, whatever is known of a file."""
    return find()


class _Kept(NamedTuple):
    """An extract at hand: its used columns, and what identifies somebody where that was read with them."""

    dated: Dated
    identifying: Extracted | None

    @property
    def bytes(self) -> int:
        """How much memory its cells take."""
        read = filter(None, (self.dated.extracted, self.identifying))
        return sum(column.nbytes for extracted in read for column in extracted.cells.values())


@dataclass(slots=True)
class Reader:
    """Reads the extracts below ``root``, and the databases that the settings have ``connections`` to.

    One reading of a file serves registers, months and the leak check, which asks for what identifies somebody in the
    feeds that are ``compared``.
    """

    root: Path
    connections: Connections
    say: Callable[[str], None]
    looked: Looked
    compared: frozenset[str] = frozenset()
    _kept: OrderedDict[tuple[str, str], _Kept] = field(default_factory=OrderedDict)
    _bytes: dict[str, str] = field(default_factory=dict)
    _named: dict[tuple[str, str], Period] = field(default_factory=dict)

    def files(self, feed: Feed) -> dict[str, Period]:
        """Return the extracts of a feed, each with its month; one that is whole has no month of its own."""
        found = feed.source.at(self.connections).extracts(self.root, feed.period.of_files, self.looked.of)
        self._named.update({(feed.name, path): month for path, month in found.items() if feed.period.files})
        return found

    def first_month(self, feed: Feed) -> Period:
        """Return the first month that counts of an extract that is whole."""
        return feed.source.at(self.connections).first_month

    def sha256(self, feed: Feed, path: str) -> str:
        """Return the sha256 of an extract that is not whole; a file that nobody touched is not opened."""
        self._bytes[path] = feed.source.sha256(self.root, path, self.looked.of)
        return self._bytes[path]

    def read(self, feed: Feed, path: str, month: Period) -> Dated:
        """Return the used columns of an extract with each row's month: what registers and months are made of."""
        key = (feed.name, path)
        if key not in self._kept:
            self.say(f"reading {path}")
            self._kept[key] = self._read(feed, path, self._named.get(key, month))
            self._make_room(key)
        self._kept.move_to_end(key)
        return self._kept[key].dated

    def _read(self, feed: Feed, path: str, month: Period) -> _Kept:
        together = feed.name in self.compared and not feed.source.whole and self._size(path) <= _TOGETHER_BYTES
        beside = feed.declared if feed.whole_rows else feed.identifying if together else ()
        found = self.columns(feed, path, _once(*feed.used, *beside), feed.recurring)
        used = _only(found, feed.used)
        if feed.whole_rows:
            used = with_digests(used, _only(found, feed.declared))
        return _Kept(dated(used, feed, month), _only(found, feed.identifying) if together else None)

    def watchlist(self, feed: Feed, path: str) -> Iterator[Extracted]:
        """Yield the identifying columns of an extract, of the very bytes that its rows came from.

        Those that were not read with its rows are read now, a few at a time; a database is asked for all in one query,
        the used columns beside them, to be compared.
        """
        every = feed.identifying
        if every and feed.source.whole:
            now, then = self.columns(feed, path, _once(*feed.used, *every)), self.read(feed, path, "").extracted
            if not all(plain(now.cells[name]).equals(plain(then.cells[name])) for name in feed.used):
                raise changed(path, "source")
            yield _only(now, every)
            return
        kept = self._kept.get((feed.name, path))
        if kept and kept.identifying:
            yield kept.identifying
            return
        for start in range(0, len(every), _COLUMNS_AT_ONCE):
            columns = every[start : start + _COLUMNS_AT_ONCE]
            # a row without any of these would look like a blank line; a used column tells it from one
            yield _only(self.columns(feed, path, _once(*columns, *feed.used[:1])), columns)

    def columns(self, feed: Feed, path: str, columns: tuple[str, ...], recurring: tuple[str, ...] = ()) -> Extracted:
        """Return some columns of an extract, read now; a file must hold the bytes that this run has seen there."""
        source = feed.source.at(self.connections)
        found = source.read(self.root, path, columns, feed.declared, dictionaries=recurring)
        if not feed.source.whole and self._bytes.setdefault(path, found.sha256) != found.sha256:
            self.looked.forget(safe_path(self.root, path.partition("#")[0]))
            raise changed(path)
        return found

    def _size(self, path: str) -> int:
        """Return the size of an extract's file, also where it is a part of one (`FILE#SHEET`); 0 where it is none."""
        for name in (path, path.partition("#")[0]):
            try:
                return safe_path(self.root, name).stat().st_size
            except FileNotFoundError:
                continue
            except OSError as error:
                raise unreadable(path, error) from None
        return 0

    def _make_room(self, newest: tuple[str, str]) -> None:
        """Let go what was asked for longest ago."""
        over = sum(kept.bytes for kept in self._kept.values()) - _AT_HAND_BYTES
        for key in [key for key in self._kept if key != newest]:
            if over > 0:
                over -= self._kept.pop(key).bytes


def _once(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _only(extracted: Extracted, columns: tuple[str, ...]) -> Extracted:
    """Return the columns as if no other had been read: what is wrong with a cell counts where its column does."""
    problems = tuple(problem for problem in extracted.problems if problem.column in columns)
    return replace(extracted, cells={name: extracted.cells[name] for name in columns}, problems=problems)


def with_digests(read: Extracted, whole: Extracted) -> Extracted:
    """Return what was ``read`` with a digest of each row of ``whole``, which has every column of the same rows.

    Rows of any source whose cells are all equal have the same, whatever the order of their columns.
    """
    cells = [plain(whole.cells[name]).fill_null("") for name in sorted(whole.cells)]
    rows = (pc.binary_join_element_wise(*cells, "\x1f") if whole.lines is None else whole.lines).to_pylist()
    found = [hashlib.blake2b(row.encode(), key=_KEY, digest_size=16).hexdigest() for row in rows]
    return replace(read, cells={**read.cells, WHOLE_ROW: pa.array(found, pa.string())})
