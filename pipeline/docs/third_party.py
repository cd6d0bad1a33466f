"""Whose work is used: the packages that a run needs, and the scripts that stand beside the public pages."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING, Final

from pipeline.plain import read_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

_LOCKED: Final = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)
_CLASSIFIER: Final = re.compile(r"License :: (?:OSI Approved :: )?(.+)")
_LONGEST: Final = 60
_ABOUT: Final = (
    "Packages that a run installs, with the licence that each names, and the scripts that are copied beside the public "
    "pages, with their notices. Versions and digests of packages are in `requirements/run.txt`, those of scripts in "
    "`pipeline/publish/assets/vendored.json`; a test compares the files with them."
)


def third_parties(root: Path, table: Callable[[Sequence[str], Iterable[Sequence[str]]], str]) -> tuple[str, ...]:
    """Return the parts of the page of what others made, which a run installs or the public pages bring along."""
    return (
        _ABOUT,
        "## Packages\n\n" + table(("package", "version", "licence"), _packages(root / "requirements" / "run.txt")),
        "## Scripts on public pages\n\n" + "\n\n".join(_scripts(root / "pipeline" / "publish" / "assets")),
    )


def _packages(lock: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the name, version and licence of each locked package, as the package itself says it."""
    for name, version in _LOCKED.findall(read_plain(lock).decode() if lock.exists() else ""):
        yield name, version, _licence(name)


def _scripts(folder: Path) -> Iterator[str]:
    """Yield what is said of each package that a script of the public pages is made from."""
    known = folder / "vendored.json"
    for file in json.loads(read_plain(known)) if known.exists() else []:
        for each in file["packages"]:
            yield (
                f"### {each['name']} {each['version']}\n\nPart of `{file['file']}` (sha256 `{file['sha256']}`), "
                f"made by {file['made']}. Its package has the sha256 `{each['sha256']}`."
                f"\n\n```text\n{each['notice']}\n```"
            )


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
