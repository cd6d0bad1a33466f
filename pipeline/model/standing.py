"""What stands of each dataset that a force publishes: what its declaration says, and what portals are given of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipeline.model.declaration import HeldBack
    from pipeline.model.periods import PeriodKind
    from pipeline.model.release import Publication


class Standing(NamedTuple):
    """One dataset, with title and description as the settings make them; ``facts`` is None before its first release.

    ``tells``: it is made of what stands itself, so that it comes out with whatever lists it.
    """

    name: str
    title: str
    description: str
    publisher: str
    licence: str
    kind: PeriodKind
    held_back: tuple[HeldBack, ...] = ()
    tells: bool = False
    facts: Publication | None = None

    @property
    def stands(self) -> bool:
        """Whether a release of it is out, or comes out with this."""
        return self.tells or bool(self.facts and self.facts.releases)
