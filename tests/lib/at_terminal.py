"""A command at a real terminal: what it shows, and the keys that somebody presses once a text has been shown.

Its process is forked from one that has loaded the product: a start of Python takes longer than most commands.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from multiprocessing import get_context
from typing import TYPE_CHECKING, Self

from pipeline.cli.parser import main

if TYPE_CHECKING:
    from types import TracebackType

    from tests.lib.product import Product

_FORKED = get_context("forkserver")
_FORKED.set_forkserver_preload([__name__, "pipeline.cli.commands", "pipeline.cli.decisions", "pipeline.cli.review"])
_PATIENCE = 30.0
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """A command of the product at a terminal of its own."""

    def __init__(self, product: Product, *words: str, columns: int = 100, **environ: str) -> None:
        """Start it."""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.found = termios.tcgetattr(theirs)
        environment = product.environment(TERM="xterm-256color", **environ)
        for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
            if name not in environ:
                environment.pop(name, None)
        facts = (os.ttyname(theirs), str(product.folder), environment, words)
        self.process = _FORKED.Process(target=_command, args=facts)
        self.process.start()
        self._theirs = theirs
        self.raw = ""
        self._seen = 0

    def __enter__(self) -> Self:
        """Return the terminal."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Close it."""
        self.process.kill()
        self.process.join()
        for number in (self._ours, self._theirs):
            os.close(number)

    @property
    def text(self) -> str:
        """Everything that was shown, without colours."""
        return _COLOUR.sub("", self.raw).replace("\r\n", "\n")

    def until(self, wanted: str) -> str:
        """Return what is shown after the last wait, up to ``wanted`` and a little more."""
        end = time.monotonic() + _PATIENCE
        while wanted not in self.text[self._seen :]:
            assert time.monotonic() < end, self.text
            assert self._read() or self.process.is_alive(), self.text
        place = self.text.index(wanted, self._seen) + len(wanted)
        shown, self._seen = self.text[self._seen : place], place
        return shown

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def status(self) -> int | None:
        """Return how it ended, after everything that it wrote was read."""
        end = time.monotonic() + _PATIENCE
        while self.process.is_alive():
            assert time.monotonic() < end, self.text
            self._read()
        while self._read():
            pass
        return self.process.exitcode

    def as_found(self) -> bool:
        """Return whether the terminal is as it was found."""
        return termios.tcgetattr(self._theirs) == self.found

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], 0.05)
        if not ready:
            return False
        self.raw += os.read(self._ours, 65536).decode("utf-8", "replace")
        return True


def _command(terminal: str, folder: str, environ: dict[str, str], words: tuple[str, ...]) -> None:
    """Be the command, in a session whose terminal this becomes by being opened first, so that Ctrl-C reaches it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as a shell starts it, whoever started the tests
    os.setsid()
    handle = os.open(terminal, os.O_RDWR)
    for number in range(3):
        os.dup2(handle, number)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2))
    sys.exit(main([*words]))


def on_a_terminal(product: Product, *words: str, answer: str = "", **environ: str) -> tuple[int | None, str]:
    """Return how a command ended at a terminal, and everything that stood there."""
    with Terminal(product, *words, columns=100, **environ) as terminal:
        if answer:
            terminal.press(f"{answer}\n")
        return terminal.status(), terminal.text
