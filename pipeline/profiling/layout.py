"""Where the header stands, what is above it, and what below the last row is no row of the table."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.header import is_header_like
from pipeline.profiling.cells import amount, dated, is_number
from pipeline.profiling.names import shown, words
from pipeline.profiling.people import people_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.profiling.grid import Row, Table
    from pipeline.profiling.likeness import Synonyms

#: The header is looked for in so many rows; so many below it show what its columns hold.
_LOOKED, _BELOW = 40, 60
_LONGEST_NAME, _MOST_OF_A_NAME = 80, 3
#: So much of a column has to be dates or numbers before its name stands out from it.
_TYPED = 0.7
#: A header that has labels over no more of the columns of dates and numbers than this is a row of the table.
_HARDLY = 0.5
#: Under this score no row is a header; a doubtful one is said.
_LEAST, _SURE = 2.6, 3.6
#: What the first cell below a table begins with, where it is no row of it.
ENDINGS = (
    *("grand total", "sub total", "subtotal", "total", "overall total", "sum of", "end of", "note", "notes", "source"),
    *("report", "printed", "page", "run date", "generated", "produced", "prepared", "records", "number of", "count"),
    *("* ", "please", "disclaimer", "key:", "data ", "this "),
)


class Header(NamedTuple):
    """Where the header stands (0 where there is none), how many filled rows are above it, its names by place.

    A name is None where there is none, or where it could be somebody's; ``hidden`` are the places of those.
    """

    row: int
    titles: int
    names: Sequence[str | None]
    hidden: Sequence[int] = ()
    sure: bool = True


class Footers(NamedTuple):
    """Rows below the table: the first one's number (beyond every row where there is none), how many, how they begin.

    ``word`` is a known word that the first of them begins with, "" where it is none: then only amounts stand there, or
    a note, counted in ``notes``.
    """

    first: int
    rows: int = 0
    word: str = ""
    notes: int = 0


def find_header(table: Table, names: Synonyms) -> Header:
    """Return the header of a table; ``names`` tells what somebody calls a column."""
    if table.names is not None:
        return _named(0, 0, table.names, names)
    widest = max(map(_filled, table.head), default=0)
    usual = max(median([_filled(row) for row in table.sample] or [0]), widest / 2)  # a month may have no row
    best, found = 0.0, None
    seen: set[tuple[str, ...]] = set()
    for row in table.head[:_LOOKED]:
        told = tuple(cell.casefold() for cell in row.cells if cell)
        if not told or told in seen:
            continue
        seen.add(told)
        score = _score(row, table, usual, names)
        if score > best + 1e-9:
            best, found = score, row
    if found is None or best < _LEAST:
        return Header(0, 0, [None] * table.width, sure=table.filled == 0)
    titles = sum(1 for row in table.head if row.number < found.number and _filled(row))
    cells = [*found.cells, *[""] * (table.width - len(found.cells))]
    return _named(found.number, titles, cells[: table.width], names)._replace(sure=best >= _SURE)


def _score(row: Row, table: Table, usual: float, names: Synonyms) -> float:
    """Return how much a row is a header: known names, labels over typed columns, as wide as the rows below it."""
    filled = [cell for cell in row.cells if cell]
    labels = [cell for cell in filled if is_label(cell)]
    if len(labels) < max(1, len(filled) / 2) or (len(filled) < 2 <= usual):  # noqa: PLR2004 - one cell is a title
        return 0.0
    below = [each for each in (*table.head, *table.sample) if each.number > row.number][:_BELOW]
    known = sum(names.is_known(cell) for cell in filled) / len(filled)
    score = 2 * known + min(1.0, len(filled) / max(usual, 1)) * (1 + len(labels) / len(filled))
    score += 0.5 * len({cell.casefold() for cell in filled}) / len(filled)
    contrast = _contrast(row, below, names)
    if contrast is None:  # nothing but words: they have to be known ones, else they may be somebody's
        return score if known >= _HARDLY else 0.0
    return score + 1.5 * contrast if contrast > _HARDLY else 0.0


def _contrast(row: Row, below: Sequence[Row], names: Synonyms) -> float | None:
    """Return in how many of the columns whose cells hold digits (dates, numbers, codes) the row has a label without.

    None where there is no such column: a row of the table has digits there itself.
    """
    typed = labelled = 0
    for place, cell in enumerate(row.cells):
        cells = [each.cells[place] for each in below if place < len(each.cells) and each.cells[place]]
        if cell and cells and sum(map(_has_digit, cells)) >= _TYPED * len(cells):
            typed += 1
            labelled += is_label(cell) and (not _has_digit(cell) or names.is_known(cell))
    return labelled / typed if typed else None


def _has_digit(cell: str) -> bool:
    return any(each.isdigit() for each in cell)


def is_label(cell: str) -> bool:
    """Return whether a cell may be the name of a column: some letters, no date, no amount, not long."""
    if len(cell) > _LONGEST_NAME or not any(each.isalpha() for each in cell):
        return cell in {"+", "£"}
    return not (dated(cell) or amount(cell) or is_number(cell))


def _filled(row: Row) -> int:
    return sum(1 for cell in row.cells if cell)


def _named(row: int, titles: int, cells: Sequence[str], names: Synonyms) -> Header:
    like_people = [place for place, name in enumerate(cells) if _is_like_people(name, names)]
    hidden = [place for place, name in enumerate(cells) if name and not _may_be_shown(name, names)]
    hidden += like_people if len(like_people) > 1 else []  # a pivoted sheet has people in its header
    told = [None if not name or place in hidden else shown(name) for place, name in enumerate(cells)]
    return Header(row, titles, told, sorted(set(hidden)))


def _may_be_shown(name: str, names: Synonyms) -> bool:
    """Return whether a name of a column is nobody's."""
    if names.is_known(name) or is_header_like(shown(name), ()):
        return True
    if dated(name) or (any(each.isdigit() for each in name) and not words(name)):
        return not any(each.isalpha() for each in name)
    return not set(people_in("", {name: 1})) - {"registration"}


def _is_like_people(name: str, names: Synonyms) -> bool:
    """Return whether a name is a few words with capitals, none of which names of columns have."""
    parts = name.split()
    plain = 1 < len(parts) <= _MOST_OF_A_NAME and all(
        part.replace("-", "").replace("'", "").isalpha() for part in parts
    )
    return plain and (name.istitle() or name.isupper()) and not names.has_word(name)


def find_footers(table: Table, header: Header) -> Footers:
    """Return what stands below the last row of the table: totals, and notes of one cell."""
    body = [_filled(row) for row in table.sample if row.number > header.row]
    usual = median(body) if body else 0
    first, count, word, notes = table.rows + 1, 0, "", 0
    for row in reversed(table.tail):
        if row.number <= header.row or len(body) <= count + 1:
            break
        kind = _footer(row, usual)
        if kind is None:
            break
        first, count, word = row.number, count + 1, kind
        notes += kind == "note"
    return Footers(first, count, "" if word in {"note", "amounts"} else word, notes)


def _footer(row: Row, usual: float) -> str | None:
    """Return the known word that a footer begins with, `amounts` or `note`; None for a row of the table."""
    filled = [cell for cell in row.cells if cell]
    first = filled[0].casefold()
    if first.rstrip(":s") in {"total", "grand total"} and not any(dated(cell) for cell in filled):
        return filled[0]
    if len(filled) > max(1, usual * 0.6):
        return None
    if all(amount(cell) for cell in filled):
        return "amounts" if usual > len(filled) else None
    word = next((each for each in ENDINGS if first.startswith(each)), "")
    if word and (len(filled) > 1 or usual > 1) and not any(dated(cell) for cell in filled[1:]):
        return filled[0][: len(word)].rstrip()
    return "note" if len(filled) == 1 and usual > 2 else None  # noqa: PLR2004 - one cell of three or more
