"""Inventing the rows of any extract from what is declared of it and from the schema of what is published."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.model.handling import Treatment
from pipeline.model.periods import MONTH
from pipeline.plain import read_plain
from pipeline.sample.columns import CHUNK, rows_of, spread
from pipeline.sample.draw import Cells, FeedLore
from pipeline.sample.force import LAST_MONTH, generator, lore
from pipeline.sample.kinds import Planted, Sower, Sown, kind_of
from pipeline.sample.mark import CRIME_MARK, NUMBER_MARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.handling import Handling
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Form
    from pipeline.sample.columns import Table
    from pipeline.sample.draw import Force, Row

#: No file has more odd rows than these: more bad ones could stop a dataset.
_MOST_ODD = 18
_LEAST = 20
#: How much a kind of column suits to bear the mark where no reference does.
_MARKED = ("reference", "bank", "detail", "text", "amount", "day")
#: Kinds that are somebody's, in tables that nothing is declared of.
_OF_PEOPLE = frozenset({"name", "email", "phone", "postcode", "trait", "text", "address", "birth-date"})


def _winter(month: str) -> float:
    """Return how deep in winter a month is: 0 in July, 1 in January."""
    return (1 + math.cos((int(month[5:]) - 1) * math.pi / 6)) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """One kind of extract: its form, the feeds that read it, the fields that are published of it."""

    form: Form
    feeds: tuple[Feed, ...]
    fields: Mapping[str, Mapping[str, Any]]
    lore: FeedLore

    @property
    def by_period(self) -> bool:
        """Whether each period has a file."""
        return "{period}" in self.form.file

    @property
    def name(self) -> str:
        """The name of its first feed."""
        return self.feeds[0].name

    @property
    def kind(self) -> PeriodKind:
        """The kind of its periods."""
        return self.feeds[0].period.of_files

    def files(self, months: Sequence[str]) -> tuple[tuple[Period, str], ...]:
        """Return its files below ``data/raw``, each with its period; the last month where it is not a period's."""
        if not self.by_period:
            return ((self.kind.only or months[-1], self.form.file),)
        periods = {self.kind.of_month(month) for month in months} | ({self.lore.empty} - {""})
        return tuple((period, self.form.file.format(period=period)) for period in sorted(periods))

    def rows(self, crimes: int) -> int:
        """Return how many rows a month has where there are so many ``crimes``."""
        return min(max(int(crimes * self.lore.share), _LEAST), self.lore.most)

    @property
    def entry(self) -> frozenset[str]:
        """The raw columns that name an entry of a register."""
        feed = self.feeds[0]
        named = {name for rule in feed.rules for name in rule.entry}
        return frozenset(name for each in feed.treatments if named & {*each.makes} for name in each.columns)

    @property
    def handlings(self) -> Iterator[Handling]:
        """What becomes of its columns; rules come last, as they know more than treatments do."""
        for feed in reversed(self.feeds):
            yield from feed.columns.values()
            yield from feed.rules


def extracts_of(datasets: Iterable[Dataset], schemas: Path) -> list[Extract]:
    """Return the extracts that ``datasets`` read, each once."""
    found: dict[tuple[str, str], Extract] = {}
    for dataset in datasets:
        fields = _fields_of(schemas / dataset.family / f"{dataset.name}.json")
        family = lore().get(dataset.family)
        for feed in dataset.feeds:
            form = feed.source.form
            if not form.file:
                continue  # it is made of lists, which the force keeps
            own = (family.feeds if family else {}).get(feed.name, FeedLore())
            known = found.get((form.file, form.table)) or Extract(form=form, feeds=(), fields={}, lore=own)
            found[form.file, form.table] = replace(known, feeds=(*known.feeds, feed), fields={**fields, **known.fields})
    return list(found.values())


def _fields_of(schema: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the published fields by name; none where the schema cannot be read: the dataset's own run says why."""
    try:
        return {field["name"]: field for field in json.loads(read_plain(schema))["fields"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventor:
    """Invents the rows of one extract; ``crimes`` is how many crimes are recorded a month.

    A register is as it stands so many months ``later``.
    """

    force: Force
    extract: Extract
    months: Sequence[str]
    crimes: int
    later: int = 0

    def tables(self, period: Period, sown: Sequence[Row]) -> Iterator[Table]:
        """Yield the rows of a period's file, odd ones between the first; the ``sown`` ones stand in the first file."""
        months = self._months_of(period)
        if not months:  # the period without a row, where it is none of the sample's own
            yield {name: cells[:0] for name, cells in self._plain_table(self.months[0], 1, first=1).items()}
            return
        first = next(each for each, _ in self.extract.files(self.months) if self._months_of(each))
        odd = self._odd_rows(period, sown if period == first else ())
        for number, month in enumerate(months):
            rows = self._rows(month)
            if self.extract.by_period and not number and not self.extract.lore.whole:
                rows = max(rows - len(odd), rows // 2)
            rng = generator(self.extract.name, month)
            for start in range(0, rows, CHUNK):
                table = self._table(self._cells(month, min(CHUNK, rows - start), first=1 + start, rng=rng))
                yield spread(self._later(table) if not number else table, odd)
                odd = []

    def _later(self, table: Table) -> Table:
        """Return a register's rows as they stand later: the last goes and comes back, the first changes, one is new."""
        if not self.later or not self.extract.kind.register:
            return table
        new = self._plain_table(self.months[-1], 1, first=8_000_001)
        kept = len(next(iter(table.values()))) - (self.later == 1)
        names = self.extract.entry
        changed = {name: cells if name in names else np.append(cells[1:2], cells[1:]) for name, cells in table.items()}
        return {name: np.append(cells[:kept], new[name]) for name, cells in changed.items()}

    def _rows(self, month: str) -> int:
        """Return how many rows a month has, which follow its crimes; of some things there are more in summer."""
        most = self.extract.rows(self.crimes)
        rows = self.extract.rows(self._recorded(month)) * (1 - self.extract.lore.summer * _winter(month))
        return max(int(rows), min(most, _LEAST))

    def _recorded(self, month: str) -> int:
        """Return how many crimes are recorded in a month: fewer in winter, and a little fewer every year."""
        years = int(LAST_MONTH[:4]) - int(month[:4])
        noise = generator("season", month).random()
        return int(self.crimes * (1 - 0.09 * _winter(month) - 0.04 * noise) * 0.985 ** (2 - min(years, 2)))

    def _months_of(self, period: Period) -> list[str]:
        """Return the months whose rows stand in a period's file."""
        extract = self.extract
        return [each for each in self.months if not extract.by_period or extract.kind.of_month(each) == period]

    def _cells(self, month: str, rows: int, **how: Any) -> Cells:  # noqa: ANN401 - those of the class
        kind = self.extract.kind
        about = kind.of_month(month) if self.extract.by_period else month
        return Cells(
            force=self.force,
            rows=rows,
            before=self.months.index(month) * self.crimes,
            crimes=self._recorded(month),
            number=self.months.index(month),
            period=about,
            days_between=(MONTH.first_day(month), MONTH.last_day(month)),
            fields=self.extract.fields,
            **how,
        )

    def _table(self, draw: Cells) -> Table:
        """Return a table of cells for every declared column; one that bears the mark comes first."""
        cells: Table = {}
        for handling in self.extract.handlings:
            cells |= handling.example(draw)
        feed = self.extract.feeds[0]
        cells = {name: cells[name] if name in cells else draw.withheld(name) for name in feed.declared}
        cells |= {name: draw.of((*parts,), (*parts.values(),)) for name, parts in self.extract.lore.shares.items()}
        cells = self.extract.lore.amend(draw, cells)
        first = self._marked(draw, cells)
        return {first: cells.pop(first), **cells}

    def _marked(self, draw: Cells, cells: Table) -> str:
        """Return the column whose cells tell that the file is invented; one that is withheld takes the mark."""
        for name, column in cells.items():
            if column[0].startswith((CRIME_MARK, NUMBER_MARK)):
                return name
        withheld = [name for each in self.extract.feeds[0].withheld for name in each.columns]
        if not withheld:
            return next(iter(cells))
        chosen = min(withheld, key=lambda name: [*_MARKED, kind_of(name)].index(kind_of(name)))
        cells[chosen] = draw.references(self.extract.name)
        return chosen

    # --- odd rows ---------------------------------------------------------------------------------------

    def _odd_rows(self, period: Period, sown: Sequence[Row]) -> list[Row]:
        """Return a file's odd rows: plain ones, each with some cells put in."""
        extract = self.extract
        number = [each for each, _ in extract.files(self.months)].index(period)
        awkward = (cells for each in extract.handlings for cells in each.awkward())
        mark = {extract.feeds[0].declared[0]: f"{NUMBER_MARK}{number:04d}"}  # where no other column can bear it
        unmarked = [mark] * (not extract.feeds[0].withheld)
        known = extract.lore.odd(self.force.county, period, self.months)
        odd = [*unmarked, *islice(awkward, _MOST_ODD), *known, *sown]
        months = self._months_of(period)
        return self._plain(months[len(months) // 2], odd, first=9_000_001 + 1000 * number)

    def _plain(self, month: str, odd: Sequence[Mapping[str, str]], *, first: int) -> list[Row]:
        rows = rows_of(self._plain_table(month, len(odd), first=first)) if odd else []
        return [{**row, **cells} for row, cells in zip(rows, odd, strict=True)]

    def _plain_table(self, month: str, rows: int, *, first: int) -> Table:
        return self._table(self._cells(month, rows, first=first, rng=generator("odd"), plain=True))

    def plant(self, sower: Sower) -> tuple[list[Row], list[Planted]]:
        """Return rows with somebody in every identifying cell, the last one bad, and what is planted where."""
        rows: list[Row] = []
        planted: list[Planted] = []
        (plain_row,) = self._plain(self.months[0], [{}], first=7_000_001)
        for misplaced in (False, False, True):
            row: Row = {}
            for column, kind in self._sown(misplaced=misplaced).items():
                sown = sower.sow(kind)
                if kind == "record" and (marked := re.match(r"SAMPLE\D+\d+\*?(?=\d{7})", plain_row[column])):
                    cell = marked[0] + sown.cell
                    sown = Sown(cell, ((kind, cell),))
                row[column] = sown.cell
                planted += [Planted(self.extract.name, column, *piece) for piece in sown.pieces]
            rows.append(row)
        return rows, planted

    def beside(self, sower: Sower) -> Iterator[tuple[str, list[Row], list[Planted]]]:
        """Yield the name and the rows of each other table of the database, and what is planted in the first row."""
        for name, columns in self.extract.lore.tables.items():
            draw = self._cells(self.months[0], _LEAST, rng=generator(name))
            key, *others = columns
            table = {key: draw.references(name), **{each: draw.withheld(each) for each in others}}
            sown = {each: sower.sow(kind_of(each)) for each in others if kind_of(each) in _OF_PEOPLE}
            first, *rows = rows_of(table)
            planted = [Planted(name, each, *piece) for each, cell in sown.items() for piece in cell.pieces]
            yield name, [first | {each: cell.cell for each, cell in sown.items()}, *rows], planted

    def _sown(self, *, misplaced: bool) -> dict[str, str]:
        """Return the columns in which somebody is planted, with the kind of each; `record` is a reference."""
        found: dict[str, str] = {}
        for feed in self.extract.feeds:
            withheld = [name for each in feed.withheld for name in each.columns]
            if misplaced:
                for each in feed.columns.values():
                    if isinstance(each, Treatment) and not each.open_text:
                        found |= dict.fromkeys(each.columns, "name")
            found |= {name: "text" for name in withheld if kind_of(name) == "text"}
            found |= {name: kind_of(name) if name in withheld else "record" for name in feed.identifying}
        return found
