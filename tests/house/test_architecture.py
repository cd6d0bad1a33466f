"""The map of the program shows the rooms that there are, in the order that the import contract holds them to."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from tests.lib import ROOT
from tests.lib.little_force import STREET, little_force, publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
#: Files of one module that any room may use.
ANY = {"plain", "printable", "system"}
PACKAGE = f"{ROOT / 'pipeline'}/"
#: The stations of a row, each with the function that does its work.
STATIONS = {
    "run/publish.py": "publish",
    "build/dataset.py": "run_dataset",
    "build/survey.py": "survey_dataset",
    "extract/reader.py": "read",
    "build/received/entering.py": "enter",
    "build/due.py": "stale_months",
    "build/candidate.py": "candidate",
    "protect/": "protect",
    "validate/": "validate",
    "build/accounts.py": "settle",
    "release/": "publishable",
    "build/drafted.py": "drafted",
    "build/decided/approval.py": "accept",
    "build/memory.py": "finished_state",
    "run/portals.py": "apply_all",
}


def rooms(line: str) -> tuple[str, ...]:
    """Return the rooms of one line, those in parentheses, which are not built yet, left out."""
    return tuple(name.strip() for name in line.split("|") if not name.strip().startswith("("))


def test_the_drawing_is_the_import_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    drawn = PAGE.split("```\n", 2)[1].splitlines()
    lines = [line.split("  ")[0] for line in drawn if not line.startswith(" ")]
    assert [rooms(line) for line in lines] == [rooms(line) for line in contract]


def test_every_room_is_on_the_map() -> None:
    there = {path.name.removesuffix(".py") for path in (ROOT / "pipeline").iterdir() if not path.name.endswith("__.py")}
    drawn = {name for line in PAGE.split("```\n", 2)[1].splitlines() for name in rooms(line.split("  ")[0])}
    assert there - {"__pycache__"} == (drawn | ANY) - {"", "__main__"}


def test_what_the_map_names_is_there() -> None:
    named = re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", PAGE)
    assert len(named) > 20
    assert [name for name in named if not any((ROOT / of / name).exists() for of in ("", "pipeline"))] == []
    tests = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name[0] not in "_."}
    assert tests == {name.removeprefix("tests/") for name in re.findall(r"^\| `(tests/[a-z]+)`", PAGE, re.MULTILINE)}


def imports(path: Path, modules: set[str]) -> Iterator[str]:
    """Yield the modules that a file imports, also for types alone, and within functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (f"{node.module}.{each.name}" for each in node.names):
                yield from {name if name in modules else node.module} & modules


def test_no_modules_import_each_other_in_a_circle() -> None:
    files = {
        path.relative_to(ROOT).as_posix().removesuffix(".py").replace("/", ".").removesuffix(".__init__"): path
        for path in (ROOT / "pipeline").rglob("*.py")
    }
    TopologicalSorter({name: set(imports(path, {*files})) - {name} for name, path in files.items()}).prepare()


def test_a_row_passes_the_stations_in_their_order(tmp_path: Path) -> None:
    force, entered = little_force(tmp_path / "force"), list[str]()

    def follow(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            path, name = frame.f_code.co_filename.removeprefix(PACKAGE), frame.f_code.co_name
            entered.extend(each for each, work in STATIONS.items() if name == work and path.startswith(each))

    sys.setprofile(follow)
    try:
        publish(force, STREET)
    finally:
        sys.setprofile(None)
    assert list(dict.fromkeys(entered)) == list(STATIONS)
    assert re.findall(r"^\| [0-9]+ \| `([a-z_/]+(?:\.py)?)`", PAGE, re.MULTILINE) == list(STATIONS)
