"""Which of many like cases are tried, which stay together in one of several processes, and which begin first."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.lib import EVERY_CASE, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from xdist.remote import Producer
    from xdist.workermanage import WorkerController

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
#: The folders, and the file, whose tests run the product, a browser or another process for each of their cases.
_RUN_THE_PRODUCT: Final = {"cli", "datasets", "portal", "privacy", "test_hostile"}
#: A test with more cases than this is tried with one in so many of them, where not every case is.
_FEW, _ONE_IN = 3, 4


@cache
def _group(path: Path) -> str:
    """Return what the tests of a file are handed out with: all of that file, so that its fixtures are made once."""
    if path.name.startswith(_WITH_CKAN):
        return "ckan"
    return "history" if _WITH_HISTORY in path.read_text(encoding="utf-8") else path.as_posix()


def pytest_report_header(config: pytest.Config) -> str:
    """Say that not every case is tried."""
    return (
        "" if _tries_every_case(config) else "of many like cases some are tried; CI=true, or a file's name, tries all"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Tell a process that runs tests whether every case is tried: it cannot see what was typed."""
    node.workerinput["every_case"] = _tries_every_case(node.config)


def _tries_every_case(config: pytest.Config) -> bool:
    """Return whether every case is tried: in CI, and where somebody names files."""
    told: dict[str, bool] = getattr(config, "workerinput", {})
    return EVERY_CASE or told.get("every_case", config.args_source is config.ArgsSource.ARGS)


def _left_out(items: list[pytest.Item]) -> set[pytest.Item]:
    """Return the cases that are like others of their test, three of four where it has more than three."""
    tests = [item.nodeid.partition("[")[0] for item in items]
    cases, seen, left = Counter(tests), Counter[str](), set()
    for item, test in zip(items, tests, strict=True):
        runs_it = not _RUN_THE_PRODUCT.isdisjoint({item.path.stem, item.path.relative_to(ROOT / "tests").parts[0]})
        if runs_it and cases[test] > _FEW and seen[test] % _ONE_IN:
            left.add(item)
        seen[test] += 1
    return left


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out like cases where not all are tried, and put the longest groups first."""
    if not _tries_every_case(config):
        left = _left_out(items)
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
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
