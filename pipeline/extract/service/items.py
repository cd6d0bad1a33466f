"""Items of a service: JSON, one a line."""

from __future__ import annotations

import json
from typing import Any


def parsed(text: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what a text in UTF-8 holds; `ValueError` where it is no JSON, or a member stands in it twice."""
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_once)
    except RecursionError:
        wrong = "too deep"
    raise ValueError(wrong)


def line_of(item: object) -> str:
    """Return an item as one line; `ValueError` where no text in UTF-8 stands for it."""
    try:
        line = json.dumps(item, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        line.encode("utf-8")
    except RecursionError:
        raise ValueError from None
    return line


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)
