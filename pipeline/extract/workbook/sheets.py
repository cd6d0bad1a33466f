"""Which sheet of a workbook is the extract, and that no other one goes on with it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError
from pipeline.extract.header import difference, folded_name, is_header_like
from pipeline.extract.marking import cut_or_continued

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Sheet(NamedTuple):
    """A sheet as the workbook lists it: its name, whether it is hidden, its part ("" where it has no cells)."""

    name: str
    hidden: bool
    part: str


class Wanted(NamedTuple):
    """What is wanted of a workbook: a sheet with the declared header below its title rows, and what may be there."""

    sheet: str
    title_rows: int
    allowed: Collection[str]
    declared: Sequence[str]


def choose(sheets: Sequence[Sheet], wanted: Wanted, headed: Collection[int], *, where: str) -> int:
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
    chosen = [n for n, sheet in enumerate(sheets, 1) if sheet.part and sheet.name.strip(BLANKS) == wanted.sheet]
    if not chosen:
        raise _missing(sheets, wanted, headed, where=where)
    others = [number for number in headed if number != chosen[0] and not sheets[number - 1].hidden]
    if others:
        raise cut_or_continued(
            f"sheet {others[0]} of {len(sheets)} has the declared header as well: the extract goes on there",
            where=where,
            fix=f"have all lines put into the sheet `{wanted.sheet}`, and no other sheet with the same columns",
        )
    return chosen[0]


def _missing(sheets: Sequence[Sheet], wanted: Wanted, headed: Collection[int], *, where: str) -> InputError:
    fold = folded_name(wanted.sheet)
    almost = [
        f"sheet {number} is `{wanted.sheet}` but for {difference(sheet.name.strip(BLANKS), wanted.sheet)}"
        for number, sheet in enumerate(sheets, start=1)
        if folded_name(sheet.name) == fold and sheet.part
    ]
    said = [f"{_shown(sheets[number - 1], number, wanted)} has the declared header" for number in sorted(headed)]
    hint = "; ".join(["", *almost, *said]) or "; none of them has the declared header"
    what = f"none of its {len(sheets)} sheets is called `{wanted.sheet}`{hint}"
    fix = f"call the sheet `{wanted.sheet}`, or correct its name in the dataset's declaration (pipeline/datasets)"
    return InputError("missing-sheet", what, where=where, fix=fix)


def _shown(sheet: Sheet, number: int, wanted: Wanted) -> str:
    """Return a sheet's number, with its name where that cannot be a person's."""
    name = sheet.name.strip(BLANKS)
    return f"sheet {number} (`{name}`)" if is_header_like(name, [*wanted.declared, wanted.sheet]) else f"sheet {number}"
