"""A process of its own that publishes in child processes and kills them; it writes what it found as JSON.

The children are forks of this process, so that each costs a fraction of a start of Python.  They are killed by
themselves at the n-th operation on a file, as Python's audit events tell them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lib.product import Product, contents

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def in_child(action: Callable[[], int]) -> int:
    """Return how a fork that ran ``action`` ended."""
    child = os.fork()
    if child == 0:
        os._exit(action())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def publish(folder: Path, words: Sequence[str], *, last: int = 0, told: Path | None = None) -> int:
    """Publish in this process, which ends at the ``last`` operation; write how many there were to ``told``."""
    product = Product(folder)
    counter = Counter(last)
    sys.addaudithook(counter)
    said = product.run(*words)
    count = counter.count
    if told:
        told.write_text(str(count), encoding="ascii")
    if said.status:
        sys.stderr.write(said.text)
    return said.status


def whole(folder: Path) -> dict[str, str]:
    """Return what a finished run leaves, without the journal, which shows kills, and when files were seen."""
    aside = ("private/journal.jsonl", "private/looked/")
    return {name: text for name, text in contents(folder / "data").items() if not name.startswith(aside)}


def main(start: Path, work: Path, points: int, words: Sequence[str]) -> None:
    """Kill runs that begin with a copy of ``start`` at so many points (0: at each) and print what each left."""
    shutil.copytree(start, work / "warm")
    assert Product(work / "warm").run(*words).status == 0  # what a publish loads and keeps, no fork has to load again
    undisturbed = work / "undisturbed"
    shutil.copytree(start, undisturbed)
    before = contents(start / "data" / "published") if (start / "data" / "published").exists() else {}
    assert in_child(lambda: publish(undisturbed, words, told=work / "count")) == 0
    count = int((work / "count").read_text(encoding="ascii"))
    after, end = contents(undisturbed / "data" / "published"), whole(undisturbed)
    plans = sorted({1 + number * count // (points or count) for number in range(points or count)})
    found = []
    for number, point in enumerate(plans):
        folder = work / f"killed-{number}"
        shutil.copytree(start, folder)
        ended = in_child(lambda folder=folder, point=point: publish(folder, words, last=point))  # type: ignore[misc] # bound now
        public = folder / "data" / "published"
        left = contents(public) if public.exists() else {}
        again = in_child(lambda folder=folder: publish(folder, words))  # type: ignore[misc] # bound now
        differs = sorted(name for name, _ in set(whole(folder).items()) ^ set(end.items()))
        state = "old" if left == before else "new" if left == after else "broken"
        found.append({"point": point, "ended": ended, "public": state, "again": again, "differs": differs})
        shutil.rmtree(folder)
    sys.stdout.write(json.dumps({"operations": count, "found": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
