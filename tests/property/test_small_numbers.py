"""What is shown never tells a hidden part: small tables, and every table that would look the same, one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.disclose.small_numbers import small_numbers_in_groups

#: Up to three parts, of which each table is made that looks the same; larger ones would take too long.
TABLES = st.tuples(st.lists(st.integers(0, 24), min_size=1, max_size=3), st.integers(0, 12), st.booleans())


def likely(figure: int, *, hidden: bool, total: bool) -> range:
    """Return what a count can be, as anybody knows who has read the rule."""
    if hidden:
        return range(1, 100 if total else 8)
    return range(max(8, figure - 2), figure + 3) if figure else range(1)


@settings(max_examples=300, deadline=None)
@given(TABLES)
@example(([3, 9, 0], 0, True))
@example(([3, 9, 11], 2, True))
@example(([7, 7, 7], 0, False))
def test_a_hidden_part_may_be_anything_from_1_to_7(table: tuple[list[int], int, bool]) -> None:
    parts, others, is_open = table
    total = sum(parts) + (others if is_open else 0)
    counts = np.array(parts)
    found = small_numbers_in_groups(counts, np.zeros(len(parts), np.int64), np.array([total]), is_open=is_open)
    ranges = [
        likely(figure, hidden=hidden, total=False)
        for figure, hidden in zip(*(each.tolist() for each in found.parts), strict=True)
    ]
    of_total = likely(int(found.totals.figures[0]), hidden=bool(found.totals.hidden[0]), total=True)
    can_be: list[set[int]] = [set() for _ in parts]
    for each in product(*ranges):
        if sum(each) in of_total or (is_open and sum(each) <= of_total[-1]):
            for place, count in enumerate(each):
                can_be[place].add(count)
    for count, hidden, possible in zip(parts, found.parts.hidden.tolist(), can_be, strict=True):
        assert count in possible, "what is shown is true"
        assert possible >= set(range(1, 8)) if hidden else count == 0 or count >= 8


@settings(max_examples=300, deadline=None)
@given(TABLES)
def test_a_total_goes_only_where_it_has_to(table: tuple[list[int], int, bool]) -> None:
    """In plain words of the rule, for each part by itself."""
    parts, others, is_open = table
    total = sum(parts) + (others if is_open else 0)
    found = small_numbers_in_groups(np.array(parts), np.zeros(len(parts), np.int64), np.array([total]), is_open=is_open)

    def bounds(count: int) -> tuple[int, int]:
        near = 5 * ((count + 2) // 5)
        return (0, 0) if not count else (1, 7) if count < 8 else (max(8, near - 2), near + 2)

    a, b = bounds(total)
    tells = False
    for place, count in enumerate(parts):
        if 1 <= count <= 7:
            rest = [bounds(each) for other, each in enumerate(parts) if other != place]
            high, low = b - sum(low for low, _ in rest), a - sum(high for _, high in rest)
            tells |= high < 7 or (not is_open and low > 1)
    assert bool(found.totals.hidden[0]) == (1 <= total <= 7 or tells)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40))
def test_equal_counts_show_equally_and_what_looks_different_has_bounds_apart(counts: list[int]) -> None:
    """So that releases after one another can be compared: two that differ say no more than each by itself."""
    found = small_numbers_in_groups(np.array(counts), np.arange(len(counts)), np.array(counts), is_open=False).parts
    looks = list(zip(*(each.tolist() for each in (found.figures, found.hidden, found.low, found.high)), strict=True))
    for count, one in zip(counts, looks, strict=True):
        assert one[2] <= count <= one[3]
        for other, there in zip(counts, looks, strict=True):
            assert (one == there) if count == other else True
            assert one == there or one[3] < there[2] or there[3] < one[2]
