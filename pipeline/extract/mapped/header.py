"""The header of a force's own export: where it is, and that each of its columns is mentioned in the mapping.

A name may be a person's (an export without its header, a pivoted sheet), so it is shown only when it reads as the name
of a column; any other is shown by its letter.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.extract.header import few, is_header_like
from pipeline.model.mapping import FIND, NONE, folded
from pipeline.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model.mapping import ExportMapping

_LETTERED = re.compile(r"column [a-z]{1,3}")
_ALPHABET = 26
#: Words of the headers of ledgers and of records, beside those of the agreed ones.
_WORDS = (
    "amt analysis approval approved area business category centre charge clean cleared comments contact credit "
    "creditor debit department directorate division document due effective expenditure expenditures expense "
    "fee fund handler handling holder internal journal ledger line merchant month monthly net nominal "
    "objective order originator paid payee payments posted posting pound procurement project purchase purpose "
    "reason responsible service services sheet1 sheet2 sheet3 spend subjective summary supplier suppliers tax "
    "team transaction transactions unit vat vendor voucher week weekly year"
)
#: So many rows are looked at for the header.
_LOOKED_AT = 30


def letter(place: int) -> str:
    """Return what a column without a name is called, by its place from the left: `column D`."""
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, _ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return f"column {letters}"


def names_of(header: Sequence[str], width: int) -> list[str]:
    """Return the names of the columns of a header, folded; one without a name is called by its letter."""
    names = [folded(header[place]) if place < len(header) else "" for place in range(width)]
    return [name or folded(letter(place)) for place, name in enumerate(names)]


def header_row(rows: Sequence[Sequence[str]], mapping: ExportMapping) -> int | None:
    """Return which of the first rows is the header, 0 where there is none; None where no row holds all names."""
    if mapping.header == NONE:
        return 0
    if mapping.header != FIND:
        row = int(mapping.header)
        return row if row <= len(rows) else None
    found = (number for number, cells in enumerate(rows[:_LOOKED_AT], start=1) if not _lacking(cells, mapping))
    return next(found, None)


def _lacking(cells: Sequence[str], mapping: ExportMapping) -> list[tuple[str, ...]]:
    """Return the spellings of the columns that a row does not hold."""
    there = {*names_of(cells, len(cells))}
    return [
        names
        for names in mapping.theirs()
        if not any(folded(name) in there or _LETTERED.fullmatch(folded(name)) for name in names)
    ]


def is_nearly_header(rows: Sequence[Sequence[str]], mapping: ExportMapping) -> bool:
    """Return whether a row lacks one of the names, or a quarter of them: somebody has renamed a column."""
    row, lacking = _nearest(rows, mapping)
    return bool(row) and len(lacking) <= max(1, len(list(mapping.theirs())) // 4)


def _nearest(rows: Sequence[Sequence[str]], mapping: ExportMapping) -> tuple[int, list[tuple[str, ...]]]:
    """Return the row that holds most of the names, and those that it lacks; 0 where fewer than half are in any."""
    every = len(list(mapping.theirs()))
    lacking = {number: _lacking(cells, mapping) for number, cells in enumerate(rows[:_LOOKED_AT], start=1)}
    best = min(lacking, key=lambda number: len(lacking[number]), default=0)
    return (best, lacking[best]) if best and 2 * len(lacking[best]) <= every else (0, [])


def no_header(rows: Sequence[Sequence[str]], mapping: ExportMapping, *, where: str) -> InputError:
    """Return the error for an export in which no row holds all names of the mapping."""
    row, names = _nearest(rows, mapping)
    lacking = [" or ".join(f"`{printable(name)}`" for name in each) for each in names]
    if mapping.header != FIND:
        message = f"row {mapping.header} is not there, so it cannot be the header"
    elif row:
        message = f"row {row} would be the header, and lacks {few(lacking)}"
    else:
        message = f"none of its first {min(len(rows), _LOOKED_AT)} rows holds half of the names that the mapping gives"
    return InputError("no-header-row", message, where=where, fix=_correct(mapping))


def places_of(header: Sequence[str], filled: Iterable[int], mapping: ExportMapping, *, where: str) -> dict[str, int]:
    """Return the place of each mentioned column by its folded name; ``filled`` are the places of columns with a cell.

    Raises `InputError` ``unknown-column``, all in one message: a column that the mapping does not mention, one of its
    columns that is missing, stands twice, or under two of its spellings.
    """
    filled = set(filled)
    names = names_of(header, max([len(header) - 1, *filled], default=-1) + 1)
    named = [place < len(header) and bool(folded(header[place])) for place in range(len(names))]
    needed = {folded(name) for spellings in mapping.theirs() for name in spellings}
    mentioned = needed | {folded(name) for name in mapping.withheld}
    counts = Counter(names)
    unknown = [place for place, name in enumerate(names) if name not in mentioned and (named[place] or place in filled)]
    said = [*_unknown(header, unknown, mapping), *_wrong(counts, needed, mapping)]
    if said:
        raise InputError("unknown-column", "; ".join(said), where=where, fix=_correct(mapping))
    return {name: place for place, name in reversed([*enumerate(names)])}


def _unknown(header: Sequence[str], unknown: Sequence[int], mapping: ExportMapping) -> Iterator[str]:
    if unknown:
        shown = few([_shown(header, place, mapping) for place in unknown])
        each = "each" if len(unknown) > 1 else "it"
        block = f"[extracts.{mapping.feed}.withheld]"
        yield f'the mapping does not mention {shown}: a line in {block} withholds {each}: "its name" = "why"'


def _wrong(counts: Counter[str], needed: Iterable[str], mapping: ExportMapping) -> Iterator[str]:
    lacking = [
        " or ".join(f"`{printable(name)}`" for name in spellings)
        for spellings in mapping.theirs()
        if not any(folded(name) in counts for name in spellings)
    ]
    if lacking:
        yield f"missing: {few(lacking)}"
    for agreed, spellings in mapping.columns.items():
        there = [name for name in {folded(name): name for name in spellings}.values() if folded(name) in counts]
        if len(there) > 1:
            yield f"`{agreed}` would be several columns: {few([f'`{printable(name)}`' for name in there])}"
    doubled = {name for name in needed if counts[name] > 1}
    said = {folded(name): name for spellings in mapping.theirs() for name in spellings}
    if doubled:
        yield f"more than once: {few([f'`{printable(said[name])}`' for name in sorted(doubled)])}"


def _shown(header: Sequence[str], place: int, mapping: ExportMapping) -> str:
    """Return a column by its letter, and its name where that cannot be a person's."""
    name = " ".join(header[place].split()) if place < len(header) else ""
    if may_be_shown(name, [*mapping.named, *(each for names in mapping.theirs() for each in names)]):
        return f"`{printable(name)}` ({letter(place)})"
    return letter(place) + (" (its name is not shown)" if name else " (it has no name, and cells below)")


def may_be_shown(name: str, known: Sequence[str] = ()) -> bool:
    """Return whether the name of a column or of a sheet reads as one, as the ``known`` do, and not as somebody's."""
    return is_header_like(name.strip(":?*# "), [_WORDS, *known])


def _correct(mapping: ExportMapping) -> str:
    return f"correct [extracts.{mapping.feed}] in the settings, or have the extract exported as before"
