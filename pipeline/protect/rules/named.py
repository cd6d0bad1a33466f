"""What the public sees in the place of a payee who is not named, and names of people inside longer texts.

A cost centre or an account may be called after somebody.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from pipeline.columns.arrays import mask_on_distinct, plain, where
from pipeline.columns.keys import folded
from pipeline.protect.rules.payee_register import names_protected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.row_rule import PublicRows
    from pipeline.protect.rules.kept_back import Lines


_WORD = re.compile(r"[^\W\d_]{2,}")
_TITLES = frozenset({"dr", "lady", "lord", "miss", "mr", "mrs", "ms", "mx", "prof", "professor", "rev", "sir"})
#: One word alone may be any word.
_FEWEST = 2
#: What stands between the parts of a text; an apostrophe or a hyphen stands within a name.
_BETWEEN = re.compile(r"[^\w'\u2019.-]+")
#: So many parts of a text are tried as a name; two in any order, of a text with so few parts more of them too.
_MOST, _SHORT = 4, 6


@dataclass(frozen=True, slots=True)
class Names:
    """Who must not be named in texts: people of the same rows, each as words, and whom a register protects, as keys."""

    words: frozenset[frozenset[str]]
    keys: frozenset[str]
    context: Context

    @classmethod
    def of(cls, column: pa.Array, people: Mask, register: str, context: Context) -> Names:
        """Return the names that stand in a column where ``people`` is true, and those that a register protects."""
        return replace(cls.protected(register, context), words=names_of(column, people))

    @classmethod
    def protected(cls, register: str, context: Context) -> Names:
        """Return the names that a register protects."""
        return cls(frozenset(), names_protected(context.registers.get(register, {})), context)

    def own(self, column: pa.Array) -> Mask:
        """Return where a text holds all words of a name of the same rows, in whatever order."""
        return names_somebody(column, self.words)

    def stand_in(self, column: pa.Array) -> Mask:
        """Return where a text holds a name: one of the same rows, or parts that are a protected one."""
        found = self.own(column)
        if self.keys:
            found |= mask_on_distinct(column, lambda text: any(self._keys_of(text)))
        return found

    def keys_in(self, columns: Iterable[pa.Array]) -> tuple[str, ...]:
        """Return the entries of protected names that stand in some columns of texts."""
        texts = {text for column in columns for text in pc.unique(plain(column)).to_pylist() if text and self.keys}
        return tuple(sorted({key for text in texts for key in self._keys_of(text)}))

    def _keys_of(self, text: str) -> Iterator[str]:
        every = (f"m:{self.context.pseudonyms.protection_of('name', called)}" for called in _called(text))
        return (key for key in every if key in self.keys)


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

    return mask_on_distinct(column, holds) if every else np.zeros(len(column), np.bool_)


def _called(text: str) -> Iterator[str]:
    """Yield what of a text may be somebody's name: all of it, and parts of it; of parts that follow each other more."""
    yield text
    parts = [part for part in _BETWEEN.split(unicodedata.normalize("NFKC", text)) if part]
    for number in range(_FEWEST, min(len(parts), _MOST) + 1):
        if number == _FEWEST or len(parts) <= _SHORT:
            yield from map("".join, permutations(parts, number))
        for start in range(len(parts) - number + 1):
            run = parts[start : start + number]
            yield from map("".join, (run, [*run[1:], run[0]], [run[-1], *run[:-1]]))
            yield from ("".join((title, *run)) for title in _TITLES)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Published columns that redaction touches, and the raw columns whose problems it settles."""

    name: str = "supplier_name"
    code: str = "redaction"
    markers: str = "redaction-marker"
    always_blank: tuple[str, ...] = ("supplier_id", "company_number", "contract_reference")
    protected_blank: tuple[str, ...] = ("department", "category", "purpose")
    raw_always: tuple[str, ...] = ("Supplier Name", "Supplier No", "Company No", "Contract Ref")
    raw_protected: tuple[str, ...] = ("Cost Centre Name", "Account Name")

    @property
    def touches(self) -> tuple[str, ...]:
        """Every published column that may change."""
        return (self.name, self.code, *self.always_blank, *self.protected_blank)

    def holds(self, rows: PublicRows, names: Names) -> bool:
        """Return whether a text of public rows holds a name."""
        return any(names.stand_in(rows.text(name)).any() for name in self.protected_blank)

    def redacted(
        self,
        columns: Mapping[str, pa.Array],
        lines: Lines,
        names: Names,
        context: Context,
    ) -> dict[str, pa.Array]:
        """Return the columns with people and protected payees redacted, and no text of any row that holds a name."""
        personal, protected = lines.personal, lines.protected
        marker = context.codelists.read(self.markers).mapping()
        done = dict(columns)
        for code, mask in (("personal", personal), ("other", protected)):
            done[self.name] = where(mask, marker[code], done[self.name])
            done[self.code] = where(mask, code, done[self.code])
        for name in self.always_blank:
            done[name] = where(personal | protected, None, done[name])
        for name in self.protected_blank:
            hidden = protected | names.stand_in(done[name])
            done[name] = where(hidden, None, done[name])
        return done
