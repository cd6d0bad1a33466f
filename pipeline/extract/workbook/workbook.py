"""Workbooks, one a month: a sheet of cells below a few title rows, as finance systems export it.

calamine reads the cells, from a copy that holds only the parts that the look at the package approved.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.errors import InputError
from pipeline.extract.forgiving import LAYOUT, LOOKED_AT, Taken, note_of, taken
from pipeline.extract.given import FilesByPeriod, text_columns
from pipeline.extract.header import LOOKED_BELOW, Around, match_header
from pipeline.extract.marking import refuse_marking
from pipeline.extract.paths import steadily
from pipeline.extract.workbook.cells import is_no_line
from pipeline.extract.workbook.lines import UNREADABLE, grid_of, lines_of, shown
from pipeline.extract.workbook.package import Package
from pipeline.extract.workbook.parts import look
from pipeline.extract.workbook.sheets import Wanted
from pipeline.model.source import Form
from pipeline.model.tables import CellProblem, Extracted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.extract.workbook.parts import Look
    from pipeline.model.source import Names

    Grid = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Workbook(FilesByPeriod):
    """One workbook a month, at ``pattern`` below the folder of extracts.

    The header is the row below ``title_rows`` rows of the sheet ``sheet``.  ``allowed`` are codes of things
    that otherwise stop the file: ``hidden-sheet``, ``hidden-cells``, ``pivot-cache``, ``comment``, ``macro``,
    ``external-link``, ``data-model``, ``embedded-file``, ``connection``, ``custom-xml``, ``unknown-part``.
    ``digits`` are columns whose number cells have lost zeros at the front, and how many digits they have.
    """

    pattern: str
    sheet: str
    title_rows: int = 0
    allowed: tuple[str, ...] = ()
    digits: tuple[tuple[str, int], ...] = ()

    @property
    def form(self) -> Form:
        """How it is laid out."""
        return Form(self.pattern, self.title_rows, self.sheet)

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` of the workbook at ``path``, those in ``dictionaries`` dictionary-encoded.

        Numbers are the shortest decimal that gives the same float, dates are ISO days.  Every error is an
        `InputError` about the whole file; cells that cannot be read are listed in ``problems``.
        """
        digest, size, table, note = self._whole(root, path, declared)
        return Extracted(
            path=path,
            bytes=size,
            sha256=digest,
            encoding="xlsx",
            cells=text_columns(table.cells(columns), dictionaries),
            rows=pa.array(table.numbers, pa.int64()),
            repeats=table.repeats(declared),
            problems=table.problems(columns),
            note=note,
        )

    def _whole(self, root: Path, path: str, declared: Sequence[str]) -> tuple[str, int, _Table, str]:
        def read(file: BinaryIO) -> tuple[tuple[str, int, Grid, Look], int]:
            digest, size = digest_of(file)
            return (digest, size, *self._grid(file, path, declared)), size

        digest, size, grid, found = steadily(root, path, read)
        agreed = Taken(self.title_rows + 1, {}, ())
        try:
            return digest, size, self._table(grid, found, declared, agreed, where=path), ""
        except InputError as error:
            rows = [[shown(value) for value in row] for row in grid[:LOOKED_AT]]
            other = taken(rows, declared, expected=agreed.header_row) if error.code in LAYOUT else None
            if other is None:
                raise
        return digest, size, self._table(grid, found, declared, other, where=path), note_of(other.words)

    def _grid(self, file: BinaryIO, path: str, declared: Sequence[str]) -> tuple[Grid, Look]:
        """Return the wanted sheet's cells from A1 on, and what the look into the workbook saw."""
        package = Package(file, where=path)
        found = look(package, Wanted(self.sheet, self.title_rows, self.allowed, declared))
        return grid_of(package, found.parts, found.sheet, found.seen), found

    def _table(self, grid: Grid, found: Look, declared: Sequence[str], layout: Taken, *, where: str) -> _Table:
        """Return the rows below the header, whose columns are the declared ones."""
        header_row = layout.header_row
        titles = [shown(value) for row in grid[: header_row - 1] for value in row]
        refuse_marking(titles, where=where, place="title rows")
        at = f"{where}, row {header_row}"
        header_cells = [shown(value) for row in grid[header_row - 1 : header_row] for value in row]
        names = [layout.names.get(name, name) for name in header_cells]
        known = set(declared)
        refuse_marking((name for name in names if name not in known), where=at, place="header")
        filled_up = {place: digits for place, name in enumerate(names) for of, digits in self.digits if of == name}
        lines = lines_of(grid, found.seen, found.formats, header_row, filled_up)
        refuse_marked_notes(lines.rows, len(declared), where=where)
        used = {place for cells in lines.rows for place, cell in enumerate(cells) if cell is not None}
        header = [name if name or place in used else None for place, name in enumerate(names)]
        around = Around(header_row, self._near(grid))
        return _Table(*lines, match_header(header, declared, where=at, around=around))

    def _near(self, grid: Grid) -> Mapping[int, Sequence[str]]:
        """Return the cells of the rows near the header's place, by number."""
        last = self.title_rows + 1 + LOOKED_BELOW
        return {number: [shown(value) for value in row] for number, row in enumerate(grid[:last], start=1)}


class _Table(NamedTuple):
    """Rows as text, `UNREADABLE` where there is none; their numbers; where each declared column is.

    ``rounded`` are the row number and place of number cells with more digits than a spreadsheet keeps.
    """

    rows: Sequence[Sequence[str | None]]
    numbers: Sequence[int]
    rounded: Sequence[tuple[int, int]]
    places: Mapping[str, int]

    def cells(self, columns: Names) -> dict[str, list[str | None]]:
        """Return the asked columns, None where a cell is empty or unreadable."""
        places = {name: self.places[name] for name in columns}
        return {name: [None if row[at] == UNREADABLE else row[at] for row in self.rows] for name, at in places.items()}

    def repeats(self, declared: Sequence[str]) -> pa.Int64Array:
        """Return for each row the index of the first row with the same declared cells."""
        order = [self.places[name] for name in declared]
        first: dict[tuple[str | None, ...], int] = {}
        found = [first.setdefault(tuple(row[place] for place in order), index) for index, row in enumerate(self.rows)]
        return pa.array(np.array(found, np.int64))

    def problems(self, columns: Sequence[str]) -> tuple[CellProblem, ...]:
        """Return the cells of the asked columns that no text stands for or that are rounded, row by row."""
        names = {self.places[name]: name for name in columns}
        unreadable = [
            CellProblem(number, name, "unreadable-cell")
            for number, row in zip(self.numbers, self.rows, strict=True)
            if UNREADABLE in row
            for name in columns
            if row[self.places[name]] == UNREADABLE
        ]
        rounded = [CellProblem(row, names[place], "damaged-key") for row, place in self.rounded if place in names]
        return tuple(sorted([*unreadable, *rounded], key=lambda each: each.row))


def refuse_marked_notes(rows: Sequence[Sequence[str | None]], width: int, *, where: str) -> None:
    """Refuse a marking in a row that is no line: a note below the last one, a heading between two."""
    for row in rows:
        filled = [cell for cell in row if cell is not None]
        if is_no_line(len(filled), width):
            refuse_marking(filled, where=where, place="rows below the last line, or between lines")


def digest_of(file: BinaryIO) -> tuple[str, int]:
    """Return the sha256 of a file's bytes from where it stands, and how many there are."""
    digest = hashlib.sha256()
    size = 0
    while block := file.read(1 << 20):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size
