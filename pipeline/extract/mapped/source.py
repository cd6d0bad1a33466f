"""Files of a force's own, of any layout, read as an agreed extract."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa

from pipeline.errors import InputError, PipelineError
from pipeline.extract.given import Given
from pipeline.extract.mapped.cells import Maker, as_asked
from pipeline.extract.mapped.parts import digest_of, file_of, lines_of, parts_of, said_by
from pipeline.extract.mapped.tables import Loaded, load
from pipeline.extract.partition import sha256_of
from pipeline.extract.paths import files_below, safe_path
from pipeline.extract.workbook.every_sheet import is_workbook
from pipeline.model.mapping import FILE
from pipeline.model.tables import Extracted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.extract.mapped.parts import Part
    from pipeline.extract.mapped.table import Kinds
    from pipeline.model.mapping import ExportMapping
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Form, Names, Remember, Source

_BESIDE = "~$"


@dataclass(frozen=True, slots=True)
class Mapped(Given):
    """Files below the folder of extracts that ``mapping`` describes; ``agreed`` is what they are in the place of.

    One file may hold many periods: each of them is an extract, called `FILE#SHEET#PERIOD` as far as that is needed.
    ``theirs`` are their columns that are withheld, by what the feed calls each.
    """

    mapping: ExportMapping
    agreed: Source
    kinds: Kinds
    kind: PeriodKind
    theirs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    pattern: ClassVar[str] = ""

    @property
    def form(self) -> Form:
        """How the agreed extract is laid out."""
        return self.agreed.form

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
                said = said_by(path, self.mapping)
                found[path] = said.period(kind) if said else ""
        return found

    def sha256(self, root: Path, path: str, remember: Remember) -> str:
        """Return the sha256 of the rows of a part, or of the bytes of a file that is one."""
        parts = self._parts(root, file_of(path, self.mapping), remember)
        if path not in parts:
            raise _gone(path)
        return parts[path][1]

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` of a part as the agreed extract has them."""
        file = file_of(path, self.mapping)
        held = self._held(root, file)
        part, loaded = held.parts.get(path), held.loaded
        if part is None:
            raise _gone(path)
        asked = columns or declared[:1]
        maker = Maker(file, part, self.mapping, self.kinds, self.kind, self.theirs)
        made = {name: maker.column(name) for name in asked}
        problems = [*maker.problems(asked), *(each for column in made.values() for each in column.problems)]
        is_last = held.is_last(part)
        footers = part.table.footers if is_last else ()
        return Extracted(
            path=path,
            bytes=loaded.bytes,
            sha256=loaded.sha256 if self._is_file(file) else held.sha256(path),
            encoding=loaded.encoding,
            cells={name: as_asked(column.cells, encode=name in dictionaries) for name, column in made.items()},
            rows=pa.array(part.table.rows[part.positions], pa.int64()),
            ragged=part.table.ragged if is_last else (),
            repeats=held.repeats(path),
            problems=tuple(sorted(problems, key=lambda each: each.row)),
            note=held.note(path, footers),
        )

    def _is_file(self, file: str) -> bool:
        """Return whether a file is one extract, known by its bytes: nothing of it has to be read to say what it is."""
        return self.mapping.month == FILE and not is_workbook(file)

    def _parts(self, root: Path, file: str, remember: Remember) -> dict[str, tuple[Period, str]]:
        """Return the period and the sha256 of each part of a file by its name; one that nobody touched is not read."""
        place = safe_path(root, file)
        if self._is_file(file):
            said = said_by(file, self.mapping)
            period = said.period(self.kind) if said else ""
            return {file: (period, remember("sha256", place, partial(sha256_of, root, file)))}

        def find() -> str:
            held = self._held(root, file)
            return json.dumps({name: (part.period, held.sha256(name)) for name, part in held.parts.items()})

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
            parts = {part.name: part for part in parts_of(file, loaded, self.mapping, self.kind, self.kinds.together)}
            _AT_HAND[key] = _Held(loaded, parts)
        _AT_HAND.move_to_end(key)
        while len(_AT_HAND) > _MOST_AT_HAND:
            _AT_HAND.popitem(last=False)
        return _AT_HAND[key]


@dataclass(frozen=True, slots=True)
class _Held:
    """A file that was read, its parts by name, and what was found of them."""

    loaded: Loaded
    parts: Mapping[str, Part]
    _digests: dict[str, str] = field(default_factory=dict)
    _repeats: dict[str, pa.Int64Array] = field(default_factory=dict)

    def sha256(self, name: str) -> str:
        """Return the digest of the rows of a part."""
        if name not in self._digests:
            self._digests[name] = digest_of(self.parts[name])
        return self._digests[name]

    def repeats(self, name: str) -> pa.Int64Array:
        """Return for each row of a part the place of the first one whose cells are all equal."""
        if name not in self._repeats:
            self._repeats[name] = _repeats(self.parts[name])
        return self._repeats[name]

    def note(self, name: str, footers: tuple[int, ...]) -> str:
        """Return what every run says of a part: rows that were left out, and with the last one sheets that were."""
        said = [f"rows left out as footers: {', '.join(map(str, footers))}"] if footers else []
        if self.loaded.unread and name == max(self.parts):
            said.append(f"sheets without the header, not read: {', '.join(self.loaded.unread)}")
        return "; ".join(said)

    def is_last(self, part: Part) -> bool:
        """Return whether a part is the last of its table: ragged rows, which belong to none, are accounted there."""
        return part.period == max(each.period for each in self.parts.values() if each.table is part.table)


_MOST_AT_HAND = 2
_AT_HAND: OrderedDict[tuple[object, ...], _Held] = OrderedDict()


def _repeats(part: Part) -> pa.Int64Array:
    """Return for each row of a part the place of the first one whose cells are all equal."""
    lines = lines_of(part)
    if not len(lines):
        return pa.array([], pa.int64())
    codes = np.asarray(lines.dictionary_encode().indices)
    _, first = np.unique(codes, return_index=True)
    return pa.array(first[codes], pa.int64())


def _gone(path: str) -> InputError:
    what = "the export no longer holds rows of this month, or its file is not there"
    return InputError("missing-file", what, where=path, fix="have the system export it again")
