"""What was found out about a file, in lines that people read and as one object for programs; no cell is in either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.extract.header import folded_name
from pipeline.extract.mapped.header import letter
from pipeline.extract.marking import is_marked
from pipeline.profiling import columns as kinds
from pipeline.profiling.cells import READABLE, is_readable
from pipeline.profiling.container import Kind
from pipeline.profiling.likeness import SURE
from pipeline.profiling.profile import FITS
from pipeline.profiling.text_file import named
from pipeline.profiling.workbook_file import FOUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.profiling.columns import Column
    from pipeline.profiling.profile import Profile, Sheet


#: The agreed forms of dates: no mapping is needed for them.
AGREED_DATES = ("YYYY-MM-DD", "DD/MM/YYYY")
_SHOWN = 3


def remarks(found: Profile) -> list[str]:
    """Return the sentences, in the order in which somebody looks: file, layout, columns, proposal."""
    return [*_of_file(found), *_of_layout(found.main), *_of_columns(found), *_of_proposal(found)]


def called(column: Column) -> str:
    """Return what a column is called in messages, and in a mapping where it has no name."""
    return f"`{column.name}`" if column.name else letter(column.place)


def _of_file(found: Profile) -> Iterator[str]:
    if found.text:
        yield from (each for each in found.text.remarks if not each.startswith("encoding") or "certain" not in each)
    for code in found.holds:
        yield f"the workbook has {FOUND[code]} ({code})"
    left = [sheet for sheet in found.sheets if sheet not in found.chosen]
    if left:
        yield f"sheets or tables that are not part of the rows: {len(left)} of {len(found.sheets)}"


def _of_layout(sheet: Sheet) -> Iterator[str]:
    if not sheet.header.row and sheet.table.names is None:
        yield "no header was found: columns are called by their letters, and names of columns would help"
    elif not sheet.header.sure:
        yield f"the header was taken to be row {sheet.header.row}, which is not sure"
    if sheet.header.hidden:
        places = ", ".join(letter(place) for place in sheet.header.hidden)
        yield f"names of columns that could be somebody's are not shown: {places}"
    names = [column.name.casefold() for column in sheet.columns if column.name]
    doubled = sorted(
        {column.name for column in sheet.columns if column.name and names.count(column.name.casefold()) > 1}
    )
    if doubled:
        yield f"several columns have one name: {', '.join(f'`{name}`' for name in doubled)}"
    if sheet.repeated:
        yield f"rows that are the header once more, of those that were looked at: {sheet.repeated:,}"
    above = [cell for row in sheet.table.head if row.number <= sheet.header.row for cell in row.cells]
    if any(map(is_marked, above)):
        yield "a protective marking above OFFICIAL stands above the rows: the file would stop"
    if sheet.footers.notes:
        yield f"rows at the end that hold one cell only, as notes do: {sheet.footers.notes}"
    if sheet.footers.rows and not sheet.footers.notes:
        yield f"rows at the end that are totals or the like: {sheet.footers.rows}"


def _of_columns(found: Profile) -> Iterator[str]:
    matches = found.best.matches if found.best else {}
    for column in found.main.columns:
        if column.kind == kinds.EMPTY:
            continue
        if column.name is None and not found.main.header.row:
            continue
        if column.name is None:
            yield f"{called(column)} has cells and no name"
        if column.place not in matches:
            continue
        wrong = [form for form in column.dates if not is_readable(form)]
        if wrong and column.kind in {kinds.DATE, kinds.MONTH}:
            yield f"{called(column)}: some dates are written as {', '.join(wrong)}, which no mapping reads"
        if column.order_in_doubt:
            yield f"{called(column)}: nothing shows whether day or month comes first in its dates"
        unread = [form for form in column.amounts if form not in READABLE]
        if unread:
            signs = ", ".join(f"`{form}`" for form in unread)
            yield f"{called(column)}: some amounts are written with {signs}, which no mapping reads"
        if column.odd:
            yield f"{called(column)}: {column.odd:,} of {column.filled:,} cells looked at are no {column.kind}"


def _of_proposal(found: Profile) -> Iterator[str]:
    best = found.main.best
    if found.best is None:
        nearest = f"; the nearest is `{best.feed.name}` ({best.figure:.2f} of 1, less than {FITS})" if best else ""
        yield f"no declared extract is like it{nearest}"
        return
    feed, taken = found.best.feed, {match.agreed for match in found.best.matches.values()}
    lacking = [f"`{name}`" for name in feed.used if name not in taken and name not in feed.periods]
    if lacking:
        yield f"nothing was taken for {', '.join(lacking)}: the draft says what stands for each"
    if _is_agreed(found):
        yield "its columns have the agreed names: it needs a mapping only where its files are called otherwise"
    for column in found.main.columns:
        match = found.best.matches.get(column.place)
        if match and match.score < SURE:
            told = "by what it holds" if match.why == "content" else "its name is not quite one that is known"
            yield f"{called(column)} was taken for `{match.agreed}`: {told} ({match.score:.2f})"


def _is_agreed(found: Profile) -> bool:
    """Return whether every column has the name of the agreed one that it was taken for, and none is missing."""
    if found.best is None:
        return False
    named = {match.agreed: found.main.column(place).name for place, match in found.best.matches.items()}
    columns = [column for column in found.main.columns if column.name or column.kind != kinds.EMPTY]
    alike = all(folded_name(name or "") == folded_name(agreed) for agreed, name in named.items())
    return alike and len(named) == len(columns) == len(found.best.feed.declared)


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
        people = (f"{kind} {'by its name' if share == 1 else f'{share:.1%}'}" for kind, share in column.people.items())
        if column.people:
            yield f"        people: {', '.join(people)}"
        if column.patterns:
            yield f"        patterns: {', '.join(f'{shape} {share:.0%}' for shape, share in column.patterns)}"
        if cells:
            rows = main.table.body(main.header.row, main.footers.first)
            filled = (row.cells[column.place] for row in rows if any(row.cells[column.place : column.place + 1]))
            yield f"        cells: {' | '.join([*dict.fromkeys(filled)][:_SHOWN]) or 'none'}"
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
