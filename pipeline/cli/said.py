"""What a command writes to its two streams, how it says how far it is, and what becomes of it where one is full."""

from __future__ import annotations

import errno
import os
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from pipeline.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.errors import PipelineError


#: What takes less needs no progress, in seconds.
_SOON = 2.0


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


@contextmanager
def at_work(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Give what says a line while something is done."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _living() as say:
            yield say
    else:
        yield say_line


@contextmanager
def _living() -> Iterator[Callable[[str], None]]:
    """Give what changes the one line on the terminal, which comes after two seconds and goes at the end."""
    words = TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True))
    live = Progress(
        SpinnerColumn(), words, TimeElapsedColumn(), console=Console(stderr=True), transient=True, expand=True
    )
    task = live.add_task("beginning")
    soon = threading.Timer(_SOON, live.start)
    soon.daemon = True
    soon.start()
    try:
        yield lambda line: live.update(task, description=line)
    finally:
        soon.cancel()
        soon.join()
        live.stop()


def say_line(line: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{printable(line)}\n")
    sys.stderr.flush()
