"""What several of these files begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import little_force

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product


@pytest.fixture
def force(tmp_path: Path) -> Product:
    """Return a force with two good months, nothing of them published yet."""
    return little_force(tmp_path / "force")
