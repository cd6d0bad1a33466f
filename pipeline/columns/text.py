"""Columns of text that is published: where it would run as a formula, is damaged, or has odd blanks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.columns.arrays import mask_on_distinct, on_distinct
from pipeline.columns.characters import is_blank
from pipeline.columns.open_text import is_damaged_text, is_formula_text

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


def is_formula(column: pa.Array) -> Mask:
    """Return where a spreadsheet would run the text as a formula (formula injection)."""
    return mask_on_distinct(column, is_formula_text)


def is_damaged(column: pa.Array) -> Mask:
    """Return where a text is damaged, or no name."""
    return mask_on_distinct(column, is_damaged_text)


def fold(text: str) -> str:
    """Return the form in which names are compared: white space collapsed and trimmed, case folded."""
    return " ".join(text.split()).casefold()


def with_plain_blanks(column: pa.Array) -> pa.Array:
    """Return the text with every blank a space and none around it; what is left empty becomes null."""
    return on_distinct(column, _with_plain_blanks)


def _with_plain_blanks(text: str) -> str | None:
    if text.isascii():
        return text.strip(" ") or None
    return "".join(" " if is_blank(character) else character for character in text).strip(" ") or None
