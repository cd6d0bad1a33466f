"""What stays together when the tests run in several processes: a file's tests, and all that need a real CKAN."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The files below `tests/portal` that start or fill a CKAN; it is one, and of one process at a time.
_WITH_CKAN = ("test_ckan", "test_contract", "test_laptop_portal")
#: The files that look at the same site of a force with a longer history, which takes long to make.
_WITH_HISTORY = ("test_money", "test_pages_browser", "test_places", "test_story", "test_what_changed")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Name the group of each test; fixtures of a file are then made once."""
    for item in items:
        name = item.path.name
        group = (
            "ckan" if name.startswith(_WITH_CKAN) else "history" if name.startswith(_WITH_HISTORY) else str(item.path)
        )
        item.add_marker(pytest.mark.xdist_group(group))
