"""What stays together when the tests run in several processes, and which begin first."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import pytest
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from pathlib import Path

    from xdist.remote import Producer

#: The files below `tests/portal` that start or fill a CKAN; it is one, and of one process at a time.
_WITH_CKAN: Final = ("test_ckan", "test_contract", "test_laptop_portal")
#: A test that looks at the site of a force with a longer history, which takes long to make.
_WITH_HISTORY: Final = "history: Product"
#: What takes longest, longest first: begun last, it would leave a process alone at the end.
_LONGEST: Final = (
    *("ckan", "history", "test_kill", "test_each_dataset", "test_planted", "test_anywhere", "test_protected_people"),
    *("test_untouched", "test_changes", "test_datasets", "test_sample_and_real", "test_fingerprint"),
    *("test_damaged_memory", "test_ways_back", "test_exit_statuses", "test_add_a_dataset", "test_mappings"),
    *("test_inspect", "test_review_suppliers", "test_stops", "test_outside_world", "test_lost_files", "test_make"),
)
_PLACES: Final = {name: place for place, name in enumerate(_LONGEST)}


@cache
def _group(path: Path) -> str:
    """Return what the tests of a file are handed out with: all of that file, so that its fixtures are made once."""
    if path.name.startswith(_WITH_CKAN):
        return "ckan"
    return "history" if _WITH_HISTORY in path.read_text(encoding="utf-8") else path.as_posix()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest groups first."""
    items.sort(key=lambda item: _PLACES.get(_group(item.path), _PLACES.get(item.path.stem, len(_PLACES))))


class _Groups(LoadScopeScheduling):  # type: ignore[misc] # xdist ships no types
    """Hands out whole groups, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(self.config.rootpath / nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Groups | None:
    """Hand out groups; the marks that xdist has for it do nothing with this pytest, which keeps its names elsewhere."""
    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False  # else what has most tests begins first
    return _Groups(config, log)
