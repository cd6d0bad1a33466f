"""How lines look on a terminal: wrapped to its width at blanks, coloured where colours are wanted.

A colour never stands alone: each coloured line begins with the word that it stands for.
"""

from __future__ import annotations

import textwrap
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A narrower window shows lines of this width, which the terminal itself breaks.
NARROWEST = 60
_STYLES = (
    ("STOPPED", "bold red"),
    ("WAITS", "bold yellow"),
    ("input-gone", "yellow"),
    ("CHECK THE SETTINGS", "bold yellow"),
    ("SAMPLE DATA", "magenta"),
    ("to do:", "cyan"),
    ("published:", "green"),
    ("open ", "bold"),
    ("suggested:", "cyan"),
    ("= ", "green"),
)


def show(lines: Iterable[str], file: IO[str]) -> None:
    """Write lines to a terminal; NO_COLOR and a terminal without colours are respected."""
    console = Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True)
    width = max(console.width, NARROWEST)
    for line in lines:
        style = next((style for start, style in _STYLES if line.lstrip().startswith(start)), "")
        for piece in wrapped(line, width):
            console.print(Text(piece, style=style))


def wrapped(text: str, width: int) -> list[str]:
    """Return a text as lines of at most ``width``, broken at blanks only: paths and commands stay whole."""
    found: list[str] = []
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip(" ")))
        found += textwrap.wrap(
            line, width, subsequent_indent=f"{indent}    ", break_long_words=False, break_on_hyphens=False
        ) or [""]
    return found
