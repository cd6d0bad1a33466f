"""What the portal says: its progress, and its one kind of failure."""

import sys
from pathlib import Path


class PortalError(Exception):
    """One part of the portal failed; the text names the part, what happened and what to read or run next."""

    def __init__(self, part: str, happened: str, *, log: Path | None = None, run: str | None = None) -> None:
        lines = [f"{part}: {happened}"]
        if log is not None:
            lines.append(f"  read: {log}")
        if run is not None:
            lines.append(f"  run:  {run}")
        super().__init__("\n".join(lines))


def step(text: str) -> None:
    """The person at the terminal has been told, on one line of standard error, what happens now."""
    print(text, file=sys.stderr, flush=True)
