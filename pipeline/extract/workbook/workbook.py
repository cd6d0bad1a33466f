"""Workbooks, one a month: a sheet of cells below a few title rows, as finance systems export it.

calamine reads the cells, from a copy that holds only the parts that the look at the package approved.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError
from pipeline.extract.given import FilesByPeriod, text_columns
from pipeline.extract.header import (
    LAYOUT,
    LOOKED_AT,
    LOOKED_BELOW,
    Around,
    Taken,
    difference,
    folded_name,
    is_header,
    is_header_like,
    match_header,
    note_of,
    taken,
)
from pipeline.extract.marking import cut_or_continued, refuse_marking
from pipeline.extract.paths import steadily
from pipeline.extract.workbook.lines import UNREADABLE, digest_of, grid_of, lines_of, refuse_marked_notes, shown
from pipeline.extract.workbook.package import Package
from pipeline.extract.workbook.parts import opened
from pipeline.model.source import Form
from pipeline.model.tables import CellProblem, Extracted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.extract.workbook.lines import Grid, Lines
    from pipeline.extract.workbook.parts import Opened, Sheet
    from pipeline.model.source import Names


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
        digest, size, found, number, grid = steadily(root, path, lambda file: self._opened(file, path, declared))
        other = None
        try:
            lines, places = self._lines(grid, found, number, declared, Taken(self.title_rows + 1, {}, ()))
        except InputError as error:
            rows = [[shown(value) for value in row] for row in grid[:LOOKED_AT]]
            other = taken(rows, declared, expected=self.title_rows + 1) if error.code in LAYOUT else None
            if other is None:
                raise
        if other:
            lines, places = self._lines(grid, found, number, declared, other)
        cells = {
            name: [None if row[places[name]] == UNREADABLE else row[places[name]] for row in lines.rows]
            for name in columns
        }
        first: dict[tuple[str | None, ...], int] = {}
        keys = (tuple(row[places[name]] for name in declared) for row in lines.rows)
        return Extracted(
            path=path,
            bytes=size,
            sha256=digest,
            encoding="xlsx",
            cells=text_columns(cells, dictionaries),
            rows=pa.array(lines.numbers, pa.int64()),
            repeats=pa.array([first.setdefault(key, index) for index, key in enumerate(keys)], pa.int64()),
            problems=_problems(lines, {places[name]: name for name in columns}),
            note=note_of(other.words) if other else "",
        )

    def _opened(self, file: BinaryIO, path: str, declared: Names) -> tuple[tuple[str, int, Opened, int, Grid], int]:
        """Return sha256 and size of a file, what is in it, the number of the wanted sheet, and its cells.

        Nothing unwanted is in it, and nothing of the extract elsewhere: `InputError` ``missing-sheet``,
        ``protective-marking``, ``cut-or-continued`` or the code of what is unwanted and not allowed.
        """
        digest, size = digest_of(file)
        found = opened(Package(file, where=path), self.allowed, self.title_rows + 1 + LOOKED_BELOW)
        headed = [
            number
            for number, rows in found.heads.items()
            if any(is_header(map(found.text, row.values()), [*declared]) for row in rows.values())
        ]
        chosen = self._chosen(found.parts.sheets, declared, headed, where=path)
        for number in found.sheets:
            if number != chosen:
                found.refuse_marked_lines(number, self.title_rows)
        found.check_amount(chosen)
        return (digest, size, found, chosen, grid_of(found, chosen)), size

    def _lines(
        self, grid: Grid, found: Opened, number: int, declared: Names, layout: Taken
    ) -> tuple[Lines, Mapping[str, int]]:
        """Return the rows below the header, and where the declared columns are in them."""
        where, header_row = found.package.where, layout.header_row
        at = f"{where}, row {header_row}"
        titles = [shown(value) for row in grid[: header_row - 1] for value in row]
        refuse_marking(titles, where=where, place="title rows")
        header_cells = [shown(value) for row in grid[header_row - 1 : header_row] for value in row]
        names = [layout.names.get(name, name) for name in header_cells]
        known = set(declared)
        refuse_marking((name for name in names if name not in known), where=at, place="header")
        filled_up = {place: digits for place, name in enumerate(names) for of, digits in self.digits if of == name}
        lines = lines_of(grid, found.looks[number], found.formats, header_row, filled_up)
        refuse_marked_notes(lines.rows, len(declared), where=where)
        used = {place for cells in lines.rows for place, cell in enumerate(cells) if cell is not None}
        header = [name if name or place in used else None for place, name in enumerate(names)]
        last = self.title_rows + 1 + LOOKED_BELOW
        near = {place: [shown(value) for value in row] for place, row in enumerate(grid[:last], start=1)}
        return lines, match_header(header, declared, where=at, around=Around(header_row, near))

    def _chosen(self, sheets: Sequence[Sheet], declared: Names, headed: Sequence[int], *, where: str) -> int:
        """Return the number (from 1) of the wanted sheet; ``headed`` are those that have the declared header.

        Raises `InputError` ``missing-sheet``; ``cut-or-continued`` where two names differ only in blanks, case or
        invisible characters, or where another sheet that is not hidden has the declared header too.
        """
        folds = Counter(folded_name(sheet.name) for sheet in sheets)
        if any(count > 1 for count in folds.values()):
            raise cut_or_continued(
                "two of its sheets have names that differ only in blanks, case or invisible characters",
                where=where,
                fix="have the lines put into one sheet, and the other one deleted or renamed",
            )
        chosen = [n for n, sheet in enumerate(sheets, 1) if sheet.part and sheet.name.strip(BLANKS) == self.sheet]
        if not chosen:
            raise self._missing(sheets, declared, headed, where=where)
        others = [number for number in headed if number != chosen[0] and not sheets[number - 1].hidden]
        if others:
            raise cut_or_continued(
                f"sheet {others[0]} of {len(sheets)} has the declared header as well: the extract goes on there",
                where=where,
                fix=f"have all lines put into the sheet `{self.sheet}`, and no other sheet with the same columns",
            )
        return chosen[0]

    def _missing(self, sheets: Sequence[Sheet], declared: Names, headed: Sequence[int], *, where: str) -> InputError:
        fold = folded_name(self.sheet)
        almost = [
            f"sheet {number} is `{self.sheet}` but for {difference(sheet.name.strip(BLANKS), self.sheet)}"
            for number, sheet in enumerate(sheets, start=1)
            if folded_name(sheet.name) == fold and sheet.part
        ]
        said = []
        for number in sorted(headed):
            name = sheets[number - 1].name.strip(BLANKS)
            shown_name = (
                f" (`{name}`)" if is_header_like(name, [*declared, self.sheet]) else ""
            )  # not where it may be a person's
            said.append(f"sheet {number}{shown_name} has the declared header")
        hint = "; ".join(["", *almost, *said]) or "; none of them has the declared header"
        what = f"none of its {len(sheets)} sheets is called `{self.sheet}`{hint}"
        fix = f"call the sheet `{self.sheet}`, or correct its name in the dataset's declaration (pipeline/datasets)"
        return InputError("missing-sheet", what, where=where, fix=fix)


def _problems(lines: Lines, names: Mapping[int, str]) -> tuple[CellProblem, ...]:
    """Return the cells of the columns ``names`` that no text stands for or that are rounded, row by row."""
    unreadable = [
        CellProblem(number, name, "unreadable-cell")
        for number, row in zip(lines.numbers, lines.rows, strict=True)
        if UNREADABLE in row
        for place, name in names.items()
        if row[place] == UNREADABLE
    ]
    rounded = [CellProblem(row, names[place], "damaged-key") for row, place in lines.rounded if place in names]
    return tuple(sorted([*unreadable, *rounded], key=lambda problem: problem.row))
