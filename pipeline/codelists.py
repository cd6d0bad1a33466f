"""Code lists as they ship in `schemas/codelists/`: part of the public contract, read once."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.model import Month


@dataclass(frozen=True, slots=True)
class CodeList:
    """One code list: its rows in order, and the digest of its bytes."""

    name: str
    rows: tuple[Mapping[str, str], ...]
    sha256: str

    def mapping(self, key: str = "code", value: str = "label", *, month: Month | None = None) -> dict[str, str]:
        """Return ``value`` by ``key`` for the rows that are valid in ``month``; only ``valid_to`` binds."""
        return {row[key]: row[value] for row in self.rows if not month or month <= (row.get("valid_to") or month)}

    def values(self, column: str = "label") -> tuple[str, ...]:
        """Return the distinct values of ``column`` in the list's order, blanks left out."""
        return tuple(dict.fromkeys(row[column] for row in self.rows if row[column]))


@lru_cache(maxsize=256)
def _load(path: Path, _changed: int) -> CodeList:
    content = path.read_bytes()
    rows = tuple(csv.DictReader(content.decode("utf-8").splitlines()))
    return CodeList(path.stem, rows, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class CodeLists:
    """The folder of code lists; a list of its own place may stand for one of them (``instead``)."""

    folder: Path
    instead: Mapping[str, Path]

    def read(self, name: str) -> CodeList:
        """Return the list ``name``; `InputError` where it cannot be read."""
        path = self.instead.get(name, self.folder / f"{name}.csv")
        try:
            return _load(path, path.stat().st_mtime_ns)
        except (OSError, UnicodeDecodeError):
            raise InputError(
                "bad-code-list",
                "the code list cannot be read as UTF-8",
                where=str(path),
                fix="restore it, or correct the setting that names it",
            ) from None
