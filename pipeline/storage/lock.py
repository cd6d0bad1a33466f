"""The lock of a data folder: one run writes at a time, and nobody looks while it does."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import BusyError, StorageError
from pipeline.storage.atomic import make_private, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: How long a run that writes waits for those that only look, in seconds, and how often it asks.
PATIENCE = 60.0
_PAUSE = 0.1


@contextmanager
def locked(private: Path, *, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a data folder; another run that writes is a `BusyError`, one that looks is waited for."""
    make_private(private)
    with writing(private / "lock"):
        handle = os.open(private / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait(handle, str(private), say)
        yield
    finally:
        os.close(handle)


@contextmanager
def locked_for_looking(private: Path) -> Iterator[None]:
    """Keep runs that write away from a data folder while it is looked at; nothing is written, others may look too."""
    try:
        handle = os.open(private / "lock", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    except OSError as error:
        raise StorageError(
            "not-writable",
            f"cannot be opened ({os.strerror(error.errno or 0)})",
            where=str(private / "lock"),
            fix=f"let the user of this run read and write in the folder {private}, and run again",
        ) from None
    try:
        if not _try(handle, fcntl.LOCK_SH):
            raise _busy("another run is at work here", str(private))
        yield
    finally:
        os.close(handle)


def _wait(handle: int, where: str, say: Callable[[str], None]) -> None:
    """Take the lock, after those who look have gone; they alone would let us look as well."""
    until = time.monotonic() + PATIENCE
    said = False
    while not _try(handle, fcntl.LOCK_EX):
        if not _try(handle, fcntl.LOCK_SH):
            raise _busy("another run is at work here", where)
        fcntl.flock(handle, fcntl.LOCK_UN)
        if time.monotonic() > until:
            raise _busy("a plan is being made here, and takes long", where)
        if not said:
            say(f"a plan is being made here: waiting for its end, {PATIENCE:.0f} seconds at most")
            said = True
        time.sleep(_PAUSE)


def _try(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(message: str, where: str) -> BusyError:
    return BusyError("busy", message, where=where, fix="wait until it has ended")
