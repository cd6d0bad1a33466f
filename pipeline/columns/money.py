"""Amounts in pounds and pence as extracts write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
_MONEY = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_MONEY_SLACK = Decimal("0.000001")
_PENNY = Decimal("0.01")
_MOST_DIGITS = 16


def money(text: str) -> str | None:
    """Return an amount in pounds and pence with two places, or None where ``text`` is none.

    Thousands commas and ``(…)`` for a negative are understood, nothing else; what lies within
    0.000001 of two places is that (binary fractions of workbooks).
    """
    bracketed = text.startswith("(") and text.endswith(")")
    digits = text[1:-1] if bracketed else text
    if not (_MONEY.fullmatch(digits) or _GROUPED.fullmatch(digits)) or (bracketed and digits.startswith("-")):
        return None
    if len(digits.partition(".")[0].replace(",", "").lstrip("-0")) > _MOST_DIGITS:
        return None
    exact = Decimal(digits.replace(",", ""))
    rounded = exact.quantize(_PENNY)
    if abs(exact - rounded) > _MONEY_SLACK:
        return None
    signed = -rounded if bracketed else rounded
    return f"{signed or abs(signed):.2f}"
