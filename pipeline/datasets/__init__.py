"""The declarations: one file a dataset, nothing else.  A new dataset is one file here and one schema."""

from __future__ import annotations

import importlib
import json
import pkgutil
import traceback
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError, several
from pipeline.model.declaration import Dataset
from pipeline.model.wording import worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.errors import PipelineError

_SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@cache
def _declarations(folders: tuple[str, ...]) -> tuple[Dataset, ...]:
    """Return every declaration; the mistakes of those that cannot be understood come together."""
    found: list[Dataset] = []
    mistakes: list[PipelineError] = []
    for module in pkgutil.walk_packages(folders, f"{__name__}.", onerror=lambda _: None):
        try:
            values = vars(importlib.import_module(module.name)).values()
        except Exception as error:  # noqa: BLE001 - whatever a declaration gets wrong
            mistakes.append(_mistake(module.name, error))
            continue
        if not module.ispkg:
            found += (value for value in values if type(value) is Dataset)
    if mistakes:
        raise several(mistakes)
    return tuple(found)


def _mistake(module: str, error: Exception) -> SettingsError:
    """Return what is wrong with a declaration, and the line of it; it is a program's text, and holds no cell."""
    file = f"{module.replace('.', '/')}.py"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).parts[-2:] == Path(file).parts[-2:]]
    line = error.lineno if isinstance(error, SyntaxError) else next(reversed(lines), None)
    said = error.msg if isinstance(error, SyntaxError) else f"{error}"
    return SettingsError(
        "bad-declaration",
        said or type(error).__name__,
        where=f"{file}, line {line}" if line else file,
        fix="correct that line; docs/add-a-dataset.md shows a whole declaration",
    )


def declared() -> Mapping[str, Dataset]:
    """Return every declared dataset by name, in the order of their names, with what its schema says of it."""
    every = _declarations(tuple(__path__))
    found = (_with_words(dataset.watching(every)) for dataset in every)
    return MappingProxyType({dataset.name: dataset for dataset in sorted(found, key=lambda each: each.name)})


def _with_words(dataset: Dataset) -> Dataset:
    """Return a dataset with the title and the description of its schema, and its columns as the order of its rows.

    A schema that cannot be read gives none: the dataset's own run says what is wrong with it.
    """
    try:
        schema: dict[str, Any] = json.loads((_SCHEMAS / dataset.family / f"{dataset.name}.json").read_bytes())
        columns = tuple(field["name"] for field in schema["fields"])
    except (OSError, ValueError, KeyError, TypeError):
        return replace(dataset, title=dataset.name)
    return replace(
        dataset,
        title=worded(schema.get("title", dataset.name)),
        description=worded(schema.get("description", "")),
        order=dataset.order or columns,
    )
