"""What became of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from pipeline.model.reasons import Outcome

#: Control totals: numbers by what they count, by the part of an extract that they are of.
Totals: TypeAlias = Mapping[str, Mapping[str, int]]


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
