"""A database of a force's own, read as an agreed extract: a table or a query of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
import pyarrow as pa

from pipeline.extract.given import Given
from pipeline.extract.mapped.cells import Maker, as_asked
from pipeline.extract.mapped.header import places_of
from pipeline.extract.mapped.parts import Part
from pipeline.extract.mapped.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.extract.database.database import Database
    from pipeline.extract.mapped.table import Kinds
    from pipeline.model.mapping import ExportMapping
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Connections, Form, Names, Remember
    from pipeline.model.tables import Extracted


@dataclass(frozen=True, slots=True)
class MappedDatabase(Given):
    """A table or a query that ``mapping`` describes, in the database of the ``agreed`` source.

    ``theirs`` are their columns that are withheld, by what the feed calls each.
    """

    mapping: ExportMapping
    agreed: Database
    kinds: Kinds
    kind: PeriodKind
    theirs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    #: No file is expected for a period.
    pattern: ClassVar[str] = ""

    @property
    def whole(self) -> str:
        """What receipts call it: as they call the agreed extract."""
        return self.agreed.whole

    @property
    def name(self) -> str:
        """What the settings call it."""
        return self.agreed.name

    @property
    def form(self) -> Form:
        """How the agreed extract is laid out."""
        return self.agreed.form

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
            known = places_of(names, range(len(names)), self.mapping, where=f"database, {self.mapping.feed}")
            places.update(known)
            return sorted({*self._maker(path, _table(path, known)).places(asked)}) or [0]

        extracted = self._theirs.read_chosen(root, path, self.mapping.query, choose)
        problems = tuple((each.row, int(each.column), each.code) for each in extracted.problems)
        by_place = {int(place): column for place, column in extracted.cells.items()}
        table = _table(path, places, by_place, np.asarray(extracted.rows), problems)
        maker = self._maker(path, table)
        made = {name: maker.column(name) for name in asked}
        found = [*maker.problems(asked), *(each for column in made.values() for each in column.problems)]
        return replace(
            extracted,
            cells={name: as_asked(column.cells, encode=name in dictionaries) for name, column in made.items()},
            problems=tuple(sorted(found, key=lambda each: each.row)),
        )

    def _maker(self, path: str, table: Table) -> Maker:
        part = Part(path, "", table, np.arange(len(table.rows)))
        return Maker(path, part, self.mapping, self.kinds, self.kind, self.theirs)

    @property
    def _theirs(self) -> Database:
        """Their table, or no table where a query is asked."""
        return replace(self.agreed, table=self.mapping.table)


def _table(
    name: str,
    places: Mapping[str, int],
    cells: Mapping[int, pa.Array] = MappingProxyType({}),
    rows: NDArray[np.int64] | None = None,
    problems: tuple[tuple[int, int, str], ...] = (),
) -> Table:
    """Return a table of which only some columns were read: the others hold nothing."""
    numbers = np.array([], np.int64) if rows is None else rows
    empty = pa.nulls(len(numbers), pa.string())
    columns = tuple(cells.get(place, empty) for place in range(max(places.values(), default=-1) + 1))
    return Table(name=name, places=dict(places), columns=columns, rows=numbers, problems=problems)
