"""What the type of a payee is to whoever has none, or one for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pipeline.model.handling import Decisive
from pipeline.model.payee_types import PERSONAL, PROTECTED
from pipeline.protect.rules.transactions import OfTransactions


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPayees(OfTransactions):
    """A rule at the column of payees' types."""

    takes: ClassVar[int | None] = 1

    @property
    def optional(self) -> tuple[str, ...]:
        """The type: without it every payee waits."""
        return (self.column,)

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """The type; one for all would name everybody."""
        return (Decisive(self.column, (*PERSONAL, *PROTECTED), constant=False),)
