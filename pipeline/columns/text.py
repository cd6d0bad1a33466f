"""Text that is published: characters that are not seen, what would run as a formula, or is damaged.

It loads no library, as settings are read by it before a command is known.  The grammar is the contract's ("Protections
fail closed", Open text).
"""

from __future__ import annotations

import re
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


#: What makes a spreadsheet run a cell, and line ends that hide it; a bar begins a call of another program.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|")
#: Minus and plus signs that compatibility normalisation leaves as they are.
_SIGNS = str.maketrans({"\u2212": "-", "\u2796": "-", "\u2795": "+"})
#: A formula behind what separates cells where a comma is the decimal sign.
_BEHIND = re.compile(r"[;|\t\r\n]\s*[=+@-]")
#: Ends of a line and a paragraph, and what stands where a character could not be read.
_NOT_TEXT = "\u2028\u2029\ufffd"
#: The words that spreadsheets show for an error, or for a number that does not fit.
_ERRORS = re.compile(
    r"#(?:N/A|NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA)|##",
    re.IGNORECASE,
)
#: A name that is none, by its letters and digits.
_NO_NAMES = frozenset({"", "na", "nan", "null", "none"})
#: Bytes from 0x80 on as code page 1252 shows them, with those that it leaves unused as Latin-1 has them.
_LATER = re.escape("".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0)))
#: UTF-8 that was read as code page 1252: first letters of it that stand before a sign in no name.
_MISREAD = re.compile(
    rf"[\u00c2-\u00c5][{_LATER}]|\u00e2\u20ac|\u00ef\u00bb\u00bf|\u00ef\u00bf\u00bd|\u00e1\u00ba|\u00e1\u00bb"
)


def is_formula_text(text: str) -> bool:
    """Return whether a spreadsheet would run ``text``: also behind blanks and what is not seen, and in wide forms."""
    normal = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    shown = "".join(each for each in normal if each in _FORMULA or not is_invisible(each)).lstrip()
    return text.startswith(_FORMULA) or shown.startswith(_FORMULA) or _BEHIND.search(shown) is not None


def is_damaged_text(text: str) -> bool:
    """Return whether ``text`` has an unseen character, a line end, an error word, a wrong encoding, or no name."""
    for character in text:
        if not " " <= character <= "~" and (character in _NOT_TEXT or is_invisible(character)):
            return True
    normal = unicodedata.normalize("NFKC", text)
    if _ERRORS.search(normal) or _MISREAD.search(text):
        return True
    return "".join(character for character in normal if character.isalnum()).casefold() in _NO_NAMES


def fold(text: str) -> str:
    """Return the form in which names are compared: white space collapsed and trimmed, case folded."""
    return " ".join(text.split()).casefold()
