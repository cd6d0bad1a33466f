"""Whose work is used: the packages that a run needs, and the scripts that stand beside the public pages."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCKED: Final = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)
_CLASSIFIER: Final = re.compile(r"License :: (?:OSI Approved :: )?(.+)")
_LONGEST: Final = 60


def packages(lock: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the name, version and licence of each locked package, as the package itself says it."""
    for name, version in _LOCKED.findall(lock.read_text(encoding="utf-8") if lock.exists() else ""):
        yield name, version, _licence(name)


def scripts(folder: Path) -> list[dict[str, str]]:
    """Return each package that a script of the public pages is made from: with the file, its digest and the notice."""
    known = folder / "vendored.json"
    files = json.loads(known.read_text(encoding="utf-8")) if known.exists() else []
    return [
        {**each, "file": file["file"], "digest": file["sha256"], "made": file["made"]}
        for file in files
        for each in file["packages"]
    ]


def _licence(name: str) -> str:
    try:
        facts = metadata(name)
    except PackageNotFoundError:
        return "as its package says"
    classes = [found[1] for each in facts.get_all("Classifier") or () if (found := _CLASSIFIER.fullmatch(each))]
    said = [each for name in ("License-Expression", "License") for each in facts.get_all(name) or ()]
    told = next(iter(said), "").strip()
    short = told if told and len(told) <= _LONGEST and "\n" not in told else ""
    return short or ", ".join(dict.fromkeys(classes)) or "as its package says"
