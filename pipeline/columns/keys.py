"""Keys: cells that are compared with anything, and the form in which whatever protects compares them.

The shape of a key and its folded form are fixed by the contract ("Protections fail closed", Keys).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import mask_of, mask_on_distinct, on_distinct, through
from pipeline.columns.text import is_blank, is_invisible, is_letter_or_digit

if TYPE_CHECKING:
    from pipeline.columns.arrays import Mask
#: Stands between the parts of a key that a mapping makes.
JOIN = "\x1f"
#: What a spreadsheet adds to a number that it has read; that it has calculated, behind four zeros.
_NOTHING = r"\.(?:0+|0000[0-9]*)"
_POINT_ZERO = re.compile(rf"(?<=[0-9]){_NOTHING}\Z", re.ASCII)
#: A power of ten, or what is left of a calculation: a fraction of zeros or nines that nobody wrote.
_ROUNDED = r"(?:[+-]?[0-9]+(?:[.,][0-9]+)?[Ee]\+[0-9]+|[0-9]+\.[0-9]*(?:0000|9999)[0-9]*[1-9])"
_IS_ROUNDED = re.compile(_ROUNDED, re.ASCII)
#: ASCII text of single inner spaces with a letter, or a digit that is no zero at the front.
_SOUND = r"\A[!-~]+(?: [!-~]+)*\z"
_FILLED = r"[1-9A-Za-z]"


def folded(text: str) -> str:
    """Return the form in which whatever protects compares ``text``; "" where nothing is left of it.

    Folding what is folded changes nothing.
    """
    while (once := _folded_once(text)) != text:
        text = once
    return text


def _folded_once(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text)
    kept = "".join(character for character in normal if character == "." or is_letter_or_digit(character))
    return _POINT_ZERO.sub("", kept).replace(".", "").upper().lstrip("0")


def fold_column(column: pa.Array) -> pa.Array:
    """Return each cell's folded form, null where the cell is empty or nothing is left of it."""
    if pa.types.is_dictionary(column.type):
        return through(column, fold_column(column.dictionary).dictionary_encode())
    ascii_only = mask_of(pc.string_is_ascii(column))
    kept = pc.replace_substring_regex(column, r"[^0-9A-Za-z.]+", "")
    whole = pc.replace_substring_regex(kept, rf"([0-9]){_NOTHING}\z", r"\1")
    result = pc.ascii_ltrim(pc.ascii_upper(pc.replace_substring(whole, ".", "")), "0")
    if not ascii_only.all():
        other = pc.if_else(pa.array(ascii_only), None, column)
        result = pc.if_else(pa.array(ascii_only), result, on_distinct(other, folded).cast(pa.string()))
    return pc.if_else(pc.equal(result, ""), pa.scalar(None, pa.string()), result)


def damaged(text: str) -> bool:
    """Return whether ``text`` cannot be trusted as a key.

    It holds a character that is not seen, or a blank other than single inner spaces, or has the shape of a number
    that a spreadsheet has rounded, or nothing is left of it when it is folded.
    """
    if any(is_invisible(character) or (is_blank(character) and character != " ") for character in text):
        return True
    return text.strip(" ") != text or "  " in text or _is_rounded(text) or not folded(text)


def _has_damaged_part(text: str) -> bool:
    parts = [part for part in text.split(JOIN) if part]
    return not parts or any(map(damaged, parts))


def _is_rounded(text: str) -> bool:
    return _IS_ROUNDED.fullmatch(unicodedata.normalize("NFKC", text)) is not None


def is_damaged(column: pa.Array, *, joined: bool = False) -> Mask:
    """Return where a cell cannot be trusted as a key; an empty one can.  Of ``joined`` keys each part is judged."""
    if joined:
        return mask_on_distinct(column, _has_damaged_part)
    values = column.dictionary if pa.types.is_dictionary(column.type) else column
    # the usual key is ASCII: three looks at all; what they do not clear is looked at alone, once per distinct value
    sound = pc.and_(pc.match_substring_regex(values, _SOUND), pc.match_substring_regex(values, _FILLED))
    clear = mask_of(pc.and_not(sound, pc.match_substring_regex(values, rf"\A{_ROUNDED}\z")).fill_null(True))  # noqa: FBT003 - Arrow's signature
    found = np.zeros(len(values), np.bool_)
    if not clear.all():
        places = np.flatnonzero(~clear)
        found[places] = mask_on_distinct(values.take(pa.array(places)), damaged)
    if values is column:
        return found
    indices = np.asarray(column.indices.fill_null(len(values)))
    result: Mask = np.append(found, False)[indices]
    return result
