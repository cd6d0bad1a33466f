"""A value that can be used but not shown: tokens, database addresses, the pseudonym key."""

from __future__ import annotations

import hmac
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T", str, bytes)
SHOWN = "<secret>"


class Secret(Generic[T]):
    """Hold a value that no text, log, traceback, copy or pickle shows; only `reveal` gives it."""

    __slots__ = ("__value",)

    def __init__(self, value: T) -> None:
        """Keep ``value`` under a mangled name, so that nothing reads it by accident."""
        self.__value: T = value

    def reveal(self) -> T:
        """Return the value, for the one call that needs it."""
        return self.__value

    def __repr__(self) -> str:
        return SHOWN

    def __format__(self, _spec: str) -> str:
        return SHOWN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        mine, theirs = (v.encode() if isinstance(v, str) else bytes(v) for v in (self.__value, other.reveal()))
        return hmac.compare_digest(mine, theirs)

    def __hash__(self) -> int:
        return hash(type(self))

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a secret is never pickled or copied")
