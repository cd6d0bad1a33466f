"""Where bad rows stand, and why they are bad: never the rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.model.reasons import Quarantined
from pipeline.plain import read_plain
from pipeline.storage.atomic import replace_file
from pipeline.storage.lost import not_understood

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pipeline.model.periods import Period


def row_numbers(path: str) -> str:
    """Return the name under which the list of bad rows keeps the digest of the row numbers of a source."""
    return f"{path} row numbers"


def save_quarantine(
    private: Path, dataset: str, month: Period, rows: Iterable[Quarantined], files: Mapping[str, str]
) -> None:
    """Remember where the bad rows of a month stand, with the sha256 of the files they stand in; never the rows."""
    facts = {"files": dict(files), "rows": [list(row) for row in rows]}
    content = json.dumps(facts, ensure_ascii=True, sort_keys=True).encode() + b"\n"
    replace_file(_quarantine(private, dataset) / f"{month}.json", content)


def load_quarantine(private: Path, dataset: str) -> list[tuple[Period, Mapping[str, str], list[Quarantined]]]:
    """Return the bad rows of each month, and the sha256 of their files."""
    found = []
    for path in sorted(_quarantine(private, dataset).glob("*.json")):
        try:
            facts = json.loads(read_plain(path))
            found.append((path.stem, facts["files"], [Quarantined(*row) for row in facts["rows"]]))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            fix = "restore data/private from its backup, or correct an extract of that month and publish again"
            raise not_understood(path, "the list of bad rows", fix) from None
    return found


def _quarantine(private: Path, dataset: str) -> Path:
    return private / "quarantine" / dataset
