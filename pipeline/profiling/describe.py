"""What was found out about a file, in lines that people read and as one object for programs; no cell is in either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.extract.mapped.header import letter
from pipeline.profiling import columns as kinds
from pipeline.profiling.container import Kind
from pipeline.profiling.remarks import remarks
from pipeline.profiling.text_file import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.profiling.columns import Column
    from pipeline.profiling.profile import Profile, Sheet

_SHOWN = 3


def lines(found: Profile, *, cells: bool = False) -> Iterator[str]:
    """Yield the lines; ``cells``: with a few of each column, for a terminal only."""
    main = found.main
    yield f"{found.path.name}: {found.kind.value}"
    yield from (f"  {line}" for line in _layout(found))
    yield ""
    sampled = f" (of one row in {main.table.stride:,}, from the whole file)" if main.table.stride > 1 else ""
    others = f" of `{main.table.name}`, the first of {len(found.chosen)}" if len(found.chosen) > 1 else ""
    yield f"columns{others}{sampled}"
    best = found.best
    for column in main.columns:
        match = best.matches.get(column.place) if best else None
        yield f"  {_of(column)}{f'  -> {match.agreed}' if match else ''}"
        yield from (f"        {line}" for line in _more(column))
        if cells:
            yield f"        cells: {' | '.join(_examples(main, column)) or 'none'}"
    yield ""
    if best:
        yield f"most like the extract `{best.feed.name}` ({best.feed.title}): {best.figure:.2f} of 1"
    yield from (f"CHECK {line}" for line in remarks(found))


def _layout(found: Profile) -> Iterator[str]:
    main = found.main
    if found.text:
        yield from found.text.remarks[:1]
        ends = " and ".join(found.text.line_ends) or "nothing"
        yield f"cells are separated by {named(found.text.delimiter)}; lines end with {ends}"
    else:
        yield f"{len(found.chosen)} of {len(found.sheets)} sheets or tables hold the rows: {_names(found.chosen)}"
        hidden = [sheet for sheet in found.sheets if sheet.table.hidden]
        if hidden:
            yield f"hidden: {_names(hidden)}"
    header = main.header
    if header.row:
        above = f"; title rows above it: {header.titles}" if header.titles else ""
        yield f"the header is row {header.row}{above}"
    below = f"; below them totals or notes: {main.footers.rows}" if main.footers.rows else ""
    yield f"rows: {sum(sheet.rows for sheet in found.chosen):,}{below}"
    blank = main.table.blank - max(0, header.row - 1 - header.titles)
    if blank > 0:
        yield f"blank rows between them: {blank:,}"
    empty = [_short(column.place) for column in main.columns if column.kind == kinds.EMPTY]
    if empty:
        yield f"empty columns: {', '.join(empty)}"


def _short(place: int) -> str:
    return letter(place).removeprefix("column ")


def _names(sheets: Sequence[Sheet]) -> str:
    return ", ".join(f"`{sheet.table.name}`" for sheet in sheets)


def _of(column: Column) -> str:
    name = f"`{column.name}`" if column.name else "no name"
    if column.kind == kinds.EMPTY:
        return f"{_short(column.place):<3} {name}: empty"
    forms = ", ".join((*column.dates, *column.amounts))
    kind = f"{column.kind} ({forms})" if forms else column.kind
    return f"{_short(column.place):<3} {name}: {kind}, {column.share:.0%} filled, {column.distinct:,} different"


def _more(column: Column) -> Iterator[str]:
    if column.people:
        said = ", ".join(
            f"{kind} {'by its name' if share == 1 else f'{share:.1%}'}" for kind, share in column.people.items()
        )
        yield f"people: {said}"
    if column.patterns:
        yield f"patterns: {', '.join(f'{shape} {share:.0%}' for shape, share in column.patterns)}"


def _examples(sheet: Sheet, column: Column) -> list[str]:
    rows = sheet.table.body(sheet.header.row, sheet.footers.first)
    cells = (row.cells[column.place] for row in rows if column.place < len(row.cells))
    return list(dict.fromkeys(cell for cell in cells if cell))[:_SHOWN]


def facts(found: Profile) -> dict[str, object]:
    """Return what was found out as one object, for programs."""
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
            _facts_of(column, (match.agreed if (match := best.matches.get(column.place)) else None) if best else None)
            for column in main.columns
        ],
        "feed": best.feed.name if best else None,
        "likeness": main.figure,
        "check": remarks(found),
    }


def _facts_of(column: Column, proposed: str | None) -> dict[str, object]:
    return {
        "name": column.name,
        "kind": column.kind,
        "forms": [*column.dates, *column.amounts],
        "filled": round(column.share, 4),
        "distinct": column.distinct,
        "people": list(column.people),
        "proposed": proposed,
    }
