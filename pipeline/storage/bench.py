"""Where a run that must leave no trace keeps the rows that it would write, until they were compared and read."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from typing import IO, TYPE_CHECKING

from pipeline.model.distribution import ENDINGS_OF_ROWS
from pipeline.plain import read_plain
from pipeline.storage.atomic import make_private, writing
from pipeline.system import BINARY, NONBLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pyarrow as pa


class Bench:
    """The files of releases that were built and are not to be kept.

    In a plan they stand in one file below ``private`` that has no name, and is gone with the run; where there is no
    such folder yet, in memory.  In a preview they are private files below ``folder``.
    """

    def __init__(self, private: Path, folder: Path | None = None) -> None:
        self._folder = folder
        self._places: dict[tuple[str, str, str], tuple[int, int]] = {}
        self._file: IO[bytes] = io.BytesIO()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)  # what a killed preview left
        elif os.access(private, os.W_OK):
            with writing(private):
                self._file = tempfile.TemporaryFile(dir=private)  # noqa: SIM115 - it lives as long as the run

    def keep(self, dataset: str, name: str, file: str, blocks: Iterable[pa.Buffer]) -> Iterable[pa.Buffer]:
        """Yield ``blocks`` as they come, and keep them as a file of the release ``name``."""
        if self._folder is not None:
            return self._written(self._folder / dataset / name / file, blocks)
        return self._noted((dataset, name, file), blocks) if file.endswith(ENDINGS_OF_ROWS) else blocks

    def read(self, dataset: str, name: str, file: str) -> bytes | None:
        """Return what was kept, None where nothing was."""
        if (path := self.path(dataset, name, file)) is not None:
            return read_plain(path)
        if (dataset, name, file) not in self._places:
            return None
        start, size = self._places[dataset, name, file]
        self._file.seek(start)
        return self._file.read(size)

    def path(self, dataset: str, name: str, file: str) -> Path | None:
        """Return where a preview keeps a file, None where it has none of it."""
        path = self._folder / dataset / name / file if self._folder else None
        return path if path is not None and path.is_file() else None

    def holds(self, dataset: str, name: str, file: str) -> bool:
        """Return whether a file of a release was kept."""
        return (dataset, name, file) in self._places or self.path(dataset, name, file) is not None

    def shelf(self, dataset: str) -> Path | None:
        """Return where a preview keeps the files that hold many releases of a dataset, None in a plan."""
        return self._folder / dataset / "collected" if self._folder else None

    def close(self) -> None:
        """Let go of everything that was kept."""
        self._file.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _noted(self, key: tuple[str, str, str], blocks: Iterable[pa.Buffer]) -> Iterable[pa.Buffer]:
        start = self._file.seek(0, io.SEEK_END)
        for block in blocks:
            self._file.write(block)
            yield block
        self._places[key] = (start, self._file.tell() - start)

    def _written(self, path: Path, blocks: Iterable[pa.Buffer]) -> Iterable[pa.Buffer]:
        make_private(path.parent)
        with writing(path):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NONBLOCK | BINARY, 0o600)
            with os.fdopen(handle, "wb") as file:
                for block in blocks:
                    file.write(block)
                    yield block
