"""What `make` does on somebody's machine: help, setup where something is missing, clean; never in this tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from typing import TYPE_CHECKING

import pytest

from tests.lib import EVERY_CASE, ROOT

if TYPE_CHECKING:
    from pathlib import Path

TARGETS = [
    "help",
    "setup",
    "sample",
    "plan",
    "preview",
    "publish",
    "portal",
    "portal-stop",
    "test",
    "check",
    "bench",
    "clean",
]
#: What `setup.sh` itself calls; everything else is found by it, or missed.
BASICS = ("sh", "make", "dirname", "cksum", "cat", "id", "uname", "mv", "rm", "env", "awk")
#: A package that needs nothing, so that a real .venv is made in seconds.
PYPROJECT = """
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
[project]
name = "tiny"
version = "1"
description = "Nothing"
[tool.flit.module]
name = "tiny"
"""


def run(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))}
    return subprocess.run(
        words, cwd=folder, env={**inherited, **environ}, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with our Makefile and setup, and nothing to install."""
    folder = tmp_path / "a project"
    (folder / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "requirements" / "setup.sh", folder / "requirements")
    for name in ("build", "run", "dev"):
        (folder / "requirements" / f"{name}.txt").write_text("")
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "tiny.py").write_text("")
    return folder


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of commands that stands for a machine with nothing but the basics."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in BASICS:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def command(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


# --- help -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["make"], ["make", "help"]])
def test_make_alone_lists_every_command_in_one_line(words: list[str]) -> None:
    said = run(ROOT, *words)
    assert said.returncode == 0, said.stderr
    lines = said.stdout.splitlines()
    assert [line.split()[1] for line in lines] == TARGETS
    assert all(len(line) <= 120 and len(line.split()) > 4 for line in lines)
    assert "\x1b" not in said.stdout


def test_every_target_of_the_help_can_be_made() -> None:
    for target in TARGETS:
        said = run(ROOT, "make", "--dry-run", target)
        assert said.returncode == 0, said.stderr


# --- setup: what is missing -----------------------------------------------------------------------------------------


def missing(project: Path, machine: Path, **environ: str) -> str:
    said = run(project, "make", "setup", PATH=str(machine), **environ)
    assert said.returncode == 2
    assert not (project / ".venv").exists()
    return said.stderr


def test_a_mistyped_target_names_the_nearest_one(project: Path) -> None:
    for typed, meant in (("paln", "make plan?"), ("publsh", "make publish?"), ("street-crime", 'ARGS="street-crime"')):
        said = subprocess.run(["make", typed], cwd=project, capture_output=True, text=True, check=False)
        assert said.returncode
        assert meant in said.stderr


@pytest.mark.parametrize(
    ("manager", "line"),
    [
        ("apt-get", "apt-get install git python3 python3-venv"),
        ("dnf", "dnf install git python3"),
        ("brew", "brew install git python@3.13"),
        ("", "with this system's package manager: Python 3.11 or newer with venv, make, git"),
    ],
)
def test_what_is_missing_is_said_with_the_line_that_installs_it(
    manager: str, line: str, project: Path, machine: Path
) -> None:
    if manager:
        command(machine, manager, "exit 1")
    if not manager:
        command(machine, "uname", "echo Plan9")
    said = missing(project, machine)
    assert "missing: git\n" in said
    assert "missing: Python 3.11 or newer\n" in said
    assert line in said


def test_a_python_that_is_too_old_or_broken_is_no_python(project: Path, machine: Path) -> None:
    command(machine, "apt-get", "exit 1")
    command(machine, "git", "exit 0")
    command(machine, "python3", "exit 1")  # what it answers when asked for 3.11
    said = missing(project, machine)
    assert "missing: Python 3.11 or newer\n" in said
    assert "apt-get install python3.11 python3.11-venv" in said
    said = missing(project, machine, PYTHON="/nowhere/python3")
    assert "PYTHON names /nowhere/python3" in said


def test_a_python_without_venv_is_said_so(project: Path, machine: Path) -> None:
    command(machine, "apt-get", "exit 1")
    command(machine, "git", "exit 0")
    command(machine, "python3", f'case "$*" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"')
    said = missing(project, machine)
    assert "missing: venv" in said
    assert f"apt-get install python3.{sys.version_info.minor}-venv" in said
    assert "missing: git" not in said


# --- setup: made once -----------------------------------------------------------------------------------------------


def setup(project: Path) -> str:
    """Make the .venv as `make` would; flit comes from the tests' own Python, so that nothing is downloaded."""
    said = run(
        project, "sh", "requirements/setup.sh", "dev", PYTHONPATH=sysconfig.get_path("purelib"), PIP_NO_INDEX="1"
    )
    assert said.returncode == 0, said.stderr
    return said.stderr


def test_setup_is_done_once_and_again_only_when_it_has_to_be(project: Path) -> None:
    assert "making .venv" in setup(project)
    assert run(project, ".venv/bin/python", "-c", "import tiny").returncode == 0

    begun = time.monotonic()
    assert setup(project) == ""
    assert time.monotonic() - begun < 1  # a fortieth of a second here; a busy machine may take longer

    (project / "requirements" / "dev.txt").write_text("# another\n")
    assert setup(project).startswith("adding")
    (project / ".venv" / "stamp-dev").unlink()  # as an interrupted setup leaves it
    assert setup(project).startswith("adding")
    assert setup(project) == ""

    if not EVERY_CASE:
        return  # a second .venv is made in CI only
    moved = project.rename(project.with_name("elsewhere"))
    (moved / ".venv" / "left-behind").touch()
    assert "making .venv" in setup(moved)
    assert not (moved / ".venv" / "left-behind").exists()
    assert setup(moved) == ""


def test_every_requirement_is_pinned_by_version_and_hash_and_names_no_address() -> None:
    for name in ("build", "run", "dev"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ").splitlines()
        assert lines
        for line in lines:
            pin, *hashes = line.split(" --hash=")
            assert "==" in pin
            assert hashes, pin
            assert all(part.strip().startswith("sha256:") for part in hashes), pin
            assert "//" not in line


# --- clean, and what git never takes --------------------------------------------------------------------------------


def test_clean_leaves_data_keys_and_the_portal(project: Path) -> None:
    kept = ["data/raw/a.csv", "data/private/b", "data/published/c.csv", ".portal/env", "my.key", "pipeline.toml"]
    gone = [
        ".venv/d",
        ".bench/e",
        ".mypy_cache/f",
        ".pytest_cache/g",
        "pipeline/__pycache__/h",
        "tests/unit/__pycache__/i",
    ]
    for name in [*kept, *gone, "deploy/ckan/j"]:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("")
    said = run(project, "make", "clean")
    assert said.returncode == 0, said.stderr
    assert all((project / name).exists() for name in kept)
    assert not any((project / name).parent.exists() for name in gone)


def test_git_never_takes_anything_below_data_but_its_three_pages(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".gitignore", tmp_path)
    assert run(tmp_path, "git", "init", "--quiet").returncode == 0
    taken = [f"data/{name}/README.md" for name in ("raw", "reference", "published")]
    refused = [
        *("data/raw/crime/recorded-crime/2024-01.csv", "data/raw/crime/README.md", "data/private/README.md"),
        *("data/published/index.html", "data/README.md", "data/private/sample/key", ".portal/env", ".venv/a"),
    ]
    for name in [*taken, *refused]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
        assert (ROOT / name).exists() or name in refused, name
    assert run(tmp_path, "git", "add", "--all").returncode == 0
    listed = run(tmp_path, "git", "ls-files").stdout.split()
    assert sorted(listed) == sorted([".gitignore", *taken])


# --- check ----------------------------------------------------------------------------------------------------------


def test_check_runs_every_tool_side_by_side_and_shows_what_failed(project: Path) -> None:
    tools = project / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("mypy", "lint-imports"):  # each ends only after the other has begun
        other = "lint-imports" if name == "mypy" else "mypy"
        command(
            tools,
            name,
            f"touch begun-{name}; for i in 1 2 3 4 5; do [ -f begun-{other} ] && exit 0; sleep 1; done; exit 1",
        )
    command(tools, "ruff", "exit 0")
    said = run(project, "make", "--assume-old=dev-ready", "check")
    assert said.returncode == 0, said.stdout + said.stderr
    assert sorted(said.stdout.split()) == sorted(["ok", "format", "ok", "lint", "ok", "types", "ok", "imports"])
    command(tools, "ruff", 'echo "so said $1"; [ "$1" = check ]')
    command(tools, "mypy", "echo bad types; kill -9 $$")
    said = run(project, "make", "--assume-old=dev-ready", "check")
    assert said.returncode == 2
    assert "--- format\nso said format\n" in said.stdout
    assert "--- types\nbad types\n" in said.stdout
    assert "ok      imports" in said.stdout
    assert "so said check" not in said.stdout


# --- the bare machine -----------------------------------------------------------------------------------------------


def test_the_bare_machines_run_fails_when_either_check_or_tests_fail(tmp_path: Path) -> None:
    """With a `make` that answers as told, and every package there: what the script itself decides."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("chromium", "chromedriver", "initdb", "redis-server", "java", "mvn"):
        command(commands, name, "exit 0")
    command(commands, "ldconfig", "echo libmagic.so.1")
    command(commands, "apt-get", "echo apt-get must not run; exit 1")
    for check, test, expected in ((0, 0, 0), (2, 0, 1), (0, 2, 1), (2, 2, 1)):
        command(commands, "make", f'echo "3 passed in 1.00s ($CI)"; [ "$1" = check ] && exit {check}; exit {test}')
        said = run(tmp_path, ".ci/run", PATH=f"{commands}:{os.environ['PATH']}")
        assert (said.returncode != 0) == bool(expected), said.stdout
        assert said.stdout.splitlines()[-1] == "3 passed in 1.00s (true)"
        assert "apt-get" not in said.stdout
