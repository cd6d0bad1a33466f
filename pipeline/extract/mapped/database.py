"""A database of a force's own, read as an agreed extract: a table or a query of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa

from pipeline.extract.mapped.cells import Maker, OwnExport
from pipeline.extract.mapped.header import places_of
from pipeline.extract.mapped.parts import Part, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.extract.database.database import Database
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Connections, Names, Remember
    from pipeline.model.tables import Extracted


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
