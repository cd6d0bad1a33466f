"""Raw columns that never leave."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.protect.handling import HandlingBase


@dataclass(frozen=True, slots=True)
class Withhold(HandlingBase):
    """Raw columns that never leave; ``whom`` says whom or what they would give away, if anybody.

    ``what`` is what they are, in words for the public, and ``why`` the reason; both follow from a person in ``whom``.
    """

    columns: tuple[str, ...]
    what: str = ""
    why: str = ""
    whom: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        """Say what is kept back, and why, of a person who is not named."""
        object.__setattr__(self, "what", self.what or f"What identifies {self.whom}")
        object.__setattr__(self, "why", self.why or f"{self.whom} is not named")

    @property
    def settles(self) -> tuple[str, ...]:
        """The withheld columns."""
        return self.columns

    @property
    def reads(self) -> tuple[str, ...]:
        """None: what is withheld is not read."""
        return ()

    @property
    def identifies(self) -> tuple[str, ...]:
        """The columns, when they identify somebody."""
        return self.columns if self.whom else ()
