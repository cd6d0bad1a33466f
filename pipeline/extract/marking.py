"""What stops any extract: a protective marking above OFFICIAL, and that a spreadsheet program has cut it.

Source: Government Security Classifications; the older markings RESTRICTED and CONFIDENTIAL still stand
on files of older systems.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pipeline.columns.text import is_invisible
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The most rows that a sheet holds, in old spreadsheet programs and in new ones.
SPREADSHEET_ROWS = frozenset((65_536, 1_048_576))
_MARKING = re.compile(
    r"(?<![A-Za-z0-9_])(?:OFFICIAL[\s\u00a0_\-\u2010-\u2015\u2212:/]*SENSITIVE|RESTRICTED|CONFIDENTIAL|SECRET)(?![A-Za-z0-9_])"
)


def is_marked(text: str) -> bool:
    """Return whether ``text`` holds a marking above OFFICIAL as a person sees it: whole words, in capitals."""
    if not text.isascii():
        seen = "".join(each for each in text if not is_invisible(each))
        if _MARKING.search(unicodedata.normalize("NFKC", seen)):
            return True
    return _MARKING.search(text) is not None


def refuse_marking(texts: Iterable[str], *, where: str, place: str) -> None:
    """Return when none of ``texts`` is marked; ``place`` says where in the file they stand.

    Raises `InputError` ``protective-marking``; the text itself is not shown.
    """
    if any(is_marked(text) for text in texts):
        raise marked(where=where, place=place)


def marked(*, where: str, place: str) -> InputError:
    """Return the error for a file that is marked above OFFICIAL in that ``place``; the text itself is not shown."""
    what = f"a protective marking above OFFICIAL stands in the {place}"
    fix = "ask the owner whether the extract may be published; if so, have it exported without the marking"
    return InputError("protective-marking", what, where=where, fix=fix)


def refuse_full(rows: int, *, where: str) -> None:
    """Return unless an extract ends in exactly the last row that a sheet may have: then it was very likely cut."""
    if rows in SPREADSHEET_ROWS:
        raise cut_or_continued(
            f"it ends in row {rows:,} exactly: a spreadsheet program keeps no more rows and leaves the rest out",
            where=where,
            fix="have it exported by the system itself, or in parts, without opening it in a spreadsheet program",
        )


def cut_or_continued(message: str, *, where: str, fix: str) -> InputError:
    """Return the error for an extract of which a part would not be read."""
    return InputError("cut-or-continued", message, where=where, fix=fix)
