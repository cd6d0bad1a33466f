"""Gates are types: what the next step takes is made by its gate alone."""

from __future__ import annotations

import ast

import pytest

from tests.lib import ROOT

PACKAGE = ROOT / "pipeline"
#: What the next step takes is made in one place, by the gate itself.
PROOFS = {
    "Refereed": "validate/referee/referee.py",
    "Scanned": "release/leak_scan.py",
    "PassedDraft": "storage/draft.py",
    "PublishableTable": "release/publishable.py",
    "CellTable": "disclose/counted.py",
    "SafeTable": "protect/protect.py",
    "Checked": "validate/checks.py",
}


def makers(name: str) -> set[str]:
    """Return the modules of the package that make something."""
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    }


@pytest.mark.parametrize("proof", PROOFS)
def test_a_proof_is_made_by_its_gate_alone(proof: str) -> None:
    assert makers(proof) == {PROOFS[proof]}
