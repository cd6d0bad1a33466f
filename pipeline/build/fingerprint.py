"""The program text that decides which rows are published, and what stands in them: its change rebuilds months.

It is found by a rule, so that a new module counts without being named: whatever the making of a month imports, and
whatever the declarations name.
"""

from __future__ import annotations

import ast
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_PACKAGE = Path(__file__).resolve().parents[1]
#: Where the way from raw bytes to a finished month begins.
_ROOTS = ("pipeline.build.candidate", "pipeline.extract.reader", "pipeline.build.inventory")
#: Imported on that way too, but no row depends on their text: what they hold is compared by its value or not published.
NO_ROWS = frozenset(
    {
        *(
            "pipeline",
            "pipeline.errors",
            "pipeline.columns.parallel",
            "pipeline.journal",
            "pipeline.portal",
            "pipeline.vocabulary",
        ),
        *(
            "pipeline.settings.role_mailbox",
            "pipeline.settings.secret",
            "pipeline.settings.reader",
            "pipeline.settings.sections",
        ),
        *(
            "pipeline.storage.state",
            "pipeline.storage.store",
            "pipeline.build.fingerprint",
            "pipeline.settings.wording",
        ),
    }
)


@cache
def code_digest() -> str:
    """Return a digest of the text of all `deciding` modules."""
    texts = [hashlib.sha256(_file(name).read_bytes()).hexdigest() for name in deciding()]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:24]


@cache
def deciding() -> tuple[str, ...]:
    """Return the names of the modules whose text can change a row; declarations are compared by what they say."""
    declarations = {_name(file) for file in (_PACKAGE / "datasets").rglob("*.py")}
    return tuple(sorted(_reached({*_ROOTS, *declarations}) - NO_ROWS - declarations))


def _reached(roots: Collection[str]) -> set[str]:
    """Return ``roots`` and all modules of ours that they import, directly or not."""
    found: set[str] = set()
    ahead = set(roots)
    while ahead:
        name = ahead.pop()
        found.add(name)
        ahead |= {each for each in _imported(_file(name)) if _file(each).is_file()} - found
    return found


def _imported(file: Path) -> Iterator[str]:
    """Yield what a file may import when it runs: modules, the packages around them, and names that may be modules."""
    tree = ast.parse(file.read_bytes())
    typing = {id(line) for node in ast.walk(tree) if _is_for_typing(node) for line in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in typing:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline"):
            parts = node.module.split(".")
            yield from (".".join(parts[: count + 1]) for count in range(len(parts)))
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _is_for_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _name(file: Path) -> str:
    parts = file.relative_to(_PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _file(name: str) -> Path:
    place = _PACKAGE.parent.joinpath(*name.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
