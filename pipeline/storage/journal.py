"""The append-only record of what was attempted and done: codes, counts, paths and hashes; never a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.storage.atomic import append_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def record(private: Path, event: str, facts: Mapping[str, object]) -> None:
    """Append one event to the journal, and keep it."""
    append_line(private / "journal.jsonl", {"event": event, **facts})
