"""A dataset as a catalogue lists it: what is published of it, and every file that can be downloaded."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from pipeline.model.distribution import ending_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication


class ListedFile(NamedTuple):
    """A file that can be downloaded: its name, its size in bytes, its sha256."""

    name: str
    bytes: int
    sha256: str

    @property
    def format(self) -> str:
        """Its format, by its name."""
        return ending_of(self.name)

    def period(self, dataset: str) -> Period:
        """Its period, by its name; it is one of ``dataset``."""
        return PurePosixPath(self.name).name.partition(".")[0].removeprefix(f"{dataset}-")


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
