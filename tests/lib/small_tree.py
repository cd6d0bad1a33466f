"""A small invented raw tree that counts as real: the extracts of every folder of `tests/datasets` in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lib.dataset_folders import KEY, folders, force
from tests.lib.product import DATASETS, leave_out_made

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from tests.lib.product import Product

__all__ = ["AS_OF", "KEY", "small_tree"]

#: The day after the last month ended; an event on it is still to come.
AS_OF = "2024-03-01"


def small_tree(folder: Path, names: Collection[str] = DATASETS, *, made: bool = False) -> Product:
    """Return a force's folder with the extracts of some datasets, and a key; ``made`` with what is made from them."""
    product = force(folder)
    if not made:
        leave_out_made(product)
    for name, each in folders().items():
        if name in names and each.dataset.feeds:  # what is derived has months of its own there
            each.lay_out(product)
    return product
