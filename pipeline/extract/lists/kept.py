"""What archetypes share that read lists which the force keeps: one extract, of the only period there is."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import pyarrow as pa

from pipeline.extract.given import Made, text_columns
from pipeline.extract.header import match_header
from pipeline.extract.partition import sha256_of
from pipeline.extract.paths import exists, safe_path
from pipeline.extract.reference import file_of, read_references
from pipeline.model.tables import Extracted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Names, Remember

#: The folder of lists, beside that of extracts.
_REFERENCE = "reference"


class Row(NamedTuple):
    """A row that is made of lists: its number, which no other has, and its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KeptLists(Made, ABC):
    """An extract that is made of lists below ``data/reference``: ``lists``, the first of which names it.

    There is one once the lists ``first`` are there; each of the others must be there too.
    """

    lists: ClassVar[tuple[str, ...]]
    first: ClassVar[tuple[str, ...]]

    @abstractmethod
    def rows(self, lists: Mapping[str, pa.Table]) -> Sequence[Row]:
        """Return the rows; `InputError` where the lists contradict."""

    def extracts(self, root: Path, kind: PeriodKind, _remember: Remember) -> dict[str, Period]:
        """Return the extract, where the lists are there that it begins with."""
        there = all(exists(_beside(root), file_of(name)) for name in self.first)
        return {f"{_REFERENCE}/{file_of(self.lists[0])}": kind.only} if there else {}

    def sha256(self, root: Path, _path: str, remember: Remember) -> str:
        """Return the sha256 of all its lists."""
        folder = _beside(root)
        files = {name: file_of(name) for name in self.lists if exists(folder, file_of(name))}
        return _together(
            {
                name: remember("sha256", safe_path(folder, file), partial(sha256_of, folder, file))
                for name, file in files.items()
            }
        )

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` of the rows that are made of the lists."""
        folder = _beside(root)
        found = read_references(folder, self.lists)
        rows = self.rows({name: each.table for name, each in found.lists.items()})
        match_header(tuple(rows[0].cells) if rows else declared, declared, where=path)
        return Extracted(
            path=path,
            bytes=sum((folder / file_of(name)).stat().st_size for name in self.lists),
            sha256=_together({name: each.sha256 for name, each in found.lists.items()}),
            encoding="utf-8",
            cells=text_columns({name: [row.cells[name] or None for row in rows] for name in columns}, dictionaries),
            rows=pa.array([row.number for row in rows], pa.int64()),
        )


def _beside(root: Path) -> Path:
    return root.parent / _REFERENCE


def _together(digests: Mapping[str, str]) -> str:
    return hashlib.sha256("\n".join(f"{name} {each}" for name, each in sorted(digests.items())).encode()).hexdigest()
