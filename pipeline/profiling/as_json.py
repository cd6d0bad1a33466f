"""What was found out about a file as one object, for programs; no cell is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.profiling.container import Kind
from pipeline.profiling.remarks import remarks

if TYPE_CHECKING:
    from pipeline.profiling.columns import Column
    from pipeline.profiling.profile import Profile


def facts(found: Profile) -> dict[str, object]:
    """Return the facts by name."""
    main, best = found.main, found.best
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
            _column(column, (match.agreed if (match := best.matches.get(column.place)) else None) if best else None)
            for column in main.columns
        ],
        "feed": best.feed.name if best else None,
        "likeness": main.figure,
        "check": remarks(found),
    }


def _column(column: Column, proposed: str | None) -> dict[str, object]:
    return {
        "name": column.name,
        "kind": column.kind,
        "forms": [*column.dates, *column.amounts],
        "filled": round(column.share, 4),
        "distinct": column.distinct,
        "people": list(column.people),
        "proposed": proposed,
    }
