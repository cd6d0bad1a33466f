"""The lock of a data folder: one run writes at a time, and nobody looks while it does.

The system holds it (`flock`; the locks of SQLite, by filelock, where there is none), so that it ends with its process.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import BusyError, StorageError
from pipeline.storage.atomic import make_private, writing
from pipeline.system import BINARY, CLOEXEC, NONBLOCK

try:
    import fcntl
except ImportError:
    HAS_FLOCK = False
else:
    HAS_FLOCK = True

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: How long a run that writes waits for those that only look, in seconds, and how often it asks.
PATIENCE = 60.0
_PAUSE = 0.1


class Lock(Protocol):
    """A lock on an open file, which is held alone or together with others, or not at all."""

    def alone(self) -> bool:
        """Hold it alone; return False where anybody else holds it."""

    def together(self) -> bool:
        """Hold it with others who do so; return False where somebody holds it alone."""

    def free(self) -> None:
        """Hold it no longer."""

    def close(self) -> None:
        """Hold it no longer, and close the file."""


@contextmanager
def locked(private: Path, *, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a data folder; another run that writes is a `BusyError`, one that looks is waited for."""
    make_private(private)
    with writing(private / "lock"):
        lock = _open(private / "lock", os.O_RDWR | os.O_CREAT)
    try:
        _wait(lock, str(private), say)
        yield
    finally:
        lock.close()


@contextmanager
def locked_for_looking(private: Path) -> Iterator[None]:
    """Keep runs that write away from a data folder while it is looked at; nothing is written, others may look too."""
    try:
        lock = _open(private / "lock", os.O_RDONLY)
    except FileNotFoundError:
        yield
        return
    except OSError as error:
        what = f"cannot be opened ({os.strerror(error.errno or 0)})"
        fix = f"let the user of this run read and write in the folder {private}, and run again"
        raise StorageError("not-writable", what, where=str(private / "lock"), fix=fix) from None
    try:
        if not lock.together():
            raise _busy("another run is at work here", str(private))
        yield
    finally:
        lock.close()


def _wait(lock: Lock, where: str, say: Callable[[str], None]) -> None:
    """Take the lock, after those who look have gone; they alone would let us look as well."""
    until = time.monotonic() + PATIENCE
    said = False
    while not lock.alone():
        if not lock.together():
            raise _busy("another run is at work here", where)
        lock.free()
        if time.monotonic() > until:
            raise _busy("a plan is being made here, and takes long", where)
        if not said:
            say(f"a plan is being made here: waiting for its end, {PATIENCE:.0f} seconds at most")
            said = True
        time.sleep(_PAUSE)


def _open(path: Path, access: int) -> Lock:
    """Return the lock on a file, not held yet."""
    handle = os.open(path, access | NONBLOCK | CLOEXEC | BINARY, 0o600)
    if HAS_FLOCK:
        return _Flock(handle)
    os.close(handle)
    return _SqliteLock(path)


class _Flock:
    """The lock of the system, which also those hold together who may only read the file."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def alone(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def together(self) -> bool:
        return self._try(fcntl.LOCK_SH)

    def free(self) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._handle)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class _SqliteLock:
    """The read and write lock of filelock, where the system has none that several can hold."""

    def __init__(self, path: Path) -> None:
        from filelock import ReadWriteLock, Timeout  # noqa: PLC0415 - only where there is no `flock`

        self._lock, self._timeout = ReadWriteLock(path, blocking=False, is_singleton=False), Timeout

    def alone(self) -> bool:
        return self._try(self._lock.acquire_write)

    def together(self) -> bool:
        return self._try(self._lock.acquire_read)

    def free(self) -> None:
        self._lock.release()

    def close(self) -> None:
        self._lock.close()

    def _try(self, acquire: Callable[[], object]) -> bool:
        try:
            acquire()
        except self._timeout:
            return False
        return True


def _busy(message: str, where: str) -> BusyError:
    return BusyError("busy", message, where=where, fix="wait until it has ended")
