"""The declarations: one file a dataset, nothing else.  A new dataset is one file here and one schema."""

from __future__ import annotations

import importlib
import pkgutil
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.model import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def _declarations() -> Iterator[Dataset]:
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        if not module.ispkg:
            values = vars(importlib.import_module(module.name)).values()
            yield from (value for value in values if type(value) is Dataset)


def declared() -> Mapping[str, Dataset]:
    """Return every declared dataset by name, in the order of their names."""
    return MappingProxyType({dataset.name: dataset for dataset in sorted(_declarations(), key=lambda each: each.name)})
