"""A release on its way into the store: written beside the others, checked, then given its name."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import PrivacyError
from pipeline.storage.atomic import writing
from pipeline.storage.state import Built
from pipeline.system import sync_folder

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from pipeline.model.release import ReleasedFile, Scanned


@dataclass(frozen=True, slots=True)
class Draft:
    """A release as it was written, which is nothing yet: only one that was `passed` can be described and completed."""

    part: Path
    folder: Path
    files: tuple[ReleasedFile, ...]
    synced: Future[None] | None = None
    keys: str = ""

    def passed(self, scanned: Scanned) -> PassedDraft:
        """Return the draft as one that was read back and checked: ``scanned`` proves it of exactly these files."""
        if scanned.files != self.files:
            raise PrivacyError(
                "files-differ", "the files of a release are not those that were scanned", fix="run again"
            )
        return PassedDraft(self)

    def discard(self) -> None:
        """Remove what was written: it becomes no release."""
        shutil.rmtree(self.part, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class PassedDraft:
    """A release on disk that was read back and checked, made by `Draft.passed` only."""

    draft: Draft

    def described(self, *, rows: int, released_on: dt.date, quality: Mapping[str, int]) -> Built:
        """Return what the release is, without giving it its name."""
        return Built(
            folder=self.draft.folder.name,
            rows=rows,
            files={
                file.name: {"format": file.format, "bytes": file.bytes, "sha256": file.sha256}
                for file in self.draft.files
            },
            released_on=released_on.isoformat(),
            quality=dict(sorted(quality.items())),
            keys=self.draft.keys,
        )

    def complete(self) -> None:
        """Give the release its name, once its bytes are on the disk; from now on a state may point to it."""
        part, folder = self.draft.part, self.draft.folder
        with writing(part):
            if self.draft.synced:
                self.draft.synced.result()
            sync_folder(part)
            shutil.rmtree(folder, ignore_errors=True)
            part.rename(folder)
            sync_folder(folder.parent)
