"""Where files that hold many releases are kept, and what each was made of: none is made again of the same."""

from __future__ import annotations

import hashlib
import io
import json
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from pipeline.plain import read_plain
from pipeline.storage.atomic import replace_file, replacing, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from pipeline.model.periods import Period

_MEMORY: Final = "made.json"
#: The form of the memory; what another one says is not known.
_FORM: Final = "1"


class Made(NamedTuple):
    """A file that was made: the digest of all that decided it, its own, its size, and the periods that are in it."""

    receipt: str
    sha256: str
    bytes: int
    periods: tuple[Period, ...]


class Shelf:
    """The files of one dataset that hold many of its releases, in a private folder."""

    def __init__(self, private: Path, dataset: str) -> None:
        self.folder = private / "collected" / dataset

    def known(self) -> dict[str, Made]:
        """Return what was made, by the name of the file; what cannot be understood is not known."""
        try:
            facts = json.loads(read_plain(self.folder / _MEMORY))[_FORM]
            return {
                name: Made(receipt, sha256, size, tuple(periods))
                for name, (receipt, sha256, size, periods) in facts.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}

    def remember(self, made: Mapping[str, Made]) -> None:
        """Keep exactly these files, and what they were made of."""
        if made:
            replace_file(self.folder / _MEMORY, json.dumps({_FORM: made}, sort_keys=True).encode() + b"\n")
        self._sweep({*made, _MEMORY} if made else ())

    def _sweep(self, keep: Collection[str]) -> None:
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in keep:
                with writing(path):
                    path.unlink()


class Weighed(io.RawIOBase):
    """A file that is only written to: it counts and digests its bytes, and keeps them where it is given a ``file``."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        super().__init__()
        self._file, self._digest, self.size = file, hashlib.sha256(), 0

    def writable(self) -> bool:
        """It is written to."""
        return True

    def write(self, block: bytes, /) -> int:  # type: ignore[override] # whatever has bytes
        """Take some bytes."""
        size = memoryview(block).nbytes
        if self._file is not None:
            self._file.write(block)
        self._digest.update(block)
        self.size += size
        return size

    @property
    def sha256(self) -> str:
        """The digest of what was written so far, in hex."""
        return self._digest.hexdigest()


def weigh(fill: Callable[[Weighed], tuple[Period, ...]], receipt: str) -> Made:
    """Return what would be made, and write nothing."""
    sink = Weighed()
    periods = fill(sink)
    return Made(receipt, sink.sha256, sink.size, periods)


def make(path: Path, fill: Callable[[Weighed], tuple[Period, ...]], receipt: str) -> Made:
    """Make ``path`` hold what ``fill`` writes, whole or not at all."""
    with replacing(path) as file:
        sink = Weighed(file)
        periods = fill(sink)
    return Made(receipt, sink.sha256, sink.size, periods)
