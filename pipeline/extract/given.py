"""What archetypes share whose extracts somebody else puts where they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model.source import Asked, Connections


class Given:
    """A source that is taken from no service."""

    __slots__ = ()

    @property
    def service(self) -> str:
        """None is asked."""
        return ""

    def take(self, _root: Path, _declared: Sequence[str], _connections: Connections, _asked: Asked) -> None:
        """Take nothing."""
