"""What is said while a run is at work: plain lines in a log; on a terminal one line that lives, with the time."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from pipeline.cli.said import say_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: What takes less needs no progress, in seconds.
_SOON = 2.0


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
