"""Texts that fit the pattern of a published column."""

from __future__ import annotations

import re
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.sample.columns import Texts

_VARIETY = 24


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
