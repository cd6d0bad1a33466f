"""The small raw tree becomes exactly the expected files of `tests/datasets`, whatever the seed of Python's hashes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.lib import ROOT
from tests.lib.dataset_folders import folders
from tests.lib.product import DATASETS
from tests.lib.small_tree import AS_OF, small_tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_small_tree_becomes_exactly_the_expected_bytes(tmp_path: Path, seed: str) -> None:
    product = small_tree(tmp_path)
    command = [sys.executable, "-m", "pipeline", "--as-of", AS_OF, "publish", "--quiet"]
    environment = product.environment(PYTHONPATH=str(ROOT), PYTHONHASHSEED=seed)
    said = subprocess.run(
        command, cwd=product.folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert said.returncode == 0, said.stdout + said.stderr
    for name in DATASETS:
        for file, text in folders()[name].expected.items():
            assert (product.published / name / file).read_bytes().decode() == text, file
