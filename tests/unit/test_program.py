"""Which parts of the program decide rows: found by what imports what, and checked against what Python really loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipeline.build.fingerprint import NO_ROWS, deciding

ROOT = Path(__file__).resolve().parents[2]
LOADED = """
import importlib, sys
for name in {names!r}:
    importlib.import_module(name)
print(*sorted(name for name in sys.modules if name.split(".")[0] == "pipeline"))
"""


def loaded(*names: str) -> set[str]:
    """Return the modules of ours that Python loads for ``names``."""
    said = subprocess.run(
        [sys.executable, "-c", LOADED.format(names=names)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(said.stdout.split())


def test_all_that_is_loaded_to_make_a_month_decides_rows_or_is_said_not_to() -> None:
    declarations = {name for name in loaded("pipeline.datasets") if name.startswith("pipeline.datasets")}
    made_with = loaded(
        "pipeline.build.corridor", "pipeline.build.candidate", "pipeline.extract.reader", "pipeline.build.inventory"
    )
    made_with |= loaded(*declarations)
    assert made_with - declarations - NO_ROWS == set(deciding()) - (NO_ROWS | declarations)
    assert not set(deciding()) & NO_ROWS


def test_the_rules_the_reasons_and_the_cells_decide_rows_and_words_for_portals_do_not() -> None:
    names = {name.removeprefix("pipeline.") for name in deciding()}
    assert {"cells", "reasons", "model", "extract.router", "protect.payees", "protect.ledger"} <= names
    assert {"validate.checks", "release.leak", "run.corridor", "run.reading"} <= names
    assert not {name for name in names if name.startswith(("publish", "sample", "datasets", "settings"))}


def test_what_is_said_not_to_decide_rows_exists() -> None:
    places = [ROOT.joinpath(*name.split(".")) for name in NO_ROWS]
    assert [place for place in places if not (place.is_dir() or place.with_suffix(".py").is_file())] == []
