"""Writing that a crash cannot halve."""

from __future__ import annotations

import errno
import json
import os
import shutil
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, BinaryIO

from pipeline.errors import StorageError
from pipeline.plain import read_plain
from pipeline.system import BINARY, NONBLOCK, copy_range, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


_PIECE = 1 << 20


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about a disk that cannot be written into a `StorageError`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            what, fix = "there is no room left; the last good release stays as it is", "make room and run again"
            raise StorageError("disk-full", what, where=str(path), fix=fix) from None
        what = f"cannot be written ({os.strerror(error.errno or 0)})"
        fix = f"let the user of this run write in the folder {path.parent} (its owner or permissions), and run again"
        raise StorageError("not-writable", what, where=str(path), fix=fix) from None


def copy_bytes(old: BinaryIO, new: BinaryIO) -> None:
    """Copy a whole file into a new one; where the file system can, it shares blocks until either is written."""
    with suppress(OSError):  # not on every system, nor between all file systems
        while copy_range(old.fileno(), new.fileno(), _PIECE):
            pass
    # both descriptors stand where that ended: nothing is left to copy, or all of it
    shutil.copyfileobj(old, new, _PIECE)


def make_private(folder: Path) -> None:
    """Make ``folder`` and what is missing above it, readable by its owner only."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    with writing(folder):
        for each in reversed(missing):  # `parents=True` would leave those above it open to everybody
            each.mkdir(mode=0o700, exist_ok=True)


def replace_file(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Make ``path`` hold ``content``, whole or not at all; return whether anything was written."""
    if path.is_file() and read_plain(path) == content:
        return False
    with replacing(path, mode=mode) as file:
        file.write(content)
    return True


@contextmanager
def replacing(path: Path, *, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """Give a file to be written that takes the place of ``path``, whole and on the disk, when that is done."""
    make_private(path.parent)
    part = path.with_name(f".{path.name}.part")
    with writing(path):
        # a pipe in its place would be waited for
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NONBLOCK | BINARY, mode)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)


def append_line(path: Path, facts: Mapping[str, object], *, once: bool = False) -> None:
    """Append ``facts`` as one line of JSON to a private file, and make it survive a crash; ``once``: if not there."""
    line = json.dumps(facts, ensure_ascii=True, sort_keys=True)
    if once and path.exists() and line.encode() in read_plain(path).split(b"\n"):
        return
    make_private(path.parent)
    with writing(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | BINARY, 0o600)
        with os.fdopen(handle, "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(end - 1, 0))
            torn = end > 0 and file.read(1) != b"\n"  # a killed run's half line must not swallow this one
            file.write(b"\n" * torn + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
