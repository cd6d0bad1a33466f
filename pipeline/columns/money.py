"""Amounts in pounds and pence as extracts write them, in the agreed form and in the forms that a mapping names."""

from __future__ import annotations

import re
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import on_distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_DIGITS = r"(?:\d+|\d{1,3}(?:,\d{3})+)?(?:(?<=\d)|(?=\.))(?:\.\d+)?"
#: A minus stands before or behind the amount, or brackets around it, never two of them; a pound sign stands before it.
_MONEY = re.compile(
    rf"(?:(?P<before>-)?£?(?P<plain>{_DIGITS})(?(before)|(?P<behind>-)?)|\(£?(?P<inner>{_DIGITS})\))", re.ASCII
)
_MONEY_SLACK = Decimal("0.000001")
_PENNY = Decimal("0.01")
_MOST_DIGITS = 16
_AMOUNT, _BEHIND = r"(?P<amount>[0-9.,]+)", r"(?P<behind>[0-9.,]+)"
_SPACED = r"[0-9]{1,3}(?:[ \u00a0][0-9]{3})+(?:\.[0-9]+)?"
#: What each form adds, by its name: a pattern with the amount, and whether it is less than nothing.
_FORMS = MappingProxyType(
    {
        "£": ((rf"£ {_AMOUNT}|{_BEHIND} ?£", ""), (rf"(?:£ ?- ?|- ?£ ){_AMOUNT}", "-")),
        "GBP": ((rf"GBP ?{_AMOUNT}|{_BEHIND} ?GBP", ""), (rf"(?:GBP ?-|-GBP ?){_AMOUNT}", "-")),
        "trailing-minus": ((rf"£? ?{_AMOUNT} ?-", "-"),),
        "brackets": ((rf"\( ?£? ?{_AMOUNT} ?\)|£ ?\({_BEHIND}\)", "-"),),
        "CR": ((rf"£? ?{_AMOUNT} ?CR", "-"),),
        "DR": ((rf"£? ?{_AMOUNT} ?DR", ""),),
        "blanks": ((rf"({_SPACED})", ""), (rf"-({_SPACED})", "-")),
    }
)
MONEY_FORMS: Final = tuple(_FORMS)


def money(text: str) -> str | None:
    """Return an amount in pounds and pence with two places, or None where ``text`` is none.

    Thousands commas, a pound sign, ``.50``, and ``-``, a ``-`` behind or ``(…)`` for a negative are understood, nothing
    else; what lies within 0.000001 of two places is that (binary fractions of workbooks).
    """
    found = _MONEY.fullmatch(text)
    if found is None:
        return None
    digits = (found["plain"] or found["inner"]).replace(",", "")
    if len(digits.partition(".")[0].lstrip("0")) > _MOST_DIGITS:
        return None
    exact = Decimal(digits)
    rounded = exact.quantize(_PENNY)
    if abs(exact - rounded) > _MONEY_SLACK:
        return None
    signed = -rounded if found["before"] or found["behind"] or found["inner"] else rounded
    return f"{signed or abs(signed):.2f}"


def pence(text: str) -> int:
    """Return an amount as extracts write it in pence, 0 where it is none."""
    exact = money(text)
    return int(exact.replace(".", "")) if exact else 0


def in_pence(amounts: pa.Array) -> NDArray[np.int64]:
    """Return decimal amounts in pounds with two places as pence."""
    found: NDArray[np.int64] = np.asarray(pc.multiply(amounts, pa.scalar(100)).cast(pa.int64()))
    return found


def read_money(column: pa.Array, forms: Sequence[str]) -> pa.Array:
    """Return a column whose amounts of ``forms`` are written as agreed; every other cell stays as it is."""
    patterns = [(re.compile(pattern, re.ASCII), sign) for form in forms for pattern, sign in _FORMS[form]]

    def agreed(text: str) -> str:
        return text if money(text) else next(filter(None, (_read(text, *each) for each in patterns)), text)

    return on_distinct(column, agreed) if patterns else column


def _read(text: str, pattern: re.Pattern[str], sign: str) -> str:
    found = pattern.fullmatch(text)
    if found is None:
        return ""
    amount = next(each for each in found.groups() if each).replace(" ", "").replace("\u00a0", "")
    return f"{sign}{amount}" if money(amount) else ""
