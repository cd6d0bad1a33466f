"""Keyed pseudonyms: HMAC-SHA256 over scope and parts, as 64 or 32 hexadecimal digits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import constant, encoded, plain
from pipeline.columns.keys import fold_column, folded

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCK = 64
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
        inner, outer = self._states(_SEPARATOR.join((scope, *parts)))
        outer.update(inner.digest())
        return outer.hexdigest()[:length]

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
        if len(column) == 0:
            return constant(None, 0).cast(pa.string())
        inner, outer = self._states(prefix + _SEPARATOR)
        hexes = bytearray(len(column) * length)
        for start in range(0, len(column), _AT_ONCE):
            digests = b"".join(map(_digest, _messages(column.slice(start, _AT_ONCE)), repeat(inner), repeat(outer)))
            cut = np.frombuffer(digests, np.uint8).reshape(-1, FULL // 2)[:, : length // 2]
            hexes[start * length : start * length + cut.size * 2] = cut.tobytes().hex().encode("ascii")
        offsets = np.arange(0, (len(column) + 1) * length, length, dtype=np.int32)
        texts = pa.Array.from_buffers(pa.string(), len(column), [None, pa.py_buffer(offsets), pa.py_buffer(hexes)])
        return pc.if_else(pc.is_valid(column), texts, None) if column.null_count else texts

    def _states(self, prefix: str) -> tuple[hashlib._Hash, hashlib._Hash]:
        """Return the inner and outer hash of HMAC with the key already in them, the inner with ``prefix``."""
        padded = self.key.ljust(_BLOCK, b"\0")
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + prefix.encode())
        return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))


def _messages(column: pa.Array) -> list[bytes]:
    """Return each text as bytes, an empty one as none."""
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    text = data.slice(ends[0], ends[-1] - ends[0]).to_pybytes() if data is not None else b""
    return [text[start:end] for start, end in pairwise((ends - ends[0]).tolist())]


def _digest(message: bytes, inner: hashlib._Hash, outer: hashlib._Hash) -> bytes:
    first = inner.copy()
    first.update(message)
    last = outer.copy()
    last.update(first.digest())
    return last.digest()


def _protected(text: str, state: hashlib.blake2b) -> str | None:
    if not text:
        return None
    ours = state.copy()
    ours.update(text.encode())
    return PROTECTED + ours.hexdigest()
