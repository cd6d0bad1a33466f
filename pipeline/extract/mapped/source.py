"""Files and databases of a force's own, of any layout, read as an agreed extract."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

import numpy as np
import pyarrow as pa

from pipeline.errors import InputError, PipelineError
from pipeline.extract.mapped.cells import Maker, OwnExport
from pipeline.extract.mapped.header import places_of
from pipeline.extract.mapped.parts import Part, Table, file_of, parts_of, said_by
from pipeline.extract.mapped.tables import Loaded, load
from pipeline.extract.partition import sha256_of
from pipeline.extract.paths import files_below, safe_path
from pipeline.extract.workbook.lines import is_workbook
from pipeline.model.mapping import FILE
from pipeline.model.tables import Extracted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.extract.database.database import Database
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Connections, Names, Remember

_BESIDE = "~$"
_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Mapped(OwnExport):
    """Files below the folder of extracts that ``mapping`` describes.

    One file may hold many periods: each of them is an extract, called `FILE#SHEET#PERIOD` as far as that is needed.
    """

    def files(self, root: Path, _kind: PeriodKind) -> tuple[str, ...]:
        """Return the files that are there."""
        names = (name for name in files_below(root) if not name.rpartition("/")[2].startswith(_BESIDE))
        return tuple(name for name in names if said_by(name, self.mapping) is not None)

    def extracts(self, root: Path, kind: PeriodKind, remember: Remember) -> dict[str, Period]:
        """Return the parts of the files that are there; one that cannot be read is there, and says so when asked."""
        found: dict[str, Period] = {}
        for path in self.files(root, kind):
            try:
                found |= {name: period for name, (period, _) in self._parts(root, path, remember).items()}
            except PipelineError:
                found[path] = self._period_of(path)
        return found

    def sha256(self, root: Path, path: str, remember: Remember) -> str:
        """Return the sha256 of the rows of a part, or of the bytes of a file that is one."""
        return _of(path, self._parts(root, file_of(path, self.mapping), remember))[1]

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` of a part as the agreed extract has them."""
        file = file_of(path, self.mapping)
        held = self._held(root, file)
        part, loaded = _of(path, held.parts), held.loaded
        cells, problems = Maker(file, part, self).made(columns or declared[:1], dictionaries)
        # ragged rows belong to no part: they are accounted with the last of their table
        is_last = part.period == max(each.period for each in held.parts.values() if each.table is part.table)
        footers = part.table.footers if is_last else ()
        said = [f"rows left out as footers: {', '.join(map(str, footers))}"] if footers else []
        if loaded.unread and path == max(held.parts):
            said.append(f"sheets without the header, not read: {', '.join(loaded.unread)}")
        return Extracted(
            path=path,
            bytes=loaded.bytes,
            sha256=loaded.sha256 if self._is_file(file) else part.sha256,
            encoding=loaded.encoding,
            cells=cells,
            rows=pa.array(part.rows, pa.int64()),
            ragged=part.table.ragged if is_last else (),
            repeats=part.repeats,
            problems=problems,
            note="; ".join(said),
        )

    def _period_of(self, file: str) -> Period:
        """Return the period that the name of a file says, "" where it says none."""
        said = said_by(file, self.mapping)
        return said.period(self.kind) if said else ""

    def _is_file(self, file: str) -> bool:
        """Return whether a file is one extract, known by its bytes: nothing of it has to be read to say what it is."""
        return self.mapping.month == FILE and not is_workbook(file)

    def _parts(self, root: Path, file: str, remember: Remember) -> dict[str, tuple[Period, str]]:
        """Return the period and the sha256 of each part of a file by its name; one that nobody touched is not read."""
        place = safe_path(root, file)
        if self._is_file(file):
            return {file: (self._period_of(file), remember("sha256", place, partial(sha256_of, root, file)))}

        def find() -> str:
            parts = self._held(root, file).parts
            return json.dumps({name: (part.period, part.sha256) for name, part in parts.items()})

        known: dict[str, tuple[Period, str]] = json.loads(remember(f"parts {self._digest}", place, find))
        return {name: (period, sha256) for name, (period, sha256) in known.items()}

    @property
    def _digest(self) -> str:
        facts = repr((self.mapping, self.kinds, type(self.kind).__name__))
        return hashlib.sha256(facts.encode()).hexdigest()[:24]

    def _held(self, root: Path, file: str) -> _Held:
        """Return a file as it is now; of the last files that were read, what was read stays at hand."""
        place = safe_path(root, file)
        status = place.stat() if place.exists() else None
        state = (status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns) if status else ()
        key = (str(root), file, self._digest, state)
        if key not in _AT_HAND or not status:
            loaded = load(root, file, self.mapping, self.kinds)
            parts = parts_of(file, loaded.tables, self.mapping, self.kind, self.kinds.together)
            _AT_HAND[key] = _Held(loaded, {part.name: part for part in parts})
        _AT_HAND.move_to_end(key)
        while len(_AT_HAND) > _MOST_AT_HAND:
            _AT_HAND.popitem(last=False)
        return _AT_HAND[key]


class _Held(NamedTuple):
    """A file that was read, and its parts by name."""

    loaded: Loaded
    parts: Mapping[str, Part]


_MOST_AT_HAND = 2
_AT_HAND: OrderedDict[tuple[object, ...], _Held] = OrderedDict()


def _of(path: str, parts: Mapping[str, _Part]) -> _Part:
    """Return the part of that name, or what is known of it."""
    if path not in parts:
        what = "the export no longer holds rows of this month, or its file is not there"
        raise InputError("missing-file", what, where=path, fix="have the system export it again")
    return parts[path]


@dataclass(frozen=True, slots=True)
class MappedDatabase(OwnExport):
    """A table or a query that ``mapping`` describes, in the database of the ``agreed`` source."""

    agreed: Database

    @property
    def whole(self) -> str:
        """What receipts call it: as they call the agreed extract."""
        return self.agreed.whole

    @property
    def name(self) -> str:
        """What the settings call it."""
        return self.agreed.name

    @property
    def first_month(self) -> str:
        """The first month that counts, as the settings say."""
        return self.agreed.first_month

    def at(self, connections: Connections) -> Self:
        """Return the same export, at the address that the settings give."""
        return replace(self, agreed=self.agreed.at(connections))

    def check(self) -> None:
        """Raise `SettingsError` where its address cannot be used; nothing is opened."""
        self.agreed.check()

    def files(self, root: Path, kind: PeriodKind) -> tuple[str, ...]:
        """Return the file below ``root`` that is read, where it is one."""
        return self.agreed.files(root, kind)

    def extracts(self, root: Path, kind: PeriodKind, remember: Remember) -> dict[str, Period]:
        """Return the export as one extract without a month of its own; nothing where it is not."""
        return {self.whole: ""} if self._theirs.extracts(root, kind, remember) else {}

    def sha256(self, _root: Path, _path: str, _remember: Remember) -> str:
        """It is whole: its rows are read, and tell."""
        return ""

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` as the agreed extract has them, in the order of their own columns."""
        asked = columns or declared[:1]
        places: dict[str, int] = {}

        def choose(names: Sequence[str]) -> list[int]:
            places.update(places_of(names, range(len(names)), self.mapping, where=f"database, {self.mapping.feed}"))
            none = Table(name=path, places=places, columns=(), rows=np.array([], np.int64))
            return sorted({*self._maker(none).places(asked)}) or [0]

        extracted = self._theirs.read_chosen(root, path, self.mapping.query, choose)
        empty = pa.nulls(len(extracted.rows), pa.string())  # columns that were not read hold nothing
        table = Table(
            name=path,
            places=places,
            columns=tuple(extracted.cells.get(str(place), empty) for place in range(max(places.values()) + 1)),
            rows=np.asarray(extracted.rows),
            problems=tuple((each.row, int(each.column), each.code) for each in extracted.problems),
        )
        cells, problems = self._maker(table).made(asked, dictionaries)
        return replace(extracted, cells=cells, problems=problems)

    def _maker(self, table: Table) -> Maker:
        return Maker(table.name, Part(table.name, "", table, np.arange(len(table.rows))), self)

    @property
    def _theirs(self) -> Database:
        """Their table, or no table where a query is asked."""
        return replace(self.agreed, table=self.mapping.table)
