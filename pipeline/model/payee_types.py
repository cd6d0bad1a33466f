"""The types of payees, and which of them protects most (the code list `supplier-type` has their names)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: From the least to the most protective; a payee takes the most protective type ever given.
PROTECTION = {"ORG": 1, "SOLE": 2, "IND": 3, "STAFF": 3, "PROT": 4}
PERSONAL = ("IND", "STAFF")
PROTECTED = ("PROT",)


def most_protective(types: Iterable[str]) -> str:
    """Return the most protective of known types, "" where there is none."""
    known = sorted((kind for kind in types if kind in PROTECTION), key=lambda kind: (-PROTECTION[kind], kind))
    return known[0] if known else ""
