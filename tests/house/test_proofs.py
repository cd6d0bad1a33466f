"""Gates are types, and every gate is tried: who makes a proof, and which test reaches each `PrivacyError`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pipeline"
#: What the next step takes is made in one place, by the gate itself.
PROOFS = {
    "Refereed": "validate/referee/referee.py",
    "Scanned": "release/leak_scan.py",
    "PublishableTable": "release/publishable.py",
    "SafeTable": "protect/protect.py",
    "Checked": "validate/checks.py",
}
#: Every place that raises a `PrivacyError`, by module, function and code, with the test that reaches it.
REACHED = {
    ("release/leak_scan.py", "read_back", "files-differ"): (
        "unit/test_leak.py::test_files_that_do_not_hold_the_same_text_stop_the_release"
    ),
    ("release/leak_scan.py", "check", "identity-published"): (
        "unit/test_leak.py::test_a_planted_cell_is_found_case_and_blanks_aside"
    ),
    ("release/publishable.py", "_not_the_schema", "not-the-schema"): (
        "unit/test_release_files.py::test_a_table_of_other_columns_or_types_than_its_schema_cannot_be_made"
    ),
    ("build/accounts.py", "_check_judged", "unjudged-row"): (
        "unit/test_judged.py::test_a_row_that_the_schema_has_not_judged_is_never_published"
    ),
    ("build/candidate.py", "unplaced", "unjudged-row"): (
        "privacy/test_gates.py::test_a_row_of_no_month_is_never_published"
    ),
    ("build/corridor.py", "_check_sum", "accounts-differ"): (
        "privacy/test_gates.py::test_rows_that_nobody_accounts_for_stop_the_release"
    ),
    ("storage/store.py", "described", "files-differ"): (
        "unit/test_judged.py::test_a_draft_is_described_by_the_scan_of_its_own_files_only"
    ),
    ("validate/referee/frictionless.py", "_failed", "referee-failed"): (
        "unit/test_validate_referee.py::test_frictionless_breaking_down_stops_the_release_without_its_words"
    ),
    ("validate/referee/referee.py", "_differs", "verdict-differs"): (
        "unit/test_validate_referee.py::test_a_difference_that_nothing_explains_stops_the_release"
    ),
}


def calls(name: str) -> set[tuple[str, str, str]]:
    """Return where something is called in the package: module, innermost function, first word."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        owner: dict[ast.AST, str] = {}
        for node in ast.walk(tree):  # outer functions come first, so that the innermost one is left
            if isinstance(node, ast.FunctionDef):
                owner |= dict.fromkeys(ast.walk(node), node.name)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
                found.add((path.relative_to(PACKAGE).as_posix(), owner.get(node, ""), str(first)))
    return found


@pytest.mark.parametrize("proof", PROOFS)
def test_a_proof_is_made_by_its_gate_alone(proof: str) -> None:
    assert {module for module, _, _ in calls(proof)} == {PROOFS[proof]}


def test_every_place_that_raises_a_privacy_error_is_known() -> None:
    assert calls("PrivacyError") == set(REACHED)


@pytest.mark.parametrize(("module", "function", "code"), REACHED)
def test_every_place_that_raises_a_privacy_error_has_a_test(module: str, function: str, code: str) -> None:
    file, _, name = REACHED[module, function, code].partition("::")
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    test = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name), None)
    assert test is not None
    words = [node.value for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert any(code in each for each in words)
