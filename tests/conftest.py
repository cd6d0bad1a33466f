"""What stays together when the tests run in several processes: a file's tests, and all that need a real CKAN."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The files below `tests/portal` that start or fill a CKAN; it is one, and of one process at a time.
_WITH_CKAN = ("test_ckan", "test_contract", "test_laptop_portal")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Name the group of each test; fixtures of a file are then made once."""
    for item in items:
        group = "ckan" if item.path.name.startswith(_WITH_CKAN) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
