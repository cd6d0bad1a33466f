"""What was found out about a file, in lines that people read and as one object for programs; no cell is in either."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.extract.header import folded_name
from pipeline.extract.mapped.header import letter
from pipeline.extract.marking import is_marked
from pipeline.printable import printable
from pipeline.profiling import columns as kinds
from pipeline.profiling.agreed import text_of
from pipeline.profiling.cells import READABLE, is_readable
from pipeline.profiling.container import Kind
from pipeline.profiling.likeness import SURE
from pipeline.profiling.profile import FITS
from pipeline.profiling.text_file import named
from pipeline.profiling.workbook_file import FOUND

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.profiling.profile import Profile

_SHOWN = 3


@cache
def templates() -> Environment:
    """Return the templates beside this module: text of plain lines, nothing from outside forges one."""
    made = Environment(  # noqa: S701 - no HTML
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: printable(str(value)),
    )
    made.globals |= {"kinds": kinds, "FOUND": FOUND, "FITS": FITS, "SURE": SURE, "READABLE": READABLE}
    made.tests["readable"] = is_readable
    filters: dict[str, Callable[..., str]] = {
        "letter": letter,
        "short": lambda place: letter(place).removeprefix("column "),
        "quoted": lambda name: f"`{name}`",
        "called": lambda column: f"`{column.name}`" if column.name else letter(column.place),
        "delimiter": named,
        "json": text_of,
    }
    made.filters |= filters
    return made


def remarks(found: Profile) -> list[str]:
    """Return the sentences, in the order in which somebody looks: file, layout, columns, proposal."""
    main, best = found.main, found.best
    matches = best.matches if best else {}
    taken = {match.agreed: main.column(place).name or "" for place, match in matches.items()}
    names = [column.name.casefold() for column in main.columns if column.name]
    above = [cell for row in main.table.head if row.number <= main.header.row for cell in row.cells]
    # every column has the name of the agreed one that it was taken for, and none is missing
    columns = [column for column in main.columns if column.name or column.kind != kinds.EMPTY]
    alike = all(folded_name(name) == folded_name(agreed) for agreed, name in taken.items())
    return _rendered(
        "remarks.txt",
        found,
        left=[sheet for sheet in found.sheets if sheet not in found.chosen],
        doubled=sorted({each.name for each in main.columns if each.name and names.count(each.name.casefold()) > 1}),
        is_marked_above=any(map(is_marked, above)),
        lacking=[name for name in best.feed.used if name not in {*taken, *best.feed.periods}] if best else [],
        is_agreed=best is not None and alike and len(taken) == len(columns) == len(best.feed.declared),
    )


def lines(found: Profile, *, cells: bool = False) -> list[str]:
    """Return the lines; ``cells``: with a few of each column, for a terminal only."""
    main = found.main
    rows = [*main.table.body(main.header.row, main.footers.first)] if cells else []
    shown = {
        column.place: [*dict.fromkeys(row.cells[at] for row in rows if any(row.cells[at : at + 1]))][:_SHOWN]
        for column in (main.columns if cells else ())
        for at in (column.place,)
    }
    described = _rendered("description.txt", found, cells=shown)
    return [*described, *(f"CHECK {line}" for line in remarks(found))]


def _rendered(template: str, found: Profile, **told: object) -> list[str]:
    best = found.best
    matches = best.matches if best else {}
    text = templates().get_template(template).render(found=found, main=found.main, best=best, matches=matches, **told)
    return text.split("\n")[:-1] if text else []


def facts(found: Profile) -> dict[str, object]:
    """Return what was found out as one object, for programs."""
    main, best = found.main, found.best
    proposed = {place: match.agreed for place, match in best.matches.items()} if best else {}
    return {
        "file": found.path.name,
        "container": found.kind.value,
        "encoding": found.text.encoding if found.text else None,
        "delimiter": found.text.delimiter if found.text else None,
        "line_ends": list(found.text.line_ends) if found.text else None,
        "sheets": None if found.kind is Kind.TEXT else [sheet.table.name for sheet in found.chosen],
        "header_row": main.header.row or None,
        "title_rows": main.header.titles,
        "footer_rows": main.footers.rows,
        "rows": sum(sheet.rows for sheet in found.chosen),
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "forms": [*column.dates, *column.amounts],
                "filled": round(column.share, 4),
                "distinct": column.distinct,
                "people": list(column.people),
                "proposed": proposed.get(column.place),
            }
            for column in main.columns
        ],
        "feed": best.feed.name if best else None,
        "likeness": main.figure,
        "check": remarks(found),
    }
