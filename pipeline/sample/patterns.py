"""Texts that fit the pattern of a published column."""

from __future__ import annotations

import re
from itertools import islice
from re import _constants as sign  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sample.columns import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_VARIETY = 24


def fitting(cells: pa.Array, pattern: str) -> pa.Array:
    """Return ``cells`` where they fit ``pattern``; other ones take the place of those that do not."""
    if not pattern:
        return cells
    texts = plain(cells)
    values = [str(text) for text in pc.unique(texts).to_pylist()]
    made = [text for text in (example(pattern, number) for number in range(_VARIETY)) if re.fullmatch(pattern, text)]
    if not made:
        return texts
    others = [text for text in values if not re.fullmatch(pattern, text)]
    fitted = {text: made[place % len(made)] for place, text in enumerate(others)}
    return pa.array([fitted.get(str(text), str(text)) for text in texts.to_pylist()], pa.string())


def example(pattern: str, number: int) -> str:
    """Return a text that a simple ``pattern`` describes; each ``number`` may give another one."""
    return "".join(_texts(parser.parse(pattern), number))


def _texts(parts: Iterable[tuple[Any, Any]], number: int) -> Iterable[str]:
    for place, (kind, what) in enumerate(parts):
        turn = number // (1 + place) + place
        if kind is sign.LITERAL:
            yield chr(what)
        elif kind is sign.IN:
            yield _one_of(what, turn)
        elif kind is sign.ANY:
            yield "x"
        elif kind in (sign.MAX_REPEAT, sign.MIN_REPEAT):
            low, _, inner = what
            for each in range(max(low, 1)):
                yield from _texts(inner, turn + each)
        elif kind is sign.SUBPATTERN:
            yield from _texts(what[-1], number)
        elif kind is sign.BRANCH:
            branches = what[1]
            yield from _texts(branches[number % len(branches)], number)


def _one_of(choices: Iterable[tuple[Any, Any]], turn: int) -> str:
    signs = [chr(code) for kind, what in choices for code in _codes(kind, what)]
    return next(islice(signs, turn % len(signs), None), "x") if signs else "x"


def _codes(kind: Any, what: Any) -> Iterable[int]:  # noqa: ANN401 - the parser's own
    if kind is sign.LITERAL:
        return (what,)
    if kind is sign.RANGE:
        return range(what[0], what[1] + 1)
    return range(48, 58) if what is sign.CATEGORY_DIGIT else ()
