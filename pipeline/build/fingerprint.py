"""The program text that decides which rows are published, and what stands in them: its change rebuilds months.

It is found by its room, so that a new module counts without being named.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
#: Rooms, and single modules of others, on the way from raw bytes to a finished month.
_DECIDING = (
    *("columns", "extract", "protect", "validate", "disclose", "release", "codelists.py"),
    *(
        "model/constants.py",
        "model/context.py",
        "model/handling.py",
        "model/periods.py",
        "model/reasons.py",
        "model/tables.py",
    ),
    *("build/accounts.py", "build/candidate.py", "build/corridor.py", "build/inventory.py"),
)


@cache
def code_digest() -> str:
    """Return a digest of the text of all `deciding` modules."""
    texts = [hashlib.sha256((_PACKAGE / name).read_bytes()).hexdigest() for name in deciding()]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:24]


@cache
def deciding() -> tuple[str, ...]:
    """Return the modules, by path below the package, whose text can change a row."""
    found: set[Path] = set()
    for name in _DECIDING:
        place = _PACKAGE / name
        found.update(place.rglob("*.py") if place.is_dir() else [place] if place.exists() else [])
    return tuple(sorted(path.relative_to(_PACKAGE).as_posix() for path in found))
