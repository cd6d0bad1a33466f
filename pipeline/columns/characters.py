"""Characters that a screen does not show: control and format characters, and blanks that are no letters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

#: Letters, marks and signs that show nothing at all: fillers, joiners and variation selectors.
#: Source: the property Default_Ignorable_Code_Point of Unicode, and the blank pattern of braille.
_FILLERS = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810)))
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


@lru_cache(maxsize=1 << 14)
def is_invisible(character: str) -> bool:
    """Return whether ``character`` is of category C (control, format, private use, unassigned), or shows nothing."""
    return unicodedata.category(character).startswith("C") or character in _FILLERS


@lru_cache(maxsize=1 << 14)
def is_blank(character: str) -> bool:
    """Return whether ``character`` is a blank of any width, or the end of a line."""
    return unicodedata.category(character).startswith("Z")


@lru_cache(maxsize=1 << 14)
def is_letter_or_digit(character: str) -> bool:
    """Return whether ``character`` is a letter or a decimal digit that can be seen."""
    category = unicodedata.category(character)
    return (category.startswith("L") or category == "Nd") and character not in _FILLERS
