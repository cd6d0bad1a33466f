"""Where pages of places stand: a code of any text as the name of a file that every system can keep apart."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Bytes that stand for themselves in a name.
_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
#: No system takes a longer name than 255 bytes, and what stands behind it needs room; so many letters are then kept.
_LONGEST, _KEPT = 120, 60
#: Names that are taken in the folder.
_TAKEN: Final = ("index", "lsoa", "figures")


def names_of(codes: Iterable[str], *, taken: Iterable[str] = _TAKEN) -> dict[str, str]:
    """Return the name of the file of each code: bytes other than letters, digits and `._-` as `%XX`.

    A code whose name is taken, or differs from another one only in case, has more of its bytes written so; a very long
    one ends in a digest.
    """
    used = {each.casefold() for each in taken}
    found: dict[str, str] = {}
    for code in sorted(codes):
        name = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in code.encode())
        if name.casefold() in used or name.startswith("."):
            name = "".join(f"%{byte:02X}" for byte in code.encode())
        if len(name) > _LONGEST:
            name = f"{name[:_KEPT].rstrip('%')}-{hashlib.sha256(code.encode()).hexdigest()[:16]}"
        used.add(name.casefold())
        found[code] = name
    return found


def linked(name: str) -> str:
    """Return the name of a file as a link holds it: its `%` is written `%25`."""
    return quote(name, safe="")
