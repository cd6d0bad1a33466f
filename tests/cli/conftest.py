"""What several of these files begin with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from pipeline.publish.ckan.portal import CkanPortal
from tests.lib.little_force import little_force
from tests.lib.product import Product
from tests.lib.small_tree import AS_OF, small_tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a portal again at once; how long it is waited for is tried beside its session."""
    for module in ("portals", "portal_memory"):
        monkeypatch.setattr(f"pipeline.run.{module}.CkanPortal", partial(CkanPortal, sleep=lambda _: None))


@pytest.fixture
def force(tmp_path: Path) -> Product:
    """Return a force with two good months, nothing of them published yet."""
    return little_force(tmp_path / "force")


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """Return a folder with the smallest sample, published once."""
    return Product.with_published_sample(tmp_path)


@pytest.fixture(scope="session")
def published_small(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Return a force that has published the small tree; nobody may write in its folder."""
    product = small_tree(tmp_path_factory.mktemp("small"))
    product.run("--as-of", AS_OF, "publish", "--quiet", status=0)
    return product


@pytest.fixture
def small(published_small: Product, tmp_path: Path) -> Product:
    """Return a force of its own that has published the small tree."""
    return Product._copied(published_small.folder, tmp_path)
