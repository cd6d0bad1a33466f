"""Private copies that were lost or damaged: the same bytes still stand in the public folder, and are copied again."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from pipeline.build.protected.registers import register_rules
from pipeline.errors import StorageError
from pipeline.plain import read_plain
from pipeline.storage.atomic import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.storage.state import Built, State


def copied_again(work: Workplace, dataset: Dataset, state: State) -> tuple[str, ...]:
    """Return a line for each file of a release that is private as it was built again."""
    if not work.writes:
        return ()
    released = [month_state.released for month_state in state.months.values() if month_state.released]
    names = [name for built in released for name in _copied(work, dataset, built)]
    return tuple(f"{name}: the private copy was damaged, and is copied again from the public one" for name in names)


def _copied(work: Workplace, dataset: Dataset, built: Built) -> Iterator[str]:
    """Yield the names of the files of a release that were damaged and are whole now."""
    folder = work.store.folder(dataset.name, built.folder)
    if not (folder.is_dir() or built.keys) and register_rules(dataset):
        return  # what stood beside the rows is lost unseen: without it a protection would find nothing to do
    for name, facts in built.files.items():
        sha256 = str(facts["sha256"])
        if work.store.sha256(folder / name) != sha256 and _put(
            work.published / dataset.name / name, folder / name, sha256
        ):
            yield name


def _put(public: Path, private: Path, sha256: str) -> bool:
    """Return whether the private file holds the public one, which is another file where its sha256 is not the one."""
    with suppress(OSError, StorageError):  # what cannot be copied is named by whoever needs it
        content = read_plain(public)
        return hashlib.sha256(content).hexdigest() == sha256 and replace_file(private, content)
    return False
