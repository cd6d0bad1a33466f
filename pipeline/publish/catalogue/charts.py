"""Pictures as SVG: no script, no style of their own, equal numbers give equal text; the numbers stand beside them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.model.periods import Period

_HEIGHT, _LEFT, _TOP, _BOTTOM = 220, 64, 18, 26
_WIDE, _NARROW = 1100, 360
_STEPS = 5
_FEW = 7
_MILLION = 1_000_000


class Point(NamedTuple):
    """One period of the series; a gap has no number."""

    period: Period
    value: int | None
    shown: Markup | None


def columns(points: Sequence[Point], *, label: str, said: Callable[[str], str], sign: str = "") -> Markup:
    """Return a chart of columns over time, drawn twice so that its letters keep their size on a phone.

    A gap has no column.  The newest column is in full colour.
    """
    drawn = Markup("").join(_columns(points, width=width, said=said, sign=sign) for width in (_WIDE, _NARROW))
    return Markup('<div class="columns" role="img" aria-label="{}">{}</div>').format(label, drawn)


def _columns(points: Sequence[Point], *, width: int, said: Callable[[str], str], sign: str) -> Markup:
    values = [point.value or 0 for point in points]
    step = _step(max(*values, 1))
    top = max(step, -(-max(values) // step) * step)
    scale = (_HEIGHT - _TOP - _BOTTOM) / top
    each = (width - _LEFT) / len(points)
    floor = _HEIGHT - _BOTTOM
    parts = [
        f'<line class="rule" x1="{_LEFT}" x2="{width}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="axis" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(sign)}{_short(value)}</text>'
        for value in range(0, top + 1, step)
        for y in (floor - value * scale,)
    ]
    last = len(points) - 1
    every = max(1, -(-len(points) // (_FEW if width == _WIDE else 2)))
    for place, point in enumerate(points):
        x = _LEFT + place * each
        if point.value is not None and point.value > 0:
            height = max(point.value * scale, 1)
            kind = "now" if place == last else "past"
            parts.append(
                f'<rect class="{kind}" x="{x + each * 0.1:.1f}" y="{floor - height:.1f}" width="{each * 0.8:.1f}"'
                f' height="{height:.1f}"/>'
            )
        if (last - place) % every == 0:
            anchor = "end" if place == last else "middle"
            at = x + each if place == last else x + each / 2
            words = escape(said(point.period))
            parts.append(f'<text class="axis" x="{at:.1f}" y="{_HEIGHT - 8}" text-anchor="{anchor}">{words}</text>')
    size = "wide-chart" if width == _WIDE else "narrow-chart"
    drawn = "".join(parts)
    return Markup(  # noqa: S704 - numbers, and words that are escaped
        f'<svg class="{size}" viewBox="0 0 {width} {_HEIGHT}" aria-hidden="true" focusable="false">{drawn}</svg>'
    )


def _short(value: int) -> str:
    """Return a number of an axis, millions as such: there is room for few letters."""
    return f"{value / _MILLION:g} m" if value >= _MILLION else f"{value:,}"


def _step(most: int) -> int:
    """Return the step of an axis: 1, 2 or 5 times a power of ten, so that at most five steps are needed."""
    power = 1
    while True:
        for times in (1, 2, 5):
            if times * power * _STEPS >= most:
                return times * power
        power *= 10


def bar(length: float, tick: float | None) -> Markup:
    """Return the bar of a line of a ranking, with a tick where the time before stood."""
    mark = ""
    if tick is not None:
        mark = f'<rect class="tick" x="{tick}%" y="0" width="3" height="18" transform="translate(-1.5 0)"/>'
    return Markup(  # noqa: S704 - numbers
        '<svg class="bar" width="100%" height="18" aria-hidden="true" focusable="false">'
        f'<rect class="now" x="0" y="4" width="{length}%" height="10"/>{mark}</svg>'
    )


@cache
def _across(number: int) -> list[str]:
    """Return where each of so many periods stands on a line: the same on every page."""
    step = 96 / max(1, number - 1)
    return [f"{place * step + 2:.1f}" for place in range(number)]


def spark(values: Sequence[int | None]) -> Markup:
    """Return a line of the last periods, without a number of its own: gaps are gaps, and it begins at 0."""
    most = max((each for each in values if each is not None), default=0) or 1
    path, pen = [], "M"
    for across, value in zip(_across(len(values)), values, strict=True):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{across} {20 - 16 * value / most:.1f}")
        pen = "L"
    return Markup(  # noqa: S704 - numbers
        '<svg class="spark" viewBox="0 0 100 22" width="100" height="22" preserveAspectRatio="none" aria-hidden="true"'
        f' focusable="false"><path d="{"".join(path)}"/></svg>'
    )
