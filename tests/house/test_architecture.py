"""The map of the program shows the rooms that there are, in the order that the import contract holds them to."""

from __future__ import annotations

import re
import tomllib

from tests.lib import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
#: Files of one module that any room may use.
ANY = {"plain", "printable", "system"}


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
