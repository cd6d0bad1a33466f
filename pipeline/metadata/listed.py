"""A dataset as a catalogue lists it: what is published of it, and every file that can be downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from pipeline.metadata.vocabulary import MEDIA_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication


class ListedFile(Protocol):
    """A file that can be downloaded."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def bytes(self) -> int:
        """Its size."""

    @property
    def sha256(self) -> str:
        """Its digest."""


class Listed(NamedTuple):
    """A publication with all files that stand beside its page, and the periods that they are of."""

    publication: Publication
    files: Sequence[ListedFile]
    periods: Sequence[Period]

    @property
    def span(self) -> tuple[str, str] | None:
        """The first and the last published month, or nothing."""
        first, last = self.publication.period.span(self.periods)
        return (first[:7], last[:7]) if first else None


def media_type(name: str) -> str:
    """Return the media type of a file by its name."""
    return MEDIA_TYPES[format_of(name)]


def format_of(name: str) -> str:
    """Return the format of a file by its name."""
    return name.rpartition(".")[2]
