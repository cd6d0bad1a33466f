"""What may be shown: every text from outside passes here before a terminal, a log or a page."""

from __future__ import annotations

import re

#: The longest part of a message, in characters: more is nobody's to read, and may be sent to bury what matters.
LONGEST_PART = 4000
#: What Python holds for printable and nobody sees: fillers, joiners, the blank of braille, selectors of variants.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def printable(text: str) -> str:
    """Return ``text`` with everything escaped that could move a cursor, forge a line, turn the reading or not be seen.

    All that comes from outside passes here (names of files and columns, a portal's words): each error's parts, and each
    line that a command prints.  What is escaped once stays as it is.
    """
    return "".join(each if each.isprintable() and not _UNSEEN.match(each) else ascii(each)[1:-1] for each in text)


def bounded(text: str) -> str:
    """Return as much of a part of a message as somebody may want to read."""
    return text if len(text) <= LONGEST_PART else f"{text[:LONGEST_PART]} ... ({len(text):,} characters)"
