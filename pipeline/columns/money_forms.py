"""Amounts in the forms that a mapping names, beside the agreed ones."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pipeline.columns.arrays import on_distinct
from pipeline.columns.money import money

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

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
