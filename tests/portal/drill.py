"""A process that kills updates of the catalogue at each of their operations on files, and looks at the tree."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.publish.catalogue import swap
from tests.lib import EVERY_CASE
from tests.lib.catalogue_example import MONTHS, Place, make_publication, make_release, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model.plan import Plan

_FINISH_EVERY = 8


def _cannot_exchange(_one: Path, _other: Path) -> bool:
    return False


def _die_at(event_number: int) -> None:
    """Kill this process just before the given file operation (files opened, made, linked, renamed, deleted)."""
    watched = ("open", "os.", "shutil.", "ctypes.")
    left = event_number

    def count(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event.startswith(watched):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def _in_child(work: Callable[[], None]) -> bool:
    """Run ``work`` in a forked process; return whether it lived to the end."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    _, result = os.waitpid(child, 0)
    assert os.WIFSIGNALED(result) or os.waitstatus_to_exitcode(result) == 0
    return not os.WIFSIGNALED(result)


def _drill(root: Path, mode: str) -> None:
    """Kill an update at its first file operation, its second, and so on until one run ends; check after each.

    Outside CI it is killed at every seventh.
    """
    place = Place(root)
    releases = [make_release(place.store, month) for month in MONTHS[:2]]
    old, new = [make_publication(releases[:1])], [make_publication(releases)]
    if mode == "renames":
        swap.put_in_place.__kwdefaults__ = {"exchange": _cannot_exchange}
    place.public.mkdir(exist_ok=True)
    place.publish(old)
    old_tree = snapshot(place.public)
    shutil.copytree(place.public, root / "old-tree")
    place.publish(new)
    new_tree = snapshot(place.public)
    seen = {"old": 0, "new": 0, "between": 0}
    ended, number = False, 0
    while not ended:
        number += 1 if EVERY_CASE else 7
        shutil.rmtree(place.public)
        shutil.copytree(root / "old-tree", place.public)
        plan = place.plan(new)

        def update(plan: Plan = plan, number: int = number) -> None:
            _die_at(number)
            place.catalogue.apply(plan, new)

        ended = _in_child(update)
        if mode == "renames" and not place.public.exists():
            seen["between"] += 1
        else:
            found = snapshot(place.public)
            assert found in (old_tree, new_tree), f"a mixed tree is public after operation {number}"
            seen["new" if found == new_tree else "old"] += 1
        place.catalogue.recover()
        assert snapshot(place.public) in (old_tree, new_tree)
        assert not list(place.root.glob("private/staging/*"))
        if number % _FINISH_EVERY == 0:
            place.publish(new)
            assert snapshot(place.public) == new_tree
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    _drill(Path(sys.argv[1]), sys.argv[2])
