"""The documentation is whole: generated pages are current, everything a user can say is named, no link is dead."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from pipeline.docs.generate import anchor, commands, main, outdated, pages, targets
from pipeline.errors import EXIT_MEANINGS
from pipeline.run import select
from pipeline.settings.settings import VARIABLES
from tests.lib import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("docs", "deploy", "data/raw", "data/reference", "data/published", "tests")
MARKDOWN = sorted(
    [*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))],
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
EVERYTHING = "\n".join(path.read_text(encoding="utf-8") for path in MARKDOWN)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def test_generated_pages_are_current() -> None:
    assert list(outdated(ROOT)) == [], "run: .venv/bin/python -m pipeline.docs.generate"


def test_a_page_that_is_not_current_is_noticed_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "README.md", tmp_path)
    shutil.copy(ROOT / "Makefile", tmp_path)
    monkeypatch.setattr("pipeline.docs.generate.ROOT", tmp_path)
    page = tmp_path / "docs" / "reasons.md"
    page.write_text("by hand", encoding="utf-8")
    status = next(iter(EXIT_MEANINGS.values()))
    (tmp_path / "README.md").write_text(README.replace(status, "something else"), encoding="utf-8")
    assert main(["--check"]) == 1
    assert page.read_text(encoding="utf-8") == "by hand"
    assert capsys.readouterr().out.splitlines() == [
        "not current: README.md",
        "not current: THIRD-PARTY.md",
        "not current: docs/reasons.md",
    ]
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == README


@pytest.mark.parametrize("name", commands())
def test_the_readme_names_every_command(name: str) -> None:
    assert f"`pipeline {name}`" in README


@pytest.mark.parametrize("name", commands())
def test_every_option_of_a_command_is_documented(name: str) -> None:
    offered = set(re.findall(r"--[a-z-]+", commands()[name].format_help())) - {"--help"}
    assert [option for option in sorted(offered) if not re.search(rf"{option}(?![a-z-])", EVERYTHING)] == []


@pytest.mark.parametrize("name", targets(ROOT))
def test_the_readme_names_every_make_target(name: str) -> None:
    assert f"`make {name}`" in README


@pytest.mark.parametrize(("status", "meaning"), EXIT_MEANINGS.items(), ids=lambda value: str(value)[:12])
def test_the_readme_has_every_exit_status(status: int, meaning: str) -> None:
    assert f"| `{int(status)}` | {meaning} |" in README


@pytest.mark.parametrize("name", VARIABLES)
def test_the_readme_names_every_variable(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("dataset", select.names())
def test_every_raw_and_published_column_is_documented_once_a_feed(dataset: str) -> None:
    page = pages(ROOT)["docs/datasets.md"]
    for feed in select.chosen((dataset,))[0].feeds:
        section = page.split(f"### Extract {feed.name}\n")[1].split("\n### ")[0].split("\n## ")[0]
        rows = [line.split(" | ")[0].removeprefix("| ") for line in section.splitlines()]
        assert {column: rows.count(f"`{column}`") for column in feed.declared} == dict.fromkeys(feed.declared, 1)


@pytest.mark.parametrize("option", ["--all", "--finding"])
def test_help_and_guide_say_the_same_of_what_a_decision_takes_in(option: str) -> None:
    helps = {action.help for action in commands()["approve"]._actions if option in action.option_strings}
    guide = " ".join((ROOT / "docs" / "start.md").read_text(encoding="utf-8").split())
    assert all(f"{option}{'' if option == '--all' else ' shrank'}` {words}" in guide for words in helps), helps
    assert len(helps) == 1


def test_there_is_markdown_to_look_at() -> None:
    assert ROOT / "docs" / "start.md" in MARKDOWN


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_relative_link_leads_nowhere(path: Path) -> None:
    dead = []
    for link in _LINK.findall(_CODE.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, heading = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (heading and heading not in _anchors(target)):
            dead.append(link)
    assert dead == []


def _anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in _HEADING.findall(_CODE.sub("", page.read_text(encoding="utf-8")))}


def test_every_test_that_the_documentation_names_is_there() -> None:
    named = set(re.findall(r"`(tests/[a-z_/]+\.py)`", EVERYTHING))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_each_folder_of_tests_says_in_five_lines_what_it_is_for() -> None:
    folders = {path for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name[0] not in "_."}
    for folder in folders - {ROOT / "tests" / "lib"}:
        lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
        words = [line.split(":")[0] for line in lines[1:4]]
        assert (len(lines), words) == (5, ["**Why**", "**How long**", "**Not in it**"]), folder.name
