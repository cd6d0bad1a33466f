"""The agreed columns of a part of a force's own export: renamed, decoded, made, or filled as the mapping says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import constant, encoded, on_distinct, plain
from pipeline.columns.date_forms import ISO, read_dates
from pipeline.columns.keys import JOIN
from pipeline.columns.money import money, read_money
from pipeline.extract.mapped.table import cells_named
from pipeline.extract.workbook.every_sheet import is_workbook
from pipeline.model.file_names import month_said
from pipeline.model.mapping import ROW, folded
from pipeline.model.tables import CellProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.extract.mapped.parts import Part
    from pipeline.extract.mapped.table import Kinds
    from pipeline.model.mapping import ExportMapping
    from pipeline.model.periods import PeriodKind


#: An amount with more than two places.
_BINARY = re.compile(r"-?[0-9]+\.[0-9]{3,}", re.ASCII)


class Column(NamedTuple):
    """A column as the agreed extract has it, the columns of theirs that it came from, and cells that cannot be used."""

    cells: pa.Array
    theirs: tuple[str, ...] = ()
    problems: tuple[CellProblem, ...] = ()


class Maker(NamedTuple):
    """Makes agreed columns of one part; ``theirs`` are their withheld columns, by what the feed calls them."""

    file: str
    part: Part
    mapping: ExportMapping
    kinds: Kinds
    kind: PeriodKind
    theirs: Mapping[str, str]

    def column(self, name: str) -> Column:
        """Return one column: an agreed one, or one of theirs."""
        mapping = self.mapping
        if name in self.theirs:
            return Column(self._raw((self.theirs[name],)), (self.theirs[name],))
        if name in mapping.columns:
            return self._mapped(name)
        if name in mapping.constants:
            return Column(constant(mapping.constants[name] or None, len(self.part.positions)))
        if name in mapping.keys:
            return Column(self._key(mapping.keys[name]), self._parts(mapping.keys[name]))
        period = self.part.period if name in self.kinds.periods else None
        return Column(constant(period, len(self.part.positions)))

    def problems(self, names: Sequence[str]) -> Iterator[CellProblem]:
        """Yield the cells behind some columns that no text stands for."""
        rows = set(self.part.table.rows[self.part.positions].tolist())
        behind: dict[int, list[str]] = {}
        for name in names:
            for place in self.places([name]):
                behind.setdefault(place, []).append(name)
        for row, place, code in self.part.table.problems:
            if row in rows:
                yield from (CellProblem(row, name, code) for name in behind.get(place, ()))

    def places(self, names: Iterable[str]) -> Iterator[int]:
        """Yield the places of the columns of theirs behind some columns."""
        mapping, known = self.mapping, self.part.table.places
        for name in names:
            own = (self.theirs[name],) if name in self.theirs else mapping.columns.get(name, ())
            for each in (*own, *self._parts(mapping.keys.get(name, ()))):
                if folded(each) in known:
                    yield known[folded(each)]

    def _raw(self, names: Sequence[str]) -> pa.Array:
        """Return the cells of a column under one of its spellings; a withheld one may not be there."""
        column = cells_named(self.part.table, names)
        every = len(self.part.positions)
        if column is None:
            return pa.nulls(every, pa.string())
        return column if every == len(column) else column.take(pa.array(self.part.positions))

    def _mapped(self, name: str) -> Column:
        mapping = self.mapping
        cells = self._raw(mapping.columns[name])
        if codes := mapping.codes.get(name):
            filled_up = plain(cells).fill_null("")
            cells = on_distinct(filled_up, lambda text: codes.get(text, text) or None)
        if name in self.kinds.amounts:
            cells = read_money(cells, mapping.money)
        if name in self.kinds.periods:
            cells = on_distinct(cells, self._period)
        if name in self.kinds.dates and mapping.dates:
            forms = (*mapping.dates, ISO) if is_workbook(self.file) else mapping.dates
            read = read_dates(cells, forms)
            rows = self.part.table.rows[self.part.positions][read.wrong].tolist()
            cells = pc.if_else(pa.array(read.wrong), pa.scalar(None, pa.string()), plain(read.cells))
            return Column(cells, mapping.columns[name], tuple(CellProblem(row, name, "bad-date") for row in rows))
        return Column(cells, mapping.columns[name])

    def _period(self, text: str) -> str:
        """Return a period as agreed, where a text calls a month: `Jan-24`; what calls none stays, and is bad."""
        month = month_said(text)
        return self.kind.of_month(month) if month and not self.kind.fits(text) else text

    def _parts(self, parts: Sequence[str]) -> tuple[str, ...]:
        return tuple(each for part in parts if part != ROW for each in self.mapping.spellings(part))

    def _key_part(self, part: str) -> pa.Array:
        """Return the cells of a part of a key, trimmed, with single blanks."""
        spellings = self.mapping.spellings(part)
        cells = on_distinct(self._raw(spellings), _single_blanks)
        theirs = {folded(name) for name in spellings}
        amounts = {folded(name) for each in self.kinds.amounts for name in self.mapping.columns.get(each, ())}
        return on_distinct(cells, _without_noise) if theirs & amounts else cells

    def _key(self, parts: Sequence[str]) -> pa.Array:
        """Return a made key: its parts, trimmed, with single blanks, joined; null where none is filled."""
        if parts == (ROW,):
            rows = self.part.table.rows[self.part.positions].tolist()
            place = [_single_blanks(each) or "" for each in (self.file, self.part.table.sheet)]
            return pa.array([JOIN.join((*place, str(row))) for row in rows], pa.string())
        columns = [self._key_part(part) for part in parts]
        joined = pc.binary_join_element_wise(*map(plain, columns), JOIN, null_handling="replace", null_replacement="")
        empty = np.logical_and.reduce([np.asarray(pc.is_null(column)) for column in columns])
        return pc.if_else(pa.array(empty), pa.scalar(None, pa.string()), joined)


def _without_noise(text: str) -> str:
    """Return an amount in pence where a workbook's binary fraction is that; any other text stays."""
    return money(text) or text if _BINARY.fullmatch(text) else text


def _single_blanks(text: str) -> str | None:
    return " ".join(filter(None, text.replace("\u00a0", " ").split(" "))) or None


def as_asked(column: pa.Array, *, encode: bool) -> pa.Array:
    """Return a column as a dictionary, or as plain text."""
    return encoded(column) if encode else plain(column)
