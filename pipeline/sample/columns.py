"""Columns of invented cells, drawn as a whole, made to fit patterns, and small lists as CSV."""

from __future__ import annotations

import csv
import io
import re
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Integers = npt.NDArray[np.int64]
#: A text for each row, and such columns by name.
Texts = npt.NDArray[np.object_]
Table = dict[str, Texts]

#: Rows that are drawn and written at a time: bounds the memory of a large sample.
CHUNK = 250_000
_VARIETY = 24


def column(index: Integers, values: Sequence[str] | Texts) -> Texts:
    """Return the column that holds ``values[index]`` row by row."""
    return np.asarray(values, dtype=np.object_)[index]


def led(lead: str, numbers: Integers, width: int = 1) -> Texts:
    """Return ``lead`` and the number, filled up with noughts to ``width``."""
    return np.array([f"{lead}{number:0{width}d}" for number in numbers.tolist()], dtype=np.object_)


def rows_of(table: Table) -> list[dict[str, str]]:
    """Return the cells of each row by column."""
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def spread(table: Table, rows: Sequence[Mapping[str, str]]) -> Table:
    """Return ``table`` with ``rows`` set between its own at even distances; both keep their order."""
    height = len(next(iter(table.values())))
    places = np.linspace(1, height, len(rows), endpoint=False).astype(np.int64)
    return {name: np.insert(cells, places, [row[name] for row in rows]) for name, cells in table.items()}


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return a small CSV of ``rows``, the first of which is its header."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def fitting(cells: Texts, pattern: str) -> Texts:
    """Return ``cells`` where they fit ``pattern``; texts that do take the place of the others."""
    others = [text for text in dict.fromkeys(cells) if not re.fullmatch(pattern, text)] if pattern else []
    if not others:
        return cells
    made = ["".join(_texts(parser.parse(pattern), turn)) for turn in range(_VARIETY)]
    fit = [text for text in made if re.fullmatch(pattern, text)] or others
    instead = {text: fit[place % len(fit)] for place, text in enumerate(others)}
    return np.array([instead.get(text, text) for text in cells], dtype=np.object_)


def _texts(parts: Iterable[tuple[Any, Any]], turn: int) -> Iterable[str]:
    """Yield the pieces of a text that a parsed pattern describes; each ``turn`` gives another one."""
    for place, (kind, what) in enumerate(parts):
        match str(kind):
            case "LITERAL":
                yield chr(what)
            case "IN":
                signs = [sign for choice in what for sign in _signs(*choice)] or ["x"]
                yield signs[(turn + place) % len(signs)]
            case "MAX_REPEAT":
                for each in range(max(what[0], 1)):
                    yield from _texts(what[2], turn + each)
            case "SUBPATTERN":
                yield from _texts(what[-1], turn)
            case "BRANCH":
                yield from _texts(what[1][turn % len(what[1])], turn)


def _signs(kind: object, what: Any) -> Iterable[str]:  # noqa: ANN401 - the parser's own
    match str(kind):
        case "LITERAL":
            return chr(what)
        case "RANGE":
            return map(chr, range(what[0], what[1] + 1))
    return "0123456789" if str(what) == "CATEGORY_DIGIT" else ""
