"""Keyed pseudonyms: HMAC-SHA256 over scope and parts, as 64 or 32 hexadecimal digits."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import encoded, plain
from pipeline.columns.keys import fold_column, folded

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEPARATOR = "\x1f"
FULL = 64
#: What keys of the private index begin with that are made of folded references.
PROTECTED = "f:"
#: References are hashed so many at a time: their memory is used again for the next ones.
_AT_ONCE = 16_384
SHORT = 32


@dataclass(frozen=True, slots=True, repr=False)
class Pseudonyms:
    """Makes pseudonyms with one key, which it never shows."""

    key: bytes

    def one(self, scope: str, *parts: str, length: int = SHORT) -> str:
        """Return the pseudonym of one reference."""
        return self._state(_SEPARATOR.join((scope, *parts))).hexdigest()[:length]

    def protection(self, scope: str, column: pa.Array) -> pa.Array:
        """Return the key under which each reference is protected: of its folded form, however it is written.

        It stays in the private index.  Null where a cell is empty or holds no letter and no digit.
        """
        source = encoded(fold_column(column))
        state = self._protecting(scope)
        keys = pa.array([_protected(text, state) for text in source.dictionary.to_pylist()], pa.string())
        return keys.take(source.indices)

    def protection_of(self, scope: str, text: str) -> str:
        """Return the key under which one reference is protected, "" where it holds no letter and no digit."""
        return _protected(folded(text), self._protecting(scope)) or ""

    def _protecting(self, scope: str) -> hashlib.blake2b:
        return hashlib.blake2b(f"{scope}{_SEPARATOR}".encode(), key=self.key, digest_size=SHORT // 2)

    def column(self, scope: str, parts: Sequence[pa.Array], *, length: int = SHORT) -> pa.Array:
        """Return the pseudonym of each row's ``parts``; null where any part is empty."""
        if len(parts) == 1:
            return self._of_distinct(scope, parts[0], length)
        first = encoded(parts[0])
        if len(parts) == 2 and len(first.dictionary) == 1 and first.null_count == 0:  # noqa: PLR2004 - one prefix for all
            return self._of_distinct(_SEPARATOR.join((scope, first.dictionary[0].as_py())), parts[1], length)
        joined = pc.binary_join_element_wise(*(plain(part) for part in parts), _SEPARATOR)
        return self._of_distinct(scope, joined, length)

    def _of_distinct(self, prefix: str, column: pa.Array, length: int) -> pa.Array:
        if pa.types.is_dictionary(column.type):
            named = self._digests(prefix, column.dictionary, length)
            return pa.DictionaryArray.from_arrays(column.indices, named)
        return self._digests(prefix, column, length)

    def _digests(self, prefix: str, column: pa.Array, length: int) -> pa.Array:
        state, messages = self._state(prefix + _SEPARATOR), column.cast(pa.binary())
        pieces = (messages.slice(start, _AT_ONCE).to_pylist() for start in range(0, len(messages), _AT_ONCE))
        named = [pa.array([_named(state, message, length) for message in piece], pa.string()) for piece in pieces]
        return pa.chunked_array(named, pa.string()).combine_chunks()

    def _state(self, prefix: str) -> hmac.HMAC:
        """Return HMAC with the key and ``prefix`` already in it."""
        return hmac.new(self.key, prefix.encode(), "sha256")


def _named(state: hmac.HMAC, message: bytes | None, length: int) -> str | None:
    if message is None:
        return None
    own = state.copy()
    own.update(message)
    return own.hexdigest()[:length]


def _protected(text: str, state: hashlib.blake2b) -> str | None:
    if not text:
        return None
    ours = state.copy()
    ours.update(text.encode())
    return PROTECTED + ours.hexdigest()
