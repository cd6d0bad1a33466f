"""The private store of releases: built beside the last good one, complete on disk, then pointed to."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import IO, TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.model.distribution import ending_of
from pipeline.model.release import Release, ReleasedFile
from pipeline.plain import open_plain, plain, read_plain
from pipeline.storage.atomic import make_private, writing
from pipeline.storage.collected import Weighed
from pipeline.storage.draft import Draft, PassedDraft
from pipeline.storage.looked import Looked
from pipeline.storage.lost import lost_file
from pipeline.storage.state_file import load_state, save_state, sweep_state
from pipeline.system import BINARY, sync_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.periods import Period
    from pipeline.storage.bench import Bench
    from pipeline.storage.state import Built, State

_REFERENCES = "references.parquet"


@dataclass(frozen=True, slots=True)
class Store:
    """The releases and the state of every dataset below ``data/private``."""

    private: Path
    bench: Bench | None = None
    looked: Looked = field(default_factory=partial(Looked, dt.date.min))

    def state(self, dataset: str) -> State:
        """Return what is remembered of a dataset."""
        return load_state(self._state(dataset))

    def remember(self, dataset: str, state: State) -> bool:
        """Point to the releases of ``state``; return whether anything was written."""
        return save_state(self._state(dataset), state)

    def _state(self, dataset: str) -> Path:
        return self.private / "state" / f"{dataset}.json"

    def folder(self, dataset: str, name: str) -> Path:
        """Return where a release is kept."""
        return self.private / "releases" / dataset / name

    def build(
        self, dataset: str, name: str, *, files: Mapping[str, Iterable[pa.Buffer]], references: Mapping[str, pa.Array]
    ) -> Draft:
        """Return the release written whole beside the others; nothing points to it yet."""
        draft = self.folder(dataset, f".{name}.part")
        make_private(draft.parent)
        with writing(draft):
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            with ThreadPoolExecutor(len(files)) as hands:  # both formats at once: one joins text while one compresses
                jobs = [hands.submit(_write, draft / file, blocks) for file, blocks in files.items()]
            written = tuple(job.result() for job in jobs)
            keys = _write(draft / _REFERENCES, _index(references)).sha256 if references else ""
        disk = ThreadPoolExecutor(1)  # the disk gets on with it while the files are read back and checked
        synced = disk.submit(_sync, list(draft.iterdir()))
        disk.shutdown(wait=False)
        return Draft(draft, self.folder(dataset, name), written, synced, keys)

    def keep(self, passed: PassedDraft, dataset: str, last: Built) -> str:
        """Return the folder of a release whose rows ``passed`` holds too: that of ``last``, unless references differ.

        References are not in what is published: those of two extracts can differ where the rows are the same.
        """
        draft, released = passed.draft, self.folder(dataset, last.folder)
        if _content(draft.part / _REFERENCES) == _content(released / _REFERENCES):
            draft.discard()
            return last.folder
        with writing(draft.part):
            for name in last.files:
                (draft.part / name).unlink(missing_ok=True)
                (draft.part / name).hardlink_to(released / name)
        passed.complete()
        return draft.folder.name

    def weigh(self, dataset: str, name: str, *, files: Mapping[str, Iterable[pa.Buffer]]) -> Draft:
        """Return the draft that `build` would write, hashed and not written: for a plan."""
        folder = self.folder(dataset, name)
        kept = {
            file: self.bench.keep(dataset, name, file, blocks) if self.bench else blocks
            for file, blocks in files.items()
        }
        return Draft(folder, folder, tuple(_weigh(folder / file, blocks) for file, blocks in kept.items()))

    def csv(self, dataset: str, month: Period, built: Built) -> bytes | None:
        """Return the CSV of a release that is kept or was built in this run, None where it is neither."""
        file = f"{dataset}-{month}.csv"
        if self.bench and (text := self.bench.read(dataset, built.folder, file)) is not None:
            return text
        path = self.folder(dataset, built.folder) / file
        return read_plain(path) if path.is_file() else None

    def rows(self, dataset: str, month: Period, built: Built, columns: Sequence[str]) -> pa.Table:
        """Return columns of a release that is kept or was built in this run, from its Parquet; texts as dictionaries.

        One that is not as it was built is a `StorageError`.
        """
        file = f"{dataset}-{month}.parquet"
        try:
            kept = self._at_hand(dataset, built, file)
            return pq.read_table(pa.BufferReader(kept), columns=list(columns), read_dictionary=list(columns))
        except (OSError, pa.ArrowInvalid):
            raise lost_file(self.folder(dataset, built.folder) / file) from None

    def _at_hand(self, dataset: str, built: Built, file: str) -> bytes:
        """Return a file of a release that is kept or was built in this run."""
        if self.bench and (content := self.bench.read(dataset, built.folder, file)) is not None:
            return content
        return read_plain(self._as_built(dataset, built, file))

    def release(self, dataset: str, month: Period, built: Built, *, released_on: dt.date, gone: bool) -> Release:
        """Return the release that ``built`` describes."""
        folder = self.folder(dataset, built.folder)
        files = tuple(
            ReleasedFile(
                name,
                facts["format"],
                (self.bench and self.bench.path(dataset, built.folder, name)) or folder / name,
                facts["bytes"],
                facts["sha256"],
            )
            for name, facts in sorted(built.files.items())
        )
        return Release(
            dataset=dataset,
            month=month,
            rows=built.rows,
            files=files,
            released_on=released_on,
            input_gone=gone,
            quality=built.quality,
        )

    def intact(self, dataset: str, built: Built) -> bool:
        """Return whether every file of a release is on disk with the bytes that it was built with."""
        folder = self.folder(dataset, built.folder)
        return all(self.sha256(folder / name) == sha256 for name, sha256 in _promised(built).items())

    def sha256(self, path: Path) -> str:
        """Return the sha256 of a file in hex, "" where it cannot be read; one that was not touched is read once."""
        try:
            return self.looked.of("sha256", path, partial(_hash, path))
        except OSError:
            return ""

    def file(self, dataset: str, built: Built, kind: str) -> Path:
        """Return the file of a release in a format; one that is not as it was built is a `StorageError`."""
        return self._as_built(dataset, built, next(n for n, facts in built.files.items() if facts["format"] == kind))

    def _as_built(self, dataset: str, built: Built, name: str) -> Path:
        path = self.folder(dataset, built.folder) / name
        if self.sha256(path) != _promised(built)[name]:
            raise lost_file(path)
        return path

    def _beside(self, dataset: str, built: Built) -> Path | None:
        """Return the keys and references that are kept beside the rows of a release, nothing where none are."""
        if built.keys:
            return self._as_built(dataset, built, _REFERENCES)
        kept = self.folder(dataset, built.folder) / _REFERENCES
        return kept if kept.is_file() else None

    def references(self, dataset: str, built: Built, scope: str, column: str) -> pa.Array:
        """Return the keyed references of one scope, in the order of the release's rows.

        They are the published column itself, unless a rule changed that: then they were kept beside it.
        """
        if (kept := self.key(dataset, built, scope)) is not None:
            return kept
        return read_released(self.file(dataset, built, "parquet"), columns=[column]).column(column).combine_chunks()

    def key(self, dataset: str, built: Built, name: str) -> pa.Array | None:
        """Return a private key of each of the release's rows, nothing where it was made without it."""
        kept = self._beside(dataset, built)
        if kept is None or name not in _names(kept):
            return None
        return read_released(kept, columns=[name]).column(name).combine_chunks()

    def keys(self, dataset: str, built: Built) -> tuple[str, ...]:
        """Return the names of the private keys that a release was made with, and of the references kept beside it."""
        return _names(kept) if (kept := self._beside(dataset, built)) else ()

    def sweep(self, dataset: str, keep: Sequence[str]) -> None:
        """Remove what nothing points to: parts of a killed run, releases and registers that were replaced."""
        sweep_state(self._state(dataset))
        folder = self.private / "releases" / dataset
        if not folder.is_dir():
            return
        for entry in folder.iterdir():
            if entry.name not in keep:
                with writing(entry):
                    shutil.rmtree(entry, ignore_errors=True)


def read_released(path: Path, *, columns: Sequence[str] | None = None) -> pa.Table:
    """Return a Parquet of a release, or some of its columns; one that is lost or damaged is a `StorageError`."""
    try:
        return pq.read_table(plain(path), columns=columns)
    except (OSError, pa.ArrowInvalid):
        raise lost_file(path) from None


def _names(path: Path) -> tuple[str, ...]:
    try:
        return tuple(pq.read_schema(plain(path)).names)
    except (OSError, pa.ArrowInvalid):
        raise lost_file(path) from None


def _promised(built: Built) -> dict[str, str]:
    """Return the sha256 of every file of a release by name, as far as they are known."""
    files = {name: str(facts["sha256"]) for name, facts in built.files.items()}
    return {**files, _REFERENCES: built.keys} if built.keys else files


def _hash(path: Path) -> str:
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _content(path: Path) -> bytes:
    return read_plain(path) if path.is_file() else b""


def _index(references: Mapping[str, pa.Array]) -> Iterator[pa.Buffer]:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(dict(references)), sink, compression="none", use_dictionary=False)
    yield sink.getvalue()


def _weigh(path: Path, blocks: Iterable[pa.Buffer], file: IO[bytes] | None = None) -> ReleasedFile:
    """Return what a file of some blocks is; they are written where it is given a ``file``."""
    sink = Weighed(file)
    for block in blocks:
        sink.write(block)
    return ReleasedFile(path.name, ending_of(path.name), path, sink.size, sink.sha256)


def _sync(paths: Sequence[Path]) -> None:
    """Make the bytes of files survive a crash."""
    for path in paths:
        sync_file(path)


def _write(path: Path, blocks: Iterable[pa.Buffer]) -> ReleasedFile:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
    with os.fdopen(handle, "wb") as file:
        return _weigh(path, blocks, file)
