"""The program text that decides which rows of a dataset are published, and what stands in them: its change rebuilds.

It is found by following imports, through the rooms that decide rows, from what builds every dataset and from what the
dataset itself declares.  So a new module counts without being named, and only for the datasets that use it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.model.declaration import Dataset

_PACKAGE = Path(__file__).resolve().parents[1]
#: An import of this package: of names in brackets, of names, or of a module as a whole; what only type checkers read.
_IMPORT: Final = re.compile(
    r"^[ \t]*(?:from (pipeline[\w.]*) import (?:\(([^)]*)\)|([^(\n]+))|import (pipeline[\w.]*))", re.MULTILINE
)
_FOR_TYPES: Final = re.compile(r"^if TYPE_CHECKING:\n(?:[ \t]+.*\n|\n)+", re.MULTILINE)
#: Rooms on the way from raw bytes to a finished month.
_ROOMS: Final = (
    *("build", "codelists", "columns", "datasets", "derive", "disclose", "distribute", "extract", "model"),
    *("protect", "release", "validate"),
)
#: What fills the registers of every dataset, and what builds its months.
_SHARED: Final = ("pipeline.build.survey", "pipeline.build.candidate")
#: What makes the periods of every dataset that is derived from releases.
_DERIVED: Final = ("pipeline.build.derived.derivation", "pipeline.validate.schema", "pipeline.codelists")


def code_digest(dataset: Dataset) -> str:
    """Return a digest of the text of all modules that are `deciding` for a dataset."""
    return _digest(deciding(dataset))


def deciding(dataset: Dataset) -> tuple[str, ...]:
    """Return the modules, by path below the package, whose text can change a row of ``dataset``."""
    return _reached(frozenset({*(_DERIVED if dataset.derivation else _SHARED), *_modules_in(dataset)}))


def code_lists(dataset: Dataset, shipped: Iterable[str]) -> tuple[str, ...]:
    """Return which of the ``shipped`` code lists a dataset can look up: those that what decides it names."""
    named = _words(repr(dataset)).union(*(_words_of(path) for path in deciding(dataset)))
    return tuple(sorted(named.intersection(shipped)))


@cache
def _words_of(path: str) -> frozenset[str]:
    return _words((_PACKAGE / path).read_text(encoding="utf-8"))


def _words(text: str) -> frozenset[str]:
    """Return what stands in quotation marks and can name a list."""
    return frozenset(re.findall(r"""(?<=["'])[a-z0-9-]+(?=["'])""", text))


@cache
def _digest(paths: tuple[str, ...]) -> str:
    texts = [hashlib.sha256((_PACKAGE / path).read_bytes()).hexdigest() for path in paths]
    return hashlib.sha256(json.dumps([paths, texts]).encode()).hexdigest()[:24]


def _modules_in(value: object) -> Iterator[str]:
    """Yield the modules in which all that a declaration holds is defined."""
    if isinstance(value, str):  # most of what it holds
        return
    yield getattr(value, "__module__", "")
    inside: Iterable[object] = ()
    if is_dataclass(value):
        inside = (getattr(value, field.name) for field in fields(value))
    elif isinstance(value, Mapping):
        inside = (*value.keys(), *value.values())
    elif isinstance(value, (tuple, list, set, frozenset)):
        inside = value
    for each in inside:
        yield from _modules_in(each)


@cache
def _reached(starts: frozenset[str]) -> tuple[str, ...]:
    """Return the paths of the modules that decide rows and that ``starts`` reach, themselves included."""
    found: dict[str, str] = {}
    waiting = set(starts)
    while waiting:
        name = waiting.pop()
        if name not in found and name.startswith(tuple(f"pipeline.{room}" for room in _ROOMS)):
            found[name] = _path(name).relative_to(_PACKAGE).as_posix()
            waiting.update(_home(module, taken) for module, taken in _taken(name))
    return tuple(sorted(found.values()))


def _path(module: str) -> Path:
    return _PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")


def _home(module: str, name: str) -> str:
    """Return the module where a name is defined that is taken from a module, or from a package that passes it on."""
    if _path(f"{module}.{name}").exists():
        return f"{module}.{name}"
    package = f"{module}.__init__"
    if not _path(package).exists():
        return module
    return next((_home(*each) for each in _taken(package) if each[1] == name), package)


@cache
def _taken(module: str) -> tuple[tuple[str, str], ...]:
    """Return what a module takes from others of this package when it runs: module and name.

    Its text is searched, which takes a tenth of the time of a parser; what only type checkers read decides nothing.
    """
    text = _FOR_TYPES.sub("", _path(module).read_text(encoding="utf-8"))
    found: list[tuple[str, str]] = []
    for package, listed, names, whole in _IMPORT.findall(text):
        words = re.sub(r"#.*", "", listed or names)
        taken = [word.split(" as ")[0].strip() for word in words.split(",")]
        found += [(package, each) for each in taken if each] or [(whole, "")]
    return tuple(found)
