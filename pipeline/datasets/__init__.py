"""The declarations: one file a dataset, nothing else.  A new dataset is one file here and one schema."""

from __future__ import annotations

import difflib
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
_INIT: Final = "__init__.py"
_SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@cache
def _declarations(folders: tuple[str, ...]) -> tuple[Dataset, ...]:
    """Return every declaration; the mistakes of those that cannot be understood come together."""
    found: list[Dataset] = []
    mistakes: list[PipelineError] = [_unread(folder) for folder in _without_init(folders)]
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


def _without_init(folders: Iterable[str]) -> Iterator[Path]:
    """Yield the families that Python does not read: their folder has no `__init__.py`."""
    for folder in folders:
        yield from (each.parent for each in sorted(Path(folder).glob("*/*.py")) if not (each.parent / _INIT).is_file())


def _unread(family: Path) -> SettingsError:
    what = f"the folder has no {_INIT}, so that no declaration in it is read"
    fix = f"add a file {_INIT} there that holds one line, as other families have"
    return SettingsError("bad-declaration", what, where=f"pipeline/datasets/{family.name}", fix=fix)


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
    schemas = {dataset.name: _schema(dataset) for dataset in every}
    _refuse_mistakes({dataset.name: dataset for dataset in every}, schemas)
    found = [_with_words(dataset.watching(every), schemas[dataset.name]) for dataset in every]
    return MappingProxyType({dataset.name: dataset for dataset in sorted(found, key=lambda each: each.name)})


def _refuse_mistakes(datasets: Mapping[str, Dataset], schemas: Mapping[str, _Schema]) -> None:
    """Refuse names of datasets and columns that are none, and circles, each with its file and line."""
    columns = {name: schema.types for name, schema in schemas.items() if schema.types}
    taken = "a page of the site stands under this name: call the dataset otherwise"
    mistakes = [
        *mistakes_in(datasets, columns),
        *(each for name, types in columns.items() for each in _misnamed(datasets[name], types)),
        *(Mistake(name, name, taken) for name in datasets if name in RESERVED),
    ]
    if mistakes:
        raise several([_mistake_in(datasets[each.dataset], each) for each in mistakes])


def _misnamed(dataset: Dataset, types: Mapping[str, str]) -> Iterator[Mistake]:
    """Yield what a declaration calls a published column and is none, or is none of the type that is asked for."""
    answer = dataset.answer
    for part, names, type_ in (
        ("order", dataset.order, ""),
        ("categories", dataset.categories, ""),
        ("answer", (answer.by, *answer.further, *answer.where), ""),
        ("answer", (answer.amount,), "number"),
        ("answer", (answer.count,), "integer"),
    ):
        for name in filter(None, names):
            if name not in types:
                near = difflib.get_close_matches(name, types, n=1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                yield Mistake(dataset.name, name, f"`{part}` names `{name}`, which is no published column{hint}")
            elif type_ and types[name] != type_:
                yield Mistake(dataset.name, name, f"`{part}` sums `{name}`, whose type in the schema is not {type_}")


def _mistake_in(dataset: Dataset, mistake: Mistake) -> SettingsError:
    """Return what is wrong with the names in a declaration, and the line on which the word stands first."""
    below = Path(dataset.family, f"{dataset.name.replace('-', '_')}.py")
    path = next((path for folder in __path__ if (path := Path(folder, below)).is_file()), None)
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    line = next((number for number, line in enumerate(lines, 1) if f'"{mistake.word}"' in line), None)
    return _bad(mistake.said, f"{__name__.replace('.', '/')}/{below.as_posix()}", line)


def _schema_of(dataset: Dataset) -> Path:
    return _SCHEMAS / dataset.family / f"{dataset.name}.json"


class _Schema(NamedTuple):
    """What a schema says: title and description, and the type of each published column; nothing where it is unread."""

    title: str = ""
    description: str = ""
    types: Mapping[str, str] = MappingProxyType({})


def _schema(dataset: Dataset) -> _Schema:
    """Return what the schema of a dataset says; one that cannot be read is met by the dataset's own run."""
    try:
        schema: dict[str, Any] = json.loads(_schema_of(dataset).read_bytes())
        types = {field["name"]: str(field.get("type", "")) for field in schema["fields"]}
        return _Schema(worded(schema.get("title", "")), worded(schema.get("description", "")), types)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _Schema()


def _with_words(dataset: Dataset, schema: _Schema) -> Dataset:
    """Return a dataset with the title and the description of its schema, and its columns as the order of its rows."""
    order = dataset.order or tuple(schema.types)
    return replace(dataset, title=schema.title or dataset.name, description=schema.description, order=order)
