"""Rows per month as bars: the numbers of a small drawing, and the words that stand for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.periods import Period, PeriodKind

#: A drawing is so many units high, and each month so many wide (its bar is narrower).
HEIGHT = 100
STEP = 10
BAR = 8


class Bar(NamedTuple):
    """One month's bar, in units of the drawing from its top left corner."""

    month: Period
    rows: int
    x: int
    y: int
    height: int


class Chart(NamedTuple):
    """Bars from the first to the last month; a month without a release leaves a gap."""

    bars: tuple[Bar, ...]
    width: int
    first: Period
    last: Period
    most: Bar
    fewest: Bar


def draw_chart(kind: PeriodKind, rows_by_month: Mapping[Period, int]) -> Chart | None:
    """Return the chart of two months or more; fewer, or nothing but empty ones, need none."""
    if len(rows_by_month) <= 1 or not any(rows_by_month.values()):
        return None
    highest = max(rows_by_month.values())
    axis = tuple(kind.between(min(rows_by_month), max(rows_by_month)))
    bars = tuple(
        _bar(position, month, rows=rows_by_month[month], highest=highest)
        for position, month in enumerate(axis)
        if month in rows_by_month
    )
    return Chart(
        bars=bars,
        width=len(axis) * STEP,
        first=axis[0],
        last=axis[-1],
        most=max(bars, key=lambda bar: bar.rows),
        fewest=min(bars, key=lambda bar: bar.rows),
    )


def _bar(position: int, month: Period, *, rows: int, highest: int) -> Bar:
    """Return a bar that is as high as its rows; a release without rows is seen too, a gap is none."""
    height = max(round(rows / highest * HEIGHT), 1)
    return Bar(month, rows, position * STEP + (STEP - BAR) // 2, HEIGHT - height, height)
