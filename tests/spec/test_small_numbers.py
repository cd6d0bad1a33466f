"""Small numbers: what is shown of a count, and when a total is kept back to protect a part of it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.disclose.small_numbers import small_numbers, small_numbers_in_groups


def said(figures: object, hidden: object) -> str:
    """Return figures as a row of a table: hidden ones are `-`."""
    pairs = zip(np.asarray(figures).tolist(), np.asarray(hidden).tolist(), strict=True)
    return " ".join("-" if kept_back else str(figure) for figure, kept_back in pairs)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ("0", "0"),
        ("1 2 3 4 5 6 7", "- - - - - - -"),
        ("8 9 10 11 12", "10 10 10 10 10"),
        ("13 14 15 16 17", "15 15 15 15 15"),
        ("18 22 23 1002 1003", "20 20 25 1000 1005"),
    ],
)
def test_a_count_by_itself(counts: str, shown: str) -> None:
    assert said(*small_numbers(np.array(counts.split(), np.int64))) == shown


@pytest.mark.parametrize(
    ("parts", "total", "kind", "shown", "shown_total"),
    [
        # 12 - 8 - 0 = 4 is the most that the hidden part could be
        ("3 9 0", 12, "open", "- 10 0", "-"),
        ("3 9 0", 12, "closed", "- 10 0", "-"),
        # 27 - 8 - 8 = 11
        ("3 9 11", 25, "open", "- 10 10", "25"),
        # nothing is hidden: nothing to protect
        ("8 9 0", 17, "open", "10 10 0", "15"),
        ("0 0 0", 0, "closed", "0 0 0", "0"),
        # the total is small itself, and hidden as any other
        ("3 4 0", 7, "open", "- - 0", "-"),
        # of two hidden parts each may be 12 - 1, but only up to 7: the total may stay
        ("4 6", 10, "open", "- -", "10"),
        # 18 - 7 = 11 at least of the other: both would be nearly known where the total is closed
        ("7 7 7", 21, "closed", "- - -", "-"),
        ("7 7 7", 21, "open", "- - -", "20"),
        # 1 hidden part and a large one: 18 - 7 is no more than the other part can be
        ("7 12", 19, "closed", "- 10", "-"),
        # 102 - 98 = 4
        ("1 100", 101, "closed", "- 100", "-"),
        ("5 102", 107, "closed", "- 100", "105"),
        ("5 102", 107, "open", "- 100", "105"),
    ],
)
def test_a_total_is_kept_back_where_it_would_tell_a_hidden_part(
    parts: str, total: int, kind: str, shown: str, shown_total: str
) -> None:
    counts = np.array(parts.split(), np.int64)
    found = small_numbers_in_groups(counts, np.zeros(len(counts), np.int64), np.array([total]), is_open=kind == "open")
    assert (said(*found.parts), said(*found.totals)) == (shown, shown_total)


def test_each_group_is_looked_at_by_itself_and_tests_are_counted() -> None:
    parts, group = np.array([3, 9, 0, 3, 9, 11, 20, 30, 2, 3]), np.array([0, 0, 0, 1, 1, 1, 2, 2, 3, 3])
    found = small_numbers_in_groups(parts, group, np.array([12, 25, 50, 5]), is_open=True)
    assert said(*found.totals) == "- 25 50 -"
    assert (found.tested, found.failed) == (2, 1)


def test_nothing_is_nothing() -> None:
    none = np.array([], np.int64)
    found = small_numbers_in_groups(none, none, none, is_open=False)
    assert (len(found.parts.figures), len(found.totals.figures), found.tested, found.failed) == (0, 0, 0, 0)
