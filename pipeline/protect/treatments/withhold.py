"""Raw columns that never leave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from pipeline.model.handling import Withheld


@dataclass(frozen=True, slots=True)
class Withhold(Withheld):
    """Raw columns that never leave; ``whom`` says whom or what they would give away, if anybody.

    ``what`` is what they are, in words for the public, and ``why`` the reason; both follow from a person in ``whom``.
    """

    whom: str = ""

    def bind(self, *columns: str) -> Self:
        """Return the handling of these raw columns, with what is kept back and why of a person who is not named."""
        what, why = self.what or f"What identifies {self.whom}", self.why or f"{self.whom} is not named"
        return replace(self, columns=columns, what=what, why=why)

    @property
    def identifies(self) -> tuple[str, ...]:
        """The columns, when they identify somebody."""
        return self.columns if self.whom else ()
