"""Columns of text that is published: what would run as a formula, is damaged, or has odd blanks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.columns.arrays import mask_on_distinct, on_distinct
from pipeline.columns.text import is_blank, is_damaged_text, is_formula_text

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.columns.arrays import Mask


def is_formula(column: pa.Array) -> Mask:
    """Return where a spreadsheet would run the text as a formula (formula injection)."""
    return mask_on_distinct(column, is_formula_text)


def is_damaged(column: pa.Array) -> Mask:
    """Return where a text is damaged, or no name."""
    return mask_on_distinct(column, is_damaged_text)


def with_plain_blanks(column: pa.Array) -> pa.Array:
    """Return the text with every blank a space and none around it; what is left empty becomes null."""
    return on_distinct(column, _with_plain_blanks)


def _with_plain_blanks(text: str) -> str | None:
    if text.isascii():
        return text.strip(" ") or None
    return "".join(" " if is_blank(character) else character for character in text).strip(" ") or None
