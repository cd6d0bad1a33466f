r"""Little tables that anybody can read: cells on the left of `||`, what becomes of them on the right.

An empty cell is empty; a cell in double quotes is taken letter by letter (`"\t=1"` begins with a tab).
"""

from __future__ import annotations

import ast
from typing import NamedTuple


class Line(NamedTuple):
    """One line of a table: what stands left, and right, by the name of its column."""

    left: dict[str, str]
    right: dict[str, str]


def drawn(text: str) -> list[Line]:
    """Return the lines of a table behind its heading; the first column on the right is `becomes`."""
    lines = [line for line in text.splitlines() if line.strip()]
    names, said = _halves(lines[0])
    assert said[0] == "becomes", "the first column behind `||` is `becomes`"
    found = []
    for number, line in enumerate(lines[1:], 1):
        left, right = _halves(line)
        assert (len(left), len(right)) == (len(names), len(said)), f"row {number} has too few or too many cells"
        found.append(Line(dict(zip(names, left, strict=True)), dict(zip(said, right, strict=True))))
    return found


def _halves(line: str) -> tuple[list[str], list[str]]:
    left, right = line.split("||")
    return [_cell(each) for each in left.split("|")], [_cell(each) for each in right.split("|")]


def _cell(text: str) -> str:
    stripped = text.strip()
    if len(stripped) > 1 and stripped[0] == stripped[-1] == '"':
        return str(ast.literal_eval(stripped))
    return stripped
