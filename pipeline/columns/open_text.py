"""Text that is published: what a spreadsheet, a terminal or a reader could take for something else.

The grammar is the contract's ("Protections fail closed", Open text).
"""

from __future__ import annotations

import re
import unicodedata

from pipeline.columns.characters import is_invisible

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
