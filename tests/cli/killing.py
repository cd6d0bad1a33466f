"""A process of its own that publishes in child processes and kills them; it writes what it found as JSON.

The children are forks of this process, so that each costs a fraction of a start of Python.  They are killed by
themselves at the n-th operation on a file, as Python's audit events tell them, or by this process after a while.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from product import Product, contents

if TYPE_CHECKING:
    from collections.abc import Callable

#: Audit events of operations that change files; opening is looked at more closely.
_WRITES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "shutil.", "ctypes.")


class Counter:
    """Counts operations on files, and ends the process at the n-th."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0

    def __call__(self, event: str, words: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(words[2], int) and bool(words[2] & (os.O_WRONLY | os.O_RDWR))
        if writes or event.startswith(_WRITES):
            self.count += 1
            if self.count == self.last:
                os.kill(os.getpid(), signal.SIGKILL)


def in_child(action: Callable[[], int], *, after: float = 0) -> int:
    """Return how a fork that ran ``action`` ended, killed ``after`` so many seconds unless that is nought."""
    child = os.fork()
    if child == 0:
        os._exit(action())
    if after:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def publish(folder: Path, *, last: int = 0, told: Path | None = None) -> int:
    """Publish in this process, which ends at the ``last`` operation; write how many there were to ``told``."""
    product = Product(folder)
    counter = Counter(last)
    sys.addaudithook(counter)
    said = product.run("publish", "--quiet")
    count = counter.count
    if told:
        told.write_text(str(count), encoding="ascii")
    if said.status:
        sys.stderr.write(said.text)
    return said.status


def whole(folder: Path) -> dict[str, str]:
    """Return everything that a finished run leaves, the journal and the lock apart: kills are seen in it."""
    return {name: text for name, text in contents(folder / "data").items() if name != "private/journal.jsonl"}


def main(start: Path, work: Path, *, points: int, delays: int) -> None:
    """Kill runs that begin with a copy of ``start`` and print what each left."""
    undisturbed = work / "undisturbed"
    shutil.copytree(start, undisturbed)
    before = contents(start / "data" / "published") if (start / "data" / "published").exists() else {}
    began = time.monotonic()
    assert in_child(lambda: publish(undisturbed, told=work / "count")) == 0
    took = time.monotonic() - began
    count = int((work / "count").read_text(encoding="ascii"))
    after, end = contents(undisturbed / "data" / "published"), whole(undisturbed)
    chance = random.Random(7)  # noqa: S311 - which moments are tried
    plans = [(point, 0.0) for point in sorted({1 + number * count // points for number in range(points)})]
    plans += [(0, took * chance.uniform(0.1, 0.95)) for _ in range(delays)]
    found = []
    for number, (point, delay) in enumerate(plans):
        folder = work / f"killed-{number}"
        shutil.copytree(start, folder)
        ended = in_child(lambda folder=folder, point=point: publish(folder, last=point), after=delay)  # type: ignore[misc] # bound now
        public = folder / "data" / "published"
        left = contents(public) if public.exists() else {}
        again = in_child(lambda folder=folder: publish(folder))  # type: ignore[misc] # bound now
        differs = sorted(name for name, _ in set(whole(folder).items()) ^ set(end.items()))
        state = "old" if left == before else "new" if left == after else "broken"
        found.append({"point": point, "ended": ended, "public": state, "again": again, "differs": differs})
        shutil.rmtree(folder)
    sys.stdout.write(json.dumps({"operations": count, "found": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), points=int(sys.argv[3]), delays=int(sys.argv[4]))
