"""Figures are rounded here and nowhere else: the exact fraction, half away from zero, never minus zero."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask

#: Digits of a figure, before and after the point together.
_PRECISION = 18
#: Products below it are reckoned in 64 bits.
_MOST = 2**62


def rounded(exact: Fraction | Decimal | float, decimals: int) -> Decimal:
    """Return a number rounded to ``decimals`` places, half away from zero; of a float its exact binary value."""
    above, below = exact.as_integer_ratio()
    scaled = (2 * abs(above) * 10**decimals + below) // (2 * below)
    return Decimal(scaled if above >= 0 else -scaled).scaleb(-decimals)


def rounded_ratios(
    numerators: NDArray[np.int64] | Sequence[int],
    denominators: NDArray[np.int64] | Sequence[int],
    decimals: int,
    *,
    known: Mask | None = None,
) -> pa.Array:
    """Return each numerator by its denominator, rounded to ``decimals`` places half away from zero.

    It is ``decimal128(18, decimals)``, null where the denominator is 0 and where it is not ``known``.
    """
    above, below = np.asarray(numerators), np.asarray(denominators)
    valid = below != 0
    valid &= True if known is None else known
    below = np.where(valid, below, 1)
    factor = 2 * 10**decimals
    if max(_largest(above) * factor, _largest(below) * 2) >= _MOST // 2:
        above, below = above.astype(object), below.astype(object)
    sign = np.where((above < 0) != (below < 0), -1, 1)
    scaled = sign * ((abs(above) * factor + abs(below)) // (2 * abs(below)))
    numbers = pa.array([int(each) for each in scaled] if scaled.dtype == object else scaled, mask=~valid.astype(bool))
    return _shifted(numbers, decimals)


def _largest(numbers: NDArray[np.int64]) -> int:
    return max((abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0)))))


def _shifted(numbers: pa.Array, decimals: int) -> pa.Array:
    """Return whole numbers as decimals with the point moved ``decimals`` places to the left."""
    point = pa.scalar(Decimal(1).scaleb(-decimals), pa.decimal128(decimals + 1, decimals))
    return pc.multiply(numbers.cast(pa.decimal128(19, 0)), point).cast(pa.decimal128(_PRECISION, decimals))
