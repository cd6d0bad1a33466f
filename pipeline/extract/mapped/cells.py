"""A force's own export, and the agreed columns of a part of it: renamed, decoded, made, or filled as mapped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import constant, encoded, on_distinct, plain
from pipeline.columns.dates import ISO, read_dates
from pipeline.columns.keys import JOIN
from pipeline.columns.money import money, read_money
from pipeline.extract.given import Given
from pipeline.extract.workbook.lines import is_workbook
from pipeline.model.mapping import ROW, folded, month_said
from pipeline.model.tables import CellProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.extract.mapped.parts import Kinds, Part
    from pipeline.model.mapping import ExportMapping
    from pipeline.model.periods import PeriodKind
    from pipeline.model.source import Form, Names, Source


#: An amount with more than two places: where it stands for pence, a binary fraction of a workbook.
_BINARY = re.compile(r"-?[0-9]+\.[0-9]{3,}", re.ASCII)


class Column(NamedTuple):
    """A column as the agreed extract has it, and its cells that cannot be used."""

    cells: pa.Array
    problems: tuple[CellProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnExport(Given):
    """What ``mapping`` describes; ``agreed`` is what it is in the place of.

    ``theirs`` are their columns that are withheld, by what the feed calls each.
    """

    mapping: ExportMapping
    agreed: Source
    kinds: Kinds
    kind: PeriodKind
    theirs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    #: No file is expected for a period.
    pattern: ClassVar[str] = ""

    @property
    def form(self) -> Form:
        """How the agreed extract is laid out."""
        return self.agreed.form


class Maker(NamedTuple):
    """Makes agreed columns of one part of an export."""

    file: str
    part: Part
    export: OwnExport

    def made(self, names: Names, dictionaries: Names) -> tuple[dict[str, pa.Array], tuple[CellProblem, ...]]:
        """Return columns, those in ``dictionaries`` dictionary-encoded, and their cells that cannot be used."""
        made = {name: self.column(name) for name in names}
        problems = [*self._problems(names), *(problem for column in made.values() for problem in column.problems)]
        cells = {name: (encoded if name in dictionaries else plain)(column.cells) for name, column in made.items()}
        return cells, tuple(sorted(problems, key=lambda problem: problem.row))

    def column(self, name: str) -> Column:
        """Return one column: an agreed one, or one of theirs."""
        mapping, theirs = self.export.mapping, self.export.theirs
        if name in theirs:
            return Column(self._raw((theirs[name],)))
        if name in mapping.columns:
            return self._mapped(name)
        if name in mapping.keys:
            return Column(self._key(mapping.keys[name]))
        same = mapping.constants.get(name) or None
        if name in self.export.kinds.periods and name not in mapping.constants:
            same = self.part.period
        return Column(constant(same, len(self.part.positions)))

    def _problems(self, names: Sequence[str]) -> Iterator[CellProblem]:
        """Yield the cells behind some columns that no text stands for."""
        rows = set(self.part.rows.tolist())
        behind: dict[int, list[str]] = {}
        for name in names:
            for place in self.places([name]):
                behind.setdefault(place, []).append(name)
        for row, place, code in self.part.table.problems:
            if row in rows:
                yield from (CellProblem(row, name, code) for name in behind.get(place, ()))

    def places(self, names: Iterable[str]) -> Iterator[int]:
        """Yield the places of the columns of theirs behind some columns."""
        mapping, theirs = self.export.mapping, self.export.theirs
        for name in names:
            own = (theirs[name],) if name in theirs else mapping.columns.get(name, ())
            made_of = (part for part in mapping.keys.get(name, ()) if part != ROW)
            yield from self.part.table.places_named(
                [*own, *(each for part in made_of for each in mapping.spellings(part))]
            )

    def _raw(self, names: Sequence[str]) -> pa.Array:
        """Return the cells of a column under one of its spellings; a withheld one may not be there."""
        column = self.part.table.cells(names)
        every = len(self.part.positions)
        if column is None:
            return pa.nulls(every, pa.string())
        return column if every == len(column) else column.take(pa.array(self.part.positions))

    def _mapped(self, name: str) -> Column:
        mapping, kinds = self.export.mapping, self.export.kinds
        cells = self._raw(mapping.columns[name])
        if codes := mapping.codes.get(name):
            cells = on_distinct(plain(cells).fill_null(""), lambda text: codes.get(text, text) or None)
        if name in kinds.amounts:
            cells = read_money(cells, mapping.money)
        if name in kinds.periods:
            cells = on_distinct(cells, self._period)
        if name not in kinds.dates or not mapping.dates:
            return Column(cells)
        read = read_dates(cells, (*mapping.dates, ISO) if is_workbook(self.file) else mapping.dates)
        cells = pc.if_else(pa.array(read.wrong), pa.scalar(None, pa.string()), plain(read.cells))
        return Column(cells, tuple(CellProblem(row, name, "bad-date") for row in self.part.rows[read.wrong].tolist()))

    def _period(self, text: str) -> str:
        """Return a period as agreed, where a text calls a month: `Jan-24`; what calls none stays, and is bad."""
        month, kind = month_said(text), self.export.kind
        return kind.of_month(month) if month and not kind.fits(text) else text

    def _key_part(self, part: str) -> pa.Array:
        """Return the cells of a part of a key: trimmed, with single blanks, an amount without a workbook's noise."""
        spellings, columns = self.export.mapping.spellings(part), self.export.mapping.columns
        amounts = {folded(name) for each in self.export.kinds.amounts for name in columns.get(each, ())}
        cells = on_distinct(self._raw(spellings), _single_blanks)
        if amounts.isdisjoint(map(folded, spellings)):
            return cells
        return on_distinct(cells, lambda text: money(text) or text if _BINARY.fullmatch(text) else text)

    def _key(self, parts: Sequence[str]) -> pa.Array:
        """Return a made key: its parts, trimmed, with single blanks, joined; null where none is filled."""
        if parts == (ROW,):
            place = [_single_blanks(each) or "" for each in (self.file, self.part.table.sheet)]
            return pa.array([JOIN.join((*place, str(row))) for row in self.part.rows.tolist()], pa.string())
        columns = [self._key_part(part) for part in parts]
        joined = pc.binary_join_element_wise(*map(plain, columns), JOIN, null_handling="replace", null_replacement="")
        empty = np.logical_and.reduce([np.asarray(pc.is_null(column)) for column in columns])
        return pc.if_else(pa.array(empty), pa.scalar(None, pa.string()), joined)


def _single_blanks(text: str) -> str | None:
    return " ".join(filter(None, text.replace("\u00a0", " ").split(" "))) or None
