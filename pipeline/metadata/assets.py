"""What an inventory says of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.model.periods import PeriodKind


def often(kind: PeriodKind) -> str:
    """Return how often a period of a kind comes, in words."""
    if kind.register:
        return "When the register changes"
    return "When something changes" if kind.only else kind.frequency.capitalize()
