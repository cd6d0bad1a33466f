"""Settings in the words that the public reads: they fill titles, descriptions and statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.settings.spend import Spend

_OPERATORS = {">": "more than", ">=": "at least"}


def spend_words(spend: Spend) -> dict[str, str]:
    """Return what a schema or a statement may say of the threshold, by the name that stands in its text."""
    amount = f"{spend.threshold:,.2f}"
    short = amount.removesuffix(".00")
    return {
        "basis": spend.basis,
        "operator_words": _OPERATORS[spend.operator],
        "threshold": amount,
        "value_for_money_note": spend.value_for_money_note,
        "over": f"over £{short}" if spend.operator == ">" else f"of £{short} or more",
    }
