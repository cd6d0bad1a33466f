"""What became of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipeline.model.reasons import Outcome


class Account(NamedTuple):
    """How many rows of a feed had one outcome for one reason."""

    feed: str
    outcome: Outcome
    reason: str
    rows: int


class Quarantined(NamedTuple):
    """Where a bad row stands, and why it is bad: never the row."""

    feed: str
    path: str
    row: int
    column: str
    code: str
