"""The header of an extract: exactly the declared columns, in any order, each once; or nearly so, never in silence.

What stands in the first row may be a person (an export without its header, a pivoted sheet), so a name
is shown only when it looks like a column's name; any other is shown by its position.  An extract is taken for the
agreed one where the agreed names are all there, each once and nothing else beside them: only their case, `_` for a
blank, the sign between cells and the rows above the header may differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_WORDS = re.compile(r"[A-Za-z0-9]+(?:[ \u00a0_/.-]+[A-Za-z0-9]+)*")
_LONGEST_NAME = 40
_SHOWN_AT_MOST = 20
_INVISIBLE = "an invisible character"
_ODD = {
    **dict.fromkeys("\r\n\x0b\x0c\x85\u2028\u2029", "a line end"),
    "\t": "a tab",
    "\u00a0": "a no-break space",
}
_SEP_LINE = re.compile(r"\ufeff?\"?sep=", re.IGNORECASE)
_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
#: Where somebody finds the columns that were agreed.
LISTED = "`pipeline datasets NAME` lists the agreed columns"
TITLE_ROWS = "the number of title rows in the dataset's declaration (pipeline/datasets)"
#: So many rows below the place of the header are looked at for it.
LOOKED_BELOW = 10

#: Words that headers are made of, and names of people are not.
_HEADER_WORDS = """
account active actual added address age amount area at attribute audit authority batch beat birth body by
category centre changed channel class code column comment company contact cost count created currency custom
data date day department description details dob document email employee end entry extra field file first flag
force forename forenames from full gender gross group id identifier import index internal invoice is key kind
last level line list location lookup manager modified month name narrative net new no note notes number of
officer old on order original other outcome owner party payment period phone place postcode quantity rank
reason record ref reference region remarks reported result row score sequence serial sex source staff start
status sub supplier surname system tag target team telephone temp test text time title to total type unit
unnamed update updated upload user value vat vendor version victim ward year
"""


class Around(NamedTuple):
    """Where a header was expected: its row's number, and the cells of the rows near it, by number.

    ``first`` is the text of the file's first line where the file is delimited text, "" otherwise.
    """

    row: int
    near: Mapping[int, Sequence[str]]
    first: str = ""


def match_header(
    found: Sequence[str | None], declared: Sequence[str], *, where: str, around: Around | None = None
) -> Mapping[str, int]:
    """Return the position in ``found`` of each of the ``declared`` columns; there are no others.

    None stands in ``found`` where there is no column at all (one without a name and without a cell below).
    Names are compared exactly after trimming blanks.  Unknown, missing and doubled columns raise one
    `InputError` ``unknown-column`` for all of them; when most declared columns are missing it is
    ``no-header-row``, which shows no name that is not declared.
    """
    names = [None if name is None else name.strip(BLANKS) for name in found]
    counts = Counter(names)
    missing = [name for name in declared if name not in counts]
    wanted = set(declared)
    unknown = [index for index, name in enumerate(names) if name is not None and name not in wanted]
    by_fold = {folded_name(name): name for name in missing}
    folds = {index: folded_name(names[index] or "") for index in unknown}
    #: by position the missing name that a name almost is
    almost = {index: by_fold[fold] for index, fold in folds.items() if fold and fold in by_fold}
    if 2 * (len(missing) - len(set(almost.values()))) > len(declared):
        raise _no_header(names, missing, declared, where=where, around=around)
    doubled = [name for name in declared if counts[name] > 1]
    if missing or unknown or doubled:
        lacking = [name for name in missing if name not in set(almost.values())]
        raise _unknown(names, declared, (lacking, unknown, doubled), almost, where=where)
    return {name: index for index, name in enumerate(names) if name is not None}


def is_header(cells: Iterable[str], declared: Sequence[str]) -> bool:
    """Return whether ``cells`` hold at least three quarters of the declared names, odd blanks and case aside."""
    known = {folded_name(name) for name in declared}
    return 4 * len(known & {folded_name(cell) for cell in cells}) >= 3 * len(known)


def folded_name(name: str) -> str:
    """Return a name without blanks, line ends, invisible characters and capital letters."""
    plain = unicodedata.normalize("NFKC", name)
    return "".join(each for each in plain if not each.isspace() and unicodedata.category(each)[0] != "C").casefold()


def is_header_like(name: str, declared: Iterable[str]) -> bool:
    """Return whether ``name`` may be shown: it reads as a column's name, not as somebody's."""
    vocabulary = set(_HEADER_WORDS.split()) | {word for known in declared for word in _words(known)}
    words = _words(name)
    if not words or len(name) > _LONGEST_NAME:
        return False
    if _SNAKE_CASE.fullmatch(name):
        return any(word in vocabulary for word in words)
    return _WORDS.fullmatch(name) is not None and all(word in vocabulary for word in words)


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", name.lower())


def _no_header(
    names: Sequence[str | None], missing: Sequence[str], declared: Sequence[str], *, where: str, around: Around | None
) -> InputError:
    known = len(declared) - len(missing)
    here = f"row {around.row}" if around else "this"
    message = (
        f"{here} is not the header: of its {sum(name is not None for name in names)} cells {known} are declared "
        f"columns, of {len(declared)}. Missing: {few([f'`{name}`' for name in missing], 5)}"
    )
    fix = f"have the extract exported with its header row; {LISTED}"
    if around:
        found = _hint(around, declared)
        message, fix = (f"{message}. {found[0]}", f"{found[1]}; {LISTED}") if found else (message, fix)
    return InputError("no-header-row", message, where=where, fix=fix)


def _hint(around: Around, declared: Sequence[str]) -> tuple[str, str] | None:
    """Return where the header is, or why it cannot be seen, and what to do."""
    if around.first and _SEP_LINE.match(around.first):
        return ("Row 1 is a `sep=` line, a note for spreadsheets, and no part of a CSV", "have that line removed")
    for number, cells in around.near.items():
        if is_header(cells, declared):
            fix = f"have the extract exported with its header in row {around.row}, or correct {TITLE_ROWS}"
            return f"The header stands in row {number}, expected in row {around.row}", fix
    if around.first:
        for mark, name in _OTHER_DELIMITERS.items():
            cells = [cell.strip(' "') for row in around.near.values() for cell in mark.join(row).split(mark)]
            if any(mark in cell for row in around.near.values() for cell in row) and is_header(cells, declared):
                return (f"The cells are separated by {name}, not by commas", "have commas put between the cells")
    return None


def _unknown(
    names: Sequence[str | None],
    declared: Sequence[str],
    faults: tuple[Sequence[str], Sequence[int], Sequence[str]],
    almost: Mapping[int, str],
    *,
    where: str,
) -> InputError:
    """Return the error for a header with ``faults``: names that are missing, unknown by position, and doubled."""
    missing, unknown, doubled = faults
    shown = [
        f"`{names[index]}` (column {index + 1})"
        if is_header_like(names[index] or "", declared)
        else f"column {index + 1} (its name is not shown)"
        for index in unknown
        if names[index] and index not in almost
    ]
    doubles = {name: [str(at + 1) for at, other in enumerate(names) if other == name] for name in doubled}
    parts = [
        (
            "",
            [f"column {at + 1} is `{name}` but for {difference(names[at] or '', name)}" for at, name in almost.items()],
        ),
        ("", [f"column {index + 1} has no name" for index in unknown if not names[index]]),
        ("not declared: ", shown),
        ("missing: ", [f"`{name}`" for name in missing]),
        ("more than once: ", [f"`{name}` (columns {few(places)})" for name, places in doubles.items()]),
    ]
    listed = "; ".join(label + few(items) for label, items in parts if items)
    fix = f"have the extract exported with the agreed columns; {LISTED}"
    return InputError("unknown-column", f"the columns are not the declared ones; {listed}", where=where, fix=fix)


def difference(found: str, declared: str) -> str:
    """Return in words how a name differs from the declared one that it almost is; no part of it is shown."""
    said: list[str] = []
    plain = ""
    for place, each in enumerate(found):
        kind = _odd_kind(each)
        if kind:
            where = (
                "at its beginning" if place == 0 else "at its end" if place == len(found) - 1 else "between the words"
            )
            said.append(kind if kind == _INVISIBLE else f"{kind} {where}")
            plain += "" if kind == _INVISIBLE else " "
        else:
            plain += each
    if len(plain.split(" ")) != len(declared.split(" ")):
        said.append("the number of blanks in it")
    letters, expected = (text.replace(" ", "") for text in (plain, declared))
    if letters != expected:
        said.append("capital and small letters" if letters.casefold() == expected.casefold() else "unusual letters")
    return " and ".join(dict.fromkeys(said)) or "blanks"


def _odd_kind(each: str) -> str:
    kind = unicodedata.category(each)[0]
    unseen = _INVISIBLE if kind == "C" else "an unusual blank" if kind == "Z" and each != " " else ""
    return _ODD.get(each, unseen)


def few(items: Sequence[str], most: int = _SHOWN_AT_MOST) -> str:
    """Return the first items in words, and how many more there are."""
    rest = len(items) - most
    return ", ".join(items[:most]) + (f" and {rest} more" if rest > 0 else "")


#: Errors after which another layout is looked for.
LAYOUT: Final = frozenset(("no-header-row", "unknown-column"))
#: The signs between cells that are understood, with their names.
DELIMITERS: Final[Mapping[str, str]] = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
OLD_LINE_ENDS: Final = "having carriage returns alone at the ends of its lines"
#: So many rows may hold the header.
LOOKED_AT: Final = 30


class Taken(NamedTuple):
    """Where the header is, the agreed name of each name in it, and in words what was taken for what."""

    header_row: int
    names: Mapping[str, str]
    words: tuple[str, ...]


def taken(rows: Sequence[Sequence[str]], declared: Sequence[str], *, expected: int) -> Taken | None:
    """Return how the first ``rows`` can be read as the agreed extract, None where they cannot."""
    agreed = {_plain(name): name for name in declared}
    for number, cells in enumerate(rows[:LOOKED_AT], start=1):
        found = [(cell.strip(BLANKS), _plain(cell)) for cell in cells if cell.strip(BLANKS)]
        if len(found) == len(agreed) == len(declared) and {plain for _, plain in found} == agreed.keys():
            names = {name: agreed[plain] for name, plain in found}
            words = [f"having its header in row {number}"] if number != expected else []
            other = sum(name != agreed_name for name, agreed_name in names.items())
            words += [f"having {other:,} of its names written otherwise"] if other else []
            return Taken(number, names, tuple(words))
    return None


def note_of(words: Sequence[str]) -> str:
    """Return what every run says of an extract that was taken for the agreed one."""
    return f"read as {', '.join(words)}" if words else ""


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("\u00a0", " ").split()).casefold()
