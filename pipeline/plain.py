"""Files by name: only a regular file is ever opened for reading; a pipe or a device would keep the run for ever."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from pipeline.system import BINARY, CLOEXEC, NONBLOCK

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path


class NotPlainError(OSError):
    """A folder, a pipe, a socket or a device stands where a file was expected."""


def open_plain(path: str | os.PathLike[str], *, flags: int = 0) -> BufferedReader:
    """Return a regular file, or the one that a link leads to, open for reading; `OSError` where it is none.

    Nothing is waited for, and what was opened is what is looked at.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | NONBLOCK | CLOEXEC | BINARY | flags)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket
            raise _not_plain(path) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_plain(path)
    return os.fdopen(descriptor, "rb")


def read_plain(path: str | os.PathLike[str]) -> bytes:
    """Return what a regular file holds."""
    with open_plain(path) as file:
        return file.read()


def plain(path: Path) -> Path:
    """Return ``path`` for a library that opens files itself; `OSError` where it cannot be read as a regular file."""
    open_plain(path).close()
    return path


def _not_plain(path: str | os.PathLike[str]) -> NotPlainError:
    return NotPlainError(errno.ENOTSUP, "this is no plain file", os.fspath(path))
