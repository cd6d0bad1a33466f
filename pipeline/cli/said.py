"""What a command writes to its two streams, and what becomes of it where one is closed or full."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from pipeline.printable import printable

if TYPE_CHECKING:
    from pipeline.errors import PipelineError


def check_open() -> None:
    """Raise an `OSError` where a stream is closed: a run would do its work and fail to tell of it."""
    if sys.stdout is None or sys.stderr is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def written(status: int) -> int:
    """Return an exit status once all that was written is out; whoever read it may have gone."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
    return status


def part_with_full() -> None:
    """Let what a stream cannot take go nowhere: at its end Python would fail to write it once more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say_line(line: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{printable(line)}\n")
    sys.stderr.flush()


def silence() -> None:
    """Let what is still to be written go nowhere: what was done stays done, and so does its status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_error(error: PipelineError) -> None:
    """Write an error to standard error, coloured and wrapped where a terminal shows it; its status needs no room."""
    if sys.stderr is None:
        return
    with suppress(OSError):
        if sys.stderr.isatty():
            from pipeline.report.screen import show  # noqa: PLC0415 - a failure in a log needs none of it

            show([f"STOPPED: {error}"], sys.stderr)
        else:
            sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
