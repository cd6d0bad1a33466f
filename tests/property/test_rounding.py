"""Figures are the exact fraction, rounded half away from zero: held against long division, digit by digit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.columns.rounding import rounded, rounded_ratios

PLACES = st.integers(0, 6)
NUMBERS = st.integers(-(10**11), 10**11)
#: A busy machine is no fault.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def by_hand(exact: Fraction, decimals: int) -> str:
    """Return a fraction as it is written by hand: long division, then the next digit decides."""
    sign = "-" if exact < 0 else ""
    above, below = abs(exact.numerator), exact.denominator
    digits, rest = divmod(above * 10**decimals, below)
    digits += 2 * rest >= below
    text = f"{digits:0{decimals + 1}d}"
    text = f"{text[:-decimals]}.{text[-decimals:]}" if decimals else text
    return sign + text if digits else text


@patient
@given(NUMBERS, NUMBERS.filter(bool), PLACES)
def test_one_number_is_the_rounded_fraction(above: int, below: int, decimals: int) -> None:
    assert str(rounded(Fraction(above, below), decimals)) == by_hand(Fraction(above, below), decimals)


@patient
@given(NUMBERS, NUMBERS.filter(bool), PLACES)
def test_one_number_has_the_value_of_the_rounded_fraction(above: int, below: int, decimals: int) -> None:
    assert rounded(Fraction(above, below), decimals) == Decimal(by_hand(Fraction(above, below), decimals))


@patient
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=30), PLACES)
def test_a_column_says_the_same_as_one_number_and_nothing_where_the_denominator_is_0(
    pairs: list[tuple[int, int]], decimals: int
) -> None:
    above, below = (np.array([pair[place] for pair in pairs], np.int64) for place in (0, 1))
    column = rounded_ratios(above, below, decimals)
    assert column.type == pa.decimal128(18, decimals)
    wanted = [Decimal(by_hand(Fraction(*pair), decimals)) if pair[1] else None for pair in pairs]
    assert column.to_pylist() == wanted


@pytest.mark.parametrize(
    ("exact", "decimals", "written"),
    [
        (Fraction(1, 20), 1, "0.1"),
        (Fraction(-1, 20), 1, "-0.1"),
        (Fraction(-1, 21), 1, "0.0"),
        (Fraction(61 * 1000, 240), 2, "254.17"),
        (0.5, 0, "1"),
        (2.675, 2, "2.67"),
        (Decimal("2.675"), 2, "2.68"),
    ],
)
def test_a_float_is_its_exact_binary_value_and_zero_has_no_sign(
    exact: Fraction | float | Decimal, decimals: int, written: str
) -> None:
    assert str(rounded(exact, decimals)) == written


def test_a_csv_shows_exactly_so_many_places() -> None:
    column = rounded_ratios([-1, 0, 5, 7], [20, 3, 1, 0], 1, known=np.array([True, True, True, True]))
    assert column.cast(pa.string()).to_pylist() == ["-0.1", "0.0", "5.0", None]
    assert rounded_ratios([1], [1], 1, known=np.array([False])).to_pylist() == [None]


def test_numbers_beyond_64_bits_are_reckoned_exactly() -> None:
    column = rounded_ratios([10**17, -(10**17)], [3 * 10**6, 3 * 10**6], 6)
    assert column.to_pylist() == [Decimal("33333333333.333333"), Decimal("-33333333333.333333")]
