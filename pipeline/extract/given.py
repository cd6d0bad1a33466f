"""What archetypes share whose extracts somebody else puts where they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.errors import PipelineError
    from pipeline.model.source import Asked, Connections


class Given:
    """A source that is taken from no service."""

    __slots__ = ()

    @property
    def service(self) -> str:
        """None is asked."""
        return ""

    def take(
        self, _root: Path, _declared: Sequence[str], _connections: Connections, _asked: Asked
    ) -> PipelineError | None:
        """Take nothing."""
        return None


class Files(Given):
    """A source of files, of which the settings give no address."""

    __slots__ = ()

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
