"""Numbers as text: the shortest decimal that gives the same float."""

from __future__ import annotations

from decimal import Decimal


def plain_decimal(value: float) -> str:
    """Return the shortest decimal that gives the same float, without an exponent and without a point at its end."""
    shortest = repr(value)
    digits = format(Decimal(shortest), "f") if "e" in shortest else shortest
    digits = digits.removesuffix(".0")
    return "0" if digits == "-0" else digits
