"""House rules that no tool checks: every code is declared, raised and tried; modules are short; nothing leaks in."""

from __future__ import annotations

import ast
import re
import subprocess
from fnmatch import fnmatch
from functools import cache
from typing import TYPE_CHECKING

import pytest

from pipeline import errors
from pipeline.errors import CODES
from pipeline.model.reasons import REASONS
from tests.lib import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
ERRORS = {
    name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.PipelineError)
}
#: What the limits are is a matter of taste; that there is one is not.
MOST_LINES = 320
#: Longer functions than this want a reason.
MOST_FUNCTION_LINES = 60


@cache
def tracked() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git working tree")
    said = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return said.stdout.splitlines()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def texts(*, apart: str) -> set[str]:
    """Return every text that stands in the program, in one module or the sample apart."""
    return {
        node.value
        for path in MODULES
        if path.name != apart and "sample" not in path.relative_to(ROOT).parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def raised() -> list[tuple[str, str]]:
    """Return each code that an error is made with, and where."""
    return [
        (call.args[0].value, f"{path.name}:{call.lineno}")
        for path in MODULES
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ERRORS
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    ]


def test_every_code_that_is_raised_is_declared() -> None:
    assert len(raised()) > 80
    assert [(code, where) for code, where in raised() if code not in CODES] == []


@pytest.mark.parametrize("code", CODES)
def test_every_declared_code_is_used_and_explained(code: str) -> None:
    assert code in texts(apart="errors.py") or code in {made for made, _ in raised()}
    sentence = CODES[code].sentence
    assert sentence.endswith(".")
    assert sentence[0].isupper()
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_is_used_and_explained(code: str) -> None:
    assert code in texts(apart="reasons.py")
    assert REASONS[code].meaning


@pytest.mark.parametrize(("module", "table"), [("errors.py", "CODES"), ("model/reasons.py", "REASONS")])
def test_no_code_is_declared_twice(module: str, table: str) -> None:
    """Python would silently keep the last."""
    found = [
        call.args[0]
        for node in parsed(ROOT / "pipeline" / module).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == table
        for call in [node.value]
        if isinstance(call, ast.Call)
    ]
    assert len(found) == 1
    assert isinstance(found[0], ast.Dict)
    keys = [key.value for key in found[0].keys if isinstance(key, ast.Constant)]
    assert len(keys) == len(set(keys)) > 20


def test_every_error_and_every_reason_is_tried_by_a_test() -> None:
    written = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "tests" / "datasets").rglob("*.txt")]
    tried = "\n".join(path.read_text(encoding="utf-8") for path in written)
    tried += (ROOT / "pipeline" / "sample" / "faults.py").read_text(encoding="utf-8")  # one tree a fault, all tried
    assert [code for code in (*CODES, *REASONS) if not re.search(rf"(?<![a-z-]){code}(?![a-z-])", tried)] == []


def test_errors_are_raised_without_the_text_of_another() -> None:
    """Inside `except`, an error of ours is raised `from None`: a library's own text may hold a cell."""
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in MODULES
        for handler in ast.walk(parsed(path))
        if isinstance(handler, ast.ExceptHandler)
        for node in ast.walk(handler)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id in {*ERRORS, "failure"}
        and not (isinstance(node.cause, ast.Constant) and node.cause.value is None)
    ]
    assert wrong == []


def test_modules_and_functions_are_short() -> None:
    long = [path.name for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES]
    assert long == []
    functions = [
        f"{path.name}: {node.name}"
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= MOST_FUNCTION_LINES
    ]
    assert [name for name in functions if name != "publication.py: facts_of"] == []  # a list of facts


def test_names_say_what_a_thing_is() -> None:
    stems = {path.stem for path in MODULES}
    assert not stems & {"utils", "util", "helpers", "helper", "manager", "common", "misc", "tools"}


def test_nothing_of_the_workshop_is_in_the_repository() -> None:
    """No paths of the place it was made in, no numbers of tickets, no addresses of package registries."""
    words = (
        *("/wo" + "rk/", r"\.\./sha" + "red", "(?i:iss" + r"ue)\s*#?[0-9]", "(?i:sub-?ag" + "ents?)"),
        *("py" + r"pi\.org", "pythonhos" + r"ted\.org", "npm" + r"js\.", r"proxy\.go" + r"lang\.org"),
    )
    pattern = re.compile("|".join(words))
    found = []
    for name in tracked():
        path = ROOT / name
        if not path.is_file() or path.suffix in {".png", ".xlsx", ".parquet"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name}:{number}")
    assert found == []


def test_nothing_confidential_is_tracked() -> None:
    below = [name for name in tracked() if name.startswith("data/")]
    assert sorted(below) == ["data/published/README.md", "data/raw/README.md", "data/reference/README.md"]
    assert not [name for name in tracked() if name.endswith((".key", ".sqlite", ".xlsx", ".parquet"))]


#: Modules that read files of the program itself, or those that the sample has just made.
READ_THEIR_OWN = {
    *("plain", "generate", "fingerprint", "publication", "pages", "schema", "sections", "__init__"),
    "faults",
}


def test_files_are_opened_for_reading_in_one_place_that_refuses_pipes() -> None:
    found = [
        f"{path.name}:{call.lineno}"
        for path in MODULES
        if path.stem not in READ_THEIR_OWN
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call) and reads_by_name(call)
    ]
    assert found == []


def reads_by_name(call: ast.Call) -> bool:
    """Return whether a call opens a file for reading that may be anything."""
    name = ast.unparse(call.func)
    if name in ("open", "shutil.copy", "shutil.copy2", "shutil.copyfile") or name.endswith(
        (".read_bytes", ".read_text")
    ):
        return True
    if name in ("pq.read_schema", "pq.read_table", "pq.ParquetFile", "pa.csv.read_csv", "pa.memory_map", "pa.OSFile"):
        return not isinstance(call.args[0], ast.Call)  # a path that was looked at, or what is open already
    modes = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    of_a_file = name.endswith(".open") and name not in ("os.open", "self._zip.open", "package.open", "parts.open")
    return of_a_file and bool(call.args or call.keywords) and not any(mode[0] in "wx" for mode in modes)


def test_no_folder_of_tests_is_left_out(pytestconfig: pytest.Config) -> None:
    left_out = pytestconfig.getini("norecursedirs")
    folders = {part for path in (ROOT / "tests").rglob("test_*.py") for part in path.relative_to(ROOT).parts[:-1]}
    assert "build" in folders
    assert [name for name in folders if any(fnmatch(name, pattern) for pattern in left_out)] == []


def test_a_unit_test_stands_where_its_module_stands() -> None:
    folders = {path.parent.relative_to(ROOT / "tests" / "unit") for path in (ROOT / "tests" / "unit").rglob("*.py")}
    assert [str(folder) for folder in folders if not (ROOT / "pipeline" / folder).is_dir()] == []
