"""The append-only record of what was attempted and done: codes, counts, paths and hashes; never a cell."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pipeline.plain import read_plain
from pipeline.storage.atomic import append_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_NAME = "journal.jsonl"


def record(private: Path, event: str, facts: Mapping[str, object]) -> None:
    """Append one event to the journal, and keep it."""
    append_line(private / _NAME, {"event": event, **facts})


def recorded(private: Path, *events: str) -> Iterator[Mapping[str, Any]]:
    """Yield the facts of every event of these kinds, the oldest first."""
    yield from recorded_in(lines_of(private), *events)


def recorded_in(lines: Iterable[str], *events: str) -> Iterator[Mapping[str, Any]]:
    """Yield the facts of every event of these kinds; a line that is torn or damaged is none."""
    for line in lines:
        if any(f'"{event}"' in line for event in events):  # most lines are about something else
            with suppress(ValueError, RecursionError):
                facts = json.loads(line)
                if isinstance(facts, dict) and facts.get("event") in events:
                    yield facts


def lines_of(private: Path) -> Iterator[str]:
    """Yield the lines of the journal; bytes that are no text stand as such."""
    path = private / _NAME
    yield from read_plain(path).decode("utf-8", "replace").splitlines() if path.exists() else ()
