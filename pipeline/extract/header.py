"""The header of an extract: exactly the declared columns, in any order, each once.

What stands in the first row may be a person (an export without its header, a pivoted sheet), so a name
is shown only when it looks like a column's name; any other is shown by its position.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_WORDS = re.compile(r"[A-Za-z0-9]+(?:[ \u00a0_/.-]+[A-Za-z0-9]+)*")
_LONGEST_NAME = 40
_SHOWN_AT_MOST = 20

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


def match_header(found: Sequence[str | None], declared: Sequence[str], *, where: str) -> Mapping[str, int]:
    """Return the position in ``found`` of each of the ``declared`` columns; there are no others.

    None stands in ``found`` where there is no column at all (a blank one of a sheet).
    Names are compared exactly after trimming blanks.  Unknown, missing and doubled columns raise one
    `InputError` ``unknown-column`` for all of them; when most declared columns are missing it is
    ``no-header-row``, with positions only.
    """
    names = [None if name is None else name.strip(BLANKS) for name in found]
    counts = Counter(names)
    missing = [name for name in declared if name not in counts]
    if 2 * len(missing) > len(declared):
        raise _no_header(len(found), len(declared) - len(missing), declared, where=where)
    wanted = set(declared)
    unknown = [index for index, name in enumerate(names) if name is not None and name not in wanted]
    doubled = [name for name in declared if counts[name] > 1]
    if missing or unknown or doubled:
        raise _unknown(names, declared, missing=missing, unknown=unknown, doubled=doubled, where=where)
    return {name: index for index, name in enumerate(names) if name is not None}


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


def _no_header(cells: int, known: int, declared: Sequence[str], *, where: str) -> InputError:
    return InputError(
        "no-header-row",
        f"the row where the header was expected has {cells} cells, of which {known} are declared columns; "
        f"{len(declared)} columns were expected, beginning with `{declared[0]}`",
        where=where,
        fix="have the extract exported with its header row, and with commas between its cells (not semicolons or tabs)",
    )


def _unknown(
    names: Sequence[str | None],
    declared: Sequence[str],
    *,
    missing: Sequence[str],
    unknown: Sequence[int],
    doubled: Sequence[str],
    where: str,
) -> InputError:
    shown = [
        f"`{names[index]}` (column {index + 1})"
        if is_header_like(names[index] or "", declared)
        else f"column {index + 1} (its name is not shown)"
        for index in unknown
    ]
    parts = [
        ("not declared: ", shown),
        ("missing: ", [f"`{name}`" for name in missing]),
        ("more than once: ", [f"`{name}` (columns {_places(names, name)})" for name in doubled]),
    ]
    listed = "; ".join(label + _few(items) for label, items in parts if items)
    return InputError(
        "unknown-column",
        f"the columns are not the declared ones; {listed}",
        where=where,
        fix="declare each column's fate in the feed, or have the extract exported with the agreed columns",
    )


def _places(names: Sequence[str | None], wanted: str) -> str:
    return _few([str(index + 1) for index, name in enumerate(names) if name == wanted])


def _few(items: Sequence[str]) -> str:
    rest = len(items) - _SHOWN_AT_MOST
    return ", ".join(items[:_SHOWN_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")
