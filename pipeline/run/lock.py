"""The lock of a data folder: one run writes at a time, and nobody looks while it does."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import BusyError
from pipeline.journal import make_private, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.settings import Settings


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the lock of a data folder; another run that holds it is a `BusyError`."""
    private = settings.data / "private"
    make_private(private)
    with writing(private / "lock"):
        handle = os.open(private / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with _held(handle, fcntl.LOCK_EX, str(private)):
        yield


@contextmanager
def unlocked(settings: Settings) -> Iterator[None]:
    """Make sure that no run is at work on a data folder while it is looked at; nothing is written."""
    private = settings.data / "private"
    try:
        handle = os.open(private / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    with _held(handle, fcntl.LOCK_SH, str(private)):
        yield


@contextmanager
def _held(handle: int, kind: int, where: str) -> Iterator[None]:
    try:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError("busy", "another run is at work here", where=where, fix="wait until it has ended") from None
        yield
    finally:
        os.close(handle)
