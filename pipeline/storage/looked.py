"""What was found in files when they were last read in full: one that nobody touched since is not opened again.

A file counts as untouched while its size, its times and its place on the disk are what they were.  A change that
leaves all of these as they are is found within a week, when every file is read in full again.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from pipeline.plain import read_plain
from pipeline.storage.atomic import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FILE: Final = "looked/files.json"
#: The form of the file; what another one says is not known.
_FORM: Final = "1"
_WEEK: Final = 7
#: The coarsest clock of a file system: two changes within it can leave the same time behind.
_CLOCK_NS: Final = 2 * 10**9


class _State(NamedTuple):
    """What the system says of a file without opening it; ``changed`` is its ctime, where the system keeps one."""

    size: int
    modified: int
    inode: int
    changed: int


class _Look(NamedTuple):
    """What a file was when it was read in full, the day of the run that read it (ISO), and what was found in it.

    ``settled`` is false where a later change could leave the same times behind: the next run reads it again.
    """

    state: Sequence[int]
    day: str
    found: str
    settled: bool


@dataclass(slots=True)
class Looked:
    """What is known of files on the ``day`` of a run; what this run has found itself holds until it ends."""

    day: dt.date
    _before: dict[str, _Look] = field(default_factory=dict)
    _now: dict[str, _Look] = field(default_factory=dict)
    _differs: bool = False

    @classmethod
    def load(cls, private: Path, day: dt.date) -> Self:
        """Return what the private folder remembers; what cannot be understood is not known."""
        week = {dt.date.fromordinal(max(1, day.toordinal() - ago)).isoformat() for ago in range(_WEEK)}
        try:
            looks = json.loads(read_plain(private / _FILE))[_FORM]
            before = {
                name: _Look(state, then, found, settled=True)
                for name, (state, then, found) in looks.items()
                if then in week and len(state) == len(_State._fields)
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            before = {}
        return cls(day, before)

    def save(self, private: Path) -> None:
        """Make the private folder remember what is known; nothing is written where it is what was remembered."""
        if not self._differs:
            return
        looks = {name: (look.state, look.day, look.found) for name, look in self._known() if look.settled}
        replace_file(private / _FILE, json.dumps({_FORM: looks}, sort_keys=True).encode() + b"\n")

    def _known(self) -> tuple[tuple[str, _Look], ...]:
        return tuple({**self._before, **self._now}.items())

    def of(self, question: str, path: Path | str, find: Callable[[], str]) -> str:
        """Return what ``find`` finds in a file to a ``question``; one that nobody touched since is not read."""
        name, state = _name(question, path), _state(path)
        look = self._now.get(name) or self._before.get(name)
        if look is None or (*look.state,) != state:
            at = time.time_ns()
            settled = max(state.modified, state.changed) < at - _CLOCK_NS
            look = _Look(state, self.day.isoformat(), find(), settled)
            self._differs = True
            if _state(path) != state:
                return look.found
        self._now[name] = look
        return look.found

    def forget(self, path: Path) -> None:
        """Know nothing of a file any more: it is not what it seemed."""
        for looks in (self._before, self._now):
            for name in [name for name in looks if name.endswith(_name("", path))]:
                del looks[name]
                self._differs = True


def _name(question: str, path: Path | str) -> str:
    return f"{question} {path if os.path.isabs(path) else Path(path).absolute()}"  # noqa: PTH117 - as below


def _state(path: Path | str) -> _State:
    """Return what the system says of a file; of one that is not there that it is new each time."""
    try:
        facts = os.stat(path)  # noqa: PTH116 - a text is no path yet
    except OSError:
        return _State(-1, 0, -1, time.time_ns())
    return _State(facts.st_size, facts.st_mtime_ns, facts.st_ino, facts.st_ctime_ns)
