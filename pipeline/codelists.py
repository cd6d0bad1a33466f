"""Code lists as they ship in `schemas/codelists/`: part of the public contract, read once."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.columns.keys import damaged
from pipeline.columns.text import is_damaged_text, is_formula_text
from pipeline.errors import InputError
from pipeline.plain import read_plain

#: Where the code lists stand that ship with the project.
CODELISTS = Path(__file__).resolve().parents[1] / "schemas" / "codelists"

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CodeList:
    """One code list: its rows in order, and the digest of its bytes."""

    name: str
    rows: tuple[Mapping[str, str], ...]
    sha256: str

    def mapping(self, key: str = "code", value: str = "label", *, month: str | None = None) -> dict[str, str]:
        """Return ``value`` by ``key`` for the rows that are valid in ``month``; only ``valid_to`` binds."""
        return {row[key]: row[value] for row in self.rows if not month or month <= (row.get("valid_to") or month)}

    def values(self, column: str = "label") -> tuple[str, ...]:
        """Return the distinct values of ``column`` in the list's order, blanks left out."""
        return tuple(dict.fromkeys(row[column] for row in self.rows if row[column]))


@lru_cache(maxsize=256)
def _load(path: Path, _changed: int) -> CodeList:
    content = read_plain(path)
    rows = tuple(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    if any(None in row or None in row.values() for row in rows):
        raise csv.Error  # a row with too few or too many cells
    return CodeList(path.stem, rows, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class CodeLists:
    """The folder of code lists; a list of its own place may stand for one of them (``instead``)."""

    folder: Path
    instead: Mapping[str, Path]

    def read(self, name: str) -> CodeList:
        """Return the list ``name``; `InputError` where it cannot be read, or says two things of one code."""
        shipped = _read(self.folder / f"{name}.csv")
        key = next(iter(shipped.rows[0]), "") if shipped.rows else ""
        if name not in self.instead:
            _refuse_contradictions(shipped, self.folder / f"{name}.csv", key)
            return shipped
        own = _read(self.instead[name])
        missing = set(shipped.rows[0]).difference(*own.rows[:1])
        if missing:
            raise _bad(self.instead[name], f"the code list has no row, or lacks columns: {', '.join(sorted(missing))}")
        _refuse_damaged(own, self.instead[name])
        _refuse_contradictions(own, self.instead[name], key)
        return own


def _read(path: Path) -> CodeList:
    try:
        return _load(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        fix = "add it, or correct the declaration or the setting that names it"
        raise _bad(path, "there is no such code list", fix=fix) from None
    except (OSError, UnicodeDecodeError, csv.Error):
        raise _bad(path, "the code list cannot be read as a CSV file in UTF-8") from None


#: Columns that explain a row to those who keep the list, and are neither published nor compared.
_NOTES = frozenset({"reason", "note", "description"})
#: Columns that say when a row is valid.
_MONTHS = frozenset({"valid_from", "valid_to"})
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


def _refuse_damaged(own: CodeList, path: Path) -> None:
    """Refuse a list with a cell that cannot be trusted: it would match nothing, and protect nobody."""
    for number, row in enumerate(own.rows, 2):
        for column, text in row.items():
            wrong = is_damaged_text(text) or is_formula_text(text) if column == "label" else damaged(text)
            if text and wrong and column not in _NOTES:
                raise _bad(path, f"row {number:,}: the cell of `{column}` is damaged, or text that begins a formula")


def _refuse_contradictions(found: CodeList, path: Path, key: str) -> None:
    """Refuse a list of which either of two rows could say what a code means, or with a month that is none.

    A code that was given another label has a row for each, of which all but one have an end.
    """
    first: dict[tuple[str, str], tuple[int, Mapping[str, str]]] = {}
    for number, row in enumerate(found.rows, 2):
        before, same = first.setdefault((row[key], row.get("valid_to", "")), (number, row))
        if row != same:
            fix = f"leave one of rows {before:,} and {number:,}, or give the older one a `valid_to`"
            raise _bad(path, f"row {number:,}: `{key}` is that of row {before:,}, and the rest is another", fix=fix)
        for column in _MONTHS & row.keys():
            if row[column] and not _MONTH.fullmatch(row[column]):
                fix = "write a month as 2024-03, or leave the cell empty"
                raise _bad(path, f"row {number:,}: the cell of `{column}` is no month", fix=fix)


def _bad(path: Path, message: str, fix: str = "restore it, or correct the setting that names it") -> InputError:
    return InputError("bad-code-list", message, where=str(path), fix=fix)
