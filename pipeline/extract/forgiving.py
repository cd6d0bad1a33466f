"""What is taken for the agreed extract although it is laid out a little otherwise: never in silence.

The agreed names must all be there, each once and nothing else beside them; only their case, `_` for a blank, the sign
between cells and the rows above the header may differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.columns.arrays import BLANKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Errors after which another layout is looked for.
LAYOUT: Final = frozenset(("no-header-row", "unknown-column"))
#: The signs between cells that are understood, with their names.
DELIMITERS: Final[Mapping[str, str]] = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
OLD_LINE_ENDS: Final = "having carriage returns alone at the ends of its lines"
#: So many rows may hold the header.
LOOKED_AT: Final = 30


class Taken(NamedTuple):
    """Where the header is, the agreed name of each name in it, and in words what was taken for what."""

    header_row: int
    names: Mapping[str, str]
    words: tuple[str, ...]


def taken(rows: Sequence[Sequence[str]], declared: Sequence[str], *, expected: int) -> Taken | None:
    """Return how the first ``rows`` can be read as the agreed extract, None where they cannot."""
    agreed = {_plain(name): name for name in declared}
    for number, cells in enumerate(rows[:LOOKED_AT], start=1):
        found = [(cell.strip(BLANKS), _plain(cell)) for cell in cells if cell.strip(BLANKS)]
        if len(found) == len(agreed) == len(declared) and {plain for _, plain in found} == agreed.keys():
            names = {name: agreed[plain] for name, plain in found}
            words = [f"having its header in row {number}"] if number != expected else []
            other = sum(name != agreed_name for name, agreed_name in names.items())
            words += [f"having {other:,} of its names written otherwise"] if other else []
            return Taken(number, names, tuple(words))
    return None


def note_of(words: Sequence[str]) -> str:
    """Return what every run says of an extract that was taken for the agreed one."""
    return f"read as {', '.join(words)}" if words else ""


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("\u00a0", " ").split()).casefold()
