"""What archetypes share that are folders of files: each period has a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pipeline.extract.partition import period_files

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model.declaration import Connections
    from pipeline.model.periods import Period, PeriodKind


class FilesByPeriod:
    """A source with one file a period, named as ``pattern`` says."""

    __slots__ = ()

    pattern: str

    @property
    def whole(self) -> str:
        """No extract holds every period."""
        return ""

    @property
    def name(self) -> str:
        """The settings give no address of it."""
        return ""

    @property
    def first_month(self) -> str:
        """Every file counts."""
        return ""

    def at(self, _connections: Connections) -> Self:
        """Return the source itself: it has no address."""
        return self

    def check(self) -> None:
        """Find nothing wrong: there is no address."""

    def extracts(self, root: Path, kind: PeriodKind) -> dict[Period, str]:
        """Return the files that are there, by period."""
        return period_files(root, self.pattern, kind)

    def files(self, root: Path, kind: PeriodKind) -> tuple[str, ...]:
        """Return the files that are there."""
        return tuple(self.extracts(root, kind).values())
