"""What archetypes share that are folders of files: each period has a file of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.extract.given import Given
from pipeline.extract.partition import period_files, sha256_of
from pipeline.extract.paths import safe_path

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Remember


class FilesByPeriod(Given):
    """A source with one file a period, named as ``pattern`` says."""

    __slots__ = ()

    pattern: str

    def extracts(self, root: Path, kind: PeriodKind, _remember: Remember) -> dict[str, Period]:
        """Return the files that are there, each with its period."""
        return {path: period for period, path in period_files(root, self.pattern, kind).items()}

    def sha256(self, root: Path, path: str, remember: Remember) -> str:
        """Return the sha256 of a file's bytes."""
        return remember("sha256", safe_path(root, path), partial(sha256_of, root, path))

    def files(self, root: Path, kind: PeriodKind) -> tuple[str, ...]:
        """Return the files that are there."""
        return tuple(period_files(root, self.pattern, kind).values())
