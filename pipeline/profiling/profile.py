"""The whole look at a file: container, tables, header, columns, and the feed that it resembles most."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import InputError
from pipeline.extract.database.sqlite import sqlite_engine
from pipeline.extract.paths import unreadable
from pipeline.plain import NotPlainError, open_plain
from pipeline.profiling.columns import look_at
from pipeline.profiling.container import Kind, kind_of
from pipeline.profiling.grid import Table, gather
from pipeline.profiling.layout import Footers, Header, find_footers, find_header
from pipeline.profiling.likeness import Likeness, likeness
from pipeline.profiling.text_file import Layout, read_text
from pipeline.profiling.workbook_file import read_book

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.model.declaration import Feed
    from pipeline.profiling.columns import Column
    from pipeline.profiling.grid import Row
    from pipeline.profiling.likeness import Synonyms


#: A sheet with less than one in so many rows of the fullest one does not speak for the others.
_FAIR = 10
#: What is less like every feed than this is none of them.
FITS = 0.5


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file, read: where its header stands, what is below it, its columns, what it resembles.

    ``repeated`` counts rows below the header, of those looked at, that are the header once more.
    """

    table: Table
    header: Header
    footers: Footers
    columns: Sequence[Column]
    best: Likeness | None
    repeated: int = 0

    @property
    def figure(self) -> float:
        """How like the feed is that it resembles most."""
        return self.best.figure if self.best else 0.0

    def column(self, place: int) -> Column:
        """Return the column at a place."""
        return next(column for column in self.columns if column.place == place)

    def cells(self, place: int) -> set[str]:
        """Return the different cells of a column, of the rows looked at: for comparisons, never to be shown."""
        return {row.cells[place] for row in self._body() if place < len(row.cells) and row.cells[place]}

    def begins(self, word: str) -> bool:
        """Return whether the first filled cell of a row of the table, of those looked at, begins with a word."""
        firsts = (next(filter(None, row.cells), "") for row in self._body())
        return any(first.casefold().startswith(word.casefold()) for first in firsts)

    def is_key(self, agreed: Sequence[str]) -> bool:
        """Return whether some agreed columns together tell all rows apart that were looked at."""
        matches = self.best.matches if self.best else {}
        places = [place for name in agreed for place, match in matches.items() if match.agreed == name]
        rows = [tuple(row.cells[place : place + 1] for place in places) for row in self._body()]
        return len(places) == len(agreed) and len(set(rows)) == len(rows)

    def _body(self) -> Iterator[Row]:
        return self.table.body(self.header.row, self.footers.first)

    @property
    def rows(self) -> int:
        """How many rows of the table there are, all of the file considered."""
        return max(0, self.table.filled - self.header.titles - (1 if self.header.row else 0) - self.footers.rows)


@dataclass(frozen=True, slots=True)
class Profile:
    """What was found out about a file: how it is written, its sheets, and those of them that hold the rows.

    ``chosen`` are the sheets that go together; ``holds`` are codes of what else a
    workbook holds.  What is less like a feed than ``least`` is none of it.
    """

    path: Path
    kind: Kind
    text: Layout | None
    sheets: Sequence[Sheet]
    chosen: Sequence[Sheet]
    holds: Sequence[str] = field(default_factory=tuple)
    least: float = FITS

    @property
    def main(self) -> Sheet:
        """The first sheet with a fair share of the rows: its names and kinds are those that are shown."""
        most = max(sheet.rows for sheet in self.chosen)
        return next(sheet for sheet in self.chosen if sheet.rows * _FAIR >= most)

    @property
    def best(self) -> Likeness | None:
        """The feed that it resembles most, None where it resembles none."""
        best = self.main.best
        return best if best and best.matches and best.figure >= self.least else None


def profile(path: Path, feeds: Sequence[Feed], synonyms: Synonyms, *, least: float = FITS) -> Profile:
    """Return what is found out about the file at ``path``; `InputError` where it holds no table."""
    where = path.name
    try:
        file = open_plain(path)
    except FileNotFoundError:
        raise InputError("missing-file", "there is no such file", where=where, fix="correct the name") from None
    except NotPlainError:
        what = "this is a folder, a pipe or a device"
        raise InputError("not-a-file", what, where=where, fix="name one file") from None
    except OSError as error:
        raise unreadable(where, error) from None
    text: Layout | None = None
    holds: Sequence[str] = ()
    with file:
        kind = kind_of(file, where=where)
        if kind is Kind.TEXT:
            text, table = read_text(file, where=where)
            tables: Sequence[Table] = [table]
        elif kind is Kind.SQLITE:
            tables = read_database(path, where=where)
        else:
            tables, holds = read_book(file, kind, where=where)
    sheets = [_sheet(table, feeds, synonyms) for table in tables if table.rows or table.names]
    if not sheets:
        raise InputError("empty-file", "no cell is filled", where=where, fix="have it exported again")
    return Profile(path, kind, text, sheets, _together(sheets), tuple(holds), least)


def _sheet(table: Table, feeds: Sequence[Feed], synonyms: Synonyms) -> Sheet:
    header = find_header(table, synonyms)
    footers = find_footers(table, header)
    heading = tuple(cell.casefold() for cell in table.head[header.row - 1].cells) if header.row else ()
    every = [row.cells for row in table.body(header.row, footers.first)]
    body = [cells for cells in every if tuple(cell.casefold() for cell in cells) != heading]
    columns = [
        look_at(place, name, [cells[place] if place < len(cells) else "" for cells in body])
        for place, name in enumerate(header.names)
    ]
    found = [likeness(columns, feed, synonyms) for feed in feeds]
    return Sheet(
        table, header, footers, columns, max(found, key=lambda each: each.figure, default=None), len(every) - len(body)
    )


def _together(sheets: Sequence[Sheet]) -> Sequence[Sheet]:
    """Return the sheet that tells most and the others of its layout, in order: a year's workbook has one each month."""
    seen = [sheet for sheet in sheets if not sheet.table.hidden] or list(sheets)
    main = max(seen, key=lambda sheet: (round(sheet.figure, 1), sheet.rows))
    if main.best is None or not main.best.matches:
        return [main]
    told = {match.agreed for match in main.best.matches.values() if match.score >= 0.6}  # noqa: PLR2004 - not by chance
    others = [
        sheet
        for sheet in seen
        if sheet is not main
        and sheet.best
        and sheet.best.feed is main.best.feed
        and told <= {match.agreed for match in sheet.best.matches.values()}
    ]
    return sorted([main, *others], key=lambda sheet: next(n for n, each in enumerate(sheets) if each is sheet))


def read_database(path: Path, *, where: str) -> list[Table]:
    """Return what each table and view of a SQLite file holds; nothing is written."""
    engine = sqlite_engine(path)
    try:
        with engine.connect() as connection:
            seen = sql.inspect(connection)
            names = [*seen.get_table_names(), *seen.get_view_names()]
            tables = {name: [column["name"] for column in seen.get_columns(name)] for name in names}
            return [
                gather(_rows(connection, name, columns), Table(name=name, names=tuple(columns)))
                for name, columns in tables.items()
            ]
    except SQLAlchemyError:  # its text may hold a cell
        what, fix = "the SQLite file is damaged", "have it copied again"
        raise InputError("broken-database", what, where=where, fix=fix) from None
    finally:
        engine.dispose()


def _rows(connection: sql.Connection, name: str, columns: Sequence[str]) -> Iterator[Sequence[str]]:
    every: sql.Select[*tuple[object, ...]] = sql.select(*map(sql.column, columns)).select_from(sql.table(name))
    for row in connection.execution_options(stream_results=True).execute(every):
        yield ["" if value is None or isinstance(value, bytes) else str(value) for value in row]
