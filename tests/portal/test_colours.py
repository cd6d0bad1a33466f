"""Every pair of colours that meet on a page is far enough apart, in both schemes, reckoned as WCAG 2.2 does."""

from __future__ import annotations

import re

import pytest

from tests.lib import ROOT

STYLE = ROOT / "pipeline" / "publish" / "catalogue" / "templates" / "style.css"
#: Letters, and what they stand on: 4.5 to 1 (WCAG 2.2, 1.4.3).
LETTERS = (
    *((text, ground) for text in ("text", "quiet", "link") for ground in ("page", "panel", "line")),
    *(("top-text", "top"), ("good", "good-panel"), ("late", "late-panel"), ("sample-text", "sample"), ("late", "page")),
)
#: Marks that say something, and what they stand on: 3 to 1 (WCAG 2.2, 1.4.11).
MARKS = tuple((mark, ground) for mark in ("bar", "past", "tick", "map-line", "focus") for ground in ("page", "panel"))


def colours(scheme: str) -> dict[str, str]:
    text = STYLE.read_text(encoding="utf-8")
    light = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", text.partition(":root {")[2].partition("}")[0]))
    dark = text.partition("@media (prefers-color-scheme: dark)")[2].partition("\n}\n")[0]
    return light if scheme == "light" else light | dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", dark))


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_reckoned_as_the_standard_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_and_marks_can_be_told_from_what_they_stand_on(scheme: str) -> None:
    known = colours(scheme)
    near = [(*pair, round(contrast(*map(known.__getitem__, pair)), 2)) for pair in LETTERS]
    assert [each for each in near if each[2] < 4.5] == []
    near = [(*pair, round(contrast(*map(known.__getitem__, pair)), 2)) for pair in MARKS]
    assert [each for each in near if each[2] < 3] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_steps_of_a_map_go_one_way(scheme: str) -> None:
    steps = [luminance(colours(scheme)[f"step-{each}"]) for each in range(6)]
    assert steps == sorted(steps, reverse=scheme == "light")
    assert len({*steps}) == 6
