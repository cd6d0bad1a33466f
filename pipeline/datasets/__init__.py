"""The declarations: one file a dataset, nothing else.  A new dataset is one file here and one schema."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import traceback
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pipeline.errors import SettingsError, several
from pipeline.model.declaration import Dataset, Mistake, mistakes_in
from pipeline.model.wording import worded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.errors import PipelineError

#: Names that folders and pages of the site have, or may have one day: addresses of datasets stay.
RESERVED: Final = frozenset(
    (
        *("about", "assets", "changes", "codelists", "feeds", "map", "money", "people", "places", "releases"),
        *("search", "sheets", "themes"),
    )
)
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
    return _bad(said or type(error).__name__, file, line)


def _bad(said: str, file: str, line: int | None) -> SettingsError:
    fix = "correct that line; docs/add-a-dataset.md shows a whole declaration"
    return SettingsError("bad-declaration", said, where=f"{file}, line {line}" if line else file, fix=fix)


class _Known(NamedTuple):
    """What was declared, as it was understood last with these schemas."""

    every: tuple[Dataset, ...]
    schemas: tuple[tuple[int, int] | None, ...]
    datasets: Mapping[str, Dataset]


_last: list[_Known] = []


def declared() -> Mapping[str, Dataset]:
    """Return every declared dataset by name, in the order of their names, with what its schema says of it."""
    every = _declarations(tuple(__path__))
    schemas = tuple(_states(every))
    if not _last or _last[0].every is not every or _last[0].schemas != schemas:
        _last[:] = [_Known(every, schemas, _understood(every))]
    return _last[0].datasets


def _states(datasets: Iterable[Dataset]) -> Iterator[tuple[int, int] | None]:
    """Yield size and time of change of each schema, None where there is none."""
    for dataset in datasets:
        try:
            status = os.stat(f"{_SCHEMAS}/{dataset.family}/{dataset.name}.json")  # noqa: PTH116 - dozens of times a run
        except OSError:
            yield None
        else:
            yield status.st_size, status.st_mtime_ns


def _understood(every: tuple[Dataset, ...]) -> Mapping[str, Dataset]:
    _refuse_mistakes({dataset.name: dataset for dataset in every})
    found = [_with_words(dataset.watching(every)) for dataset in every]
    return MappingProxyType({dataset.name: dataset for dataset in sorted(found, key=lambda each: each.name)})


def _refuse_mistakes(datasets: Mapping[str, Dataset]) -> None:
    """Refuse inputs that are no dataset or no column of it, and circles, each with its file and line."""
    inputs = {each.dataset for dataset in datasets.values() for each in dataset.inputs}
    columns = {name: found for name in inputs & datasets.keys() if (found := _schema(datasets[name])[1])}
    mistakes = [_mistake_in(datasets[each.dataset], each) for each in mistakes_in(datasets, columns)]
    taken = "a page of the site stands under this name: call the dataset otherwise"
    named = (Mistake(name, name, taken) for name in datasets if name in RESERVED)
    mistakes += [_mistake_in(datasets[each.dataset], each) for each in named]
    if mistakes:
        raise several(mistakes)


def _mistake_in(dataset: Dataset, mistake: Mistake) -> SettingsError:
    """Return what is wrong with the inputs of a declaration, and the line on which the word stands first."""
    below = Path(dataset.family, f"{dataset.name.replace('-', '_')}.py")
    path = next((path for folder in __path__ if (path := Path(folder, below)).is_file()), None)
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    line = next((number for number, line in enumerate(lines, 1) if f'"{mistake.word}"' in line), None)
    return _bad(mistake.said, f"{__name__.replace('.', '/')}/{below.as_posix()}", line)


def _schema_of(dataset: Dataset) -> Path:
    return _SCHEMAS / dataset.family / f"{dataset.name}.json"


def _schema(dataset: Dataset) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the schema of a dataset and its columns, nothing where it cannot be read."""
    try:
        schema: dict[str, Any] = json.loads(_schema_of(dataset).read_bytes())
        return schema, tuple(field["name"] for field in schema["fields"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}, ()


def _with_words(dataset: Dataset) -> Dataset:
    """Return a dataset with the title and the description of its schema, and its columns as the order of its rows.

    A schema that cannot be read gives none: the dataset's own run says what is wrong with it.
    """
    schema, columns = _schema(dataset)
    if not columns:
        return replace(dataset, title=dataset.name)
    return replace(
        dataset,
        title=worded(schema.get("title", dataset.name)),
        description=worded(schema.get("description", "")),
        order=dataset.order or columns,
    )
