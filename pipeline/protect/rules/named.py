"""Names of people inside longer texts: a cost centre or an account that is called after somebody."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, plain
from pipeline.columns.keys import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from pipeline.columns.arrays import Mask

_WORD = re.compile(r"[^\W\d_]{2,}")
_TITLES = frozenset({"dr", "lady", "lord", "miss", "mr", "mrs", "ms", "mx", "prof", "professor", "rev", "sir"})
#: One word alone may be any word.
_FEWEST = 2


def names_of(column: pa.Array, mask: Mask) -> frozenset[frozenset[str]]:
    """Return the names that stand in a column where ``mask`` is true, each as its words.

    One word may be any word: it names somebody only where it is all of a text, and so it is kept as that text.
    """
    held = pc.unique(plain(column).filter(mask).drop_null()).to_pylist()
    words = {text: _words(text) - _TITLES for text in held}
    whole = {frozenset([f"={folded(text)}"]) for text in held if folded(text)}
    return frozenset(each for each in words.values() if len(each) >= _FEWEST) | frozenset(whole)


def names_somebody(column: pa.Array, names: Iterable[frozenset[str]]) -> Mask:
    """Return where a text holds all words of a name, in whatever order."""
    every = tuple(names)

    def holds(text: str) -> bool:
        words = _words(text) | {f"={folded(text)}"}
        return any(name <= words for name in every)

    return facts_of_distinct(column, holds, dtype=np.bool_, empty=False) if every else np.zeros(len(column), np.bool_)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))
