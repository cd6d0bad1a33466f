"""A command at a real terminal: what it shows, and the keys that somebody presses once a text has been shown."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Self

from tests.lib import ROOT

if TYPE_CHECKING:
    from types import TracebackType

    from tests.lib.product import Product

_PATIENCE = 30.0
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """A command of the product at a terminal of its own."""

    def __init__(self, product: Product, *words: str, columns: int = 100, **environ: str) -> None:
        """Start it."""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.found = termios.tcgetattr(theirs)
        command = [sys.executable, "-m", "pipeline", *words]
        environment = product.environment(PYTHONPATH=str(ROOT), TERM="xterm-256color", **environ)
        for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
            if name not in environ:
                environment.pop(name, None)
        self.process = subprocess.Popen(
            command,
            cwd=product.folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C reaches it  # noqa: PLW1509
        )
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
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
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
            assert self._read() or self.process.poll() is None, self.text
        place = self.text.index(wanted, self._seen) + len(wanted)
        shown, self._seen = self.text[self._seen : place], place
        return shown

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def status(self) -> int:
        """Return how it ended, after everything that it wrote was read."""
        end = time.monotonic() + _PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end, self.text
            self._read()
        while self._read():
            pass
        return self.process.returncode

    def as_found(self) -> bool:
        """Return whether the terminal is as it was found."""
        return termios.tcgetattr(self._theirs) == self.found

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], 0.05)
        if not ready:
            return False
        self.raw += os.read(self._ours, 65536).decode("utf-8", "replace")
        return True


def on_a_terminal(product: Product, *words: str, answer: str = "", **environ: str) -> tuple[int, str]:
    """Return how a command ended at a terminal, and everything that stood there."""
    with Terminal(product, *words, columns=100, **environ) as terminal:
        if answer:
            terminal.press(f"{answer}\n")
        return terminal.status(), terminal.text
