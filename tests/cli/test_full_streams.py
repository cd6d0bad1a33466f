"""A command whose words cannot be written says so by its exit status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ExitStatus
from tests.lib.little_force import little_force

if TYPE_CHECKING:
    from tests.lib.product import Product

_ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")


def status(product: Product, line: str) -> int:
    whole, environment = f"'{sys.executable}' -m pipeline {line}", product.environment(PYTHONPATH=str(_ROOT))
    return subprocess.run(["sh", "-c", whole], cwd=product.folder, env=environment, check=False).returncode


@pytest.mark.parametrize("streams", [">/dev/full", ">/dev/full 2>/dev/full", ">&- 2>&-", ">&-"])
@pytest.mark.parametrize("words", ["datasets", 'approve --day 2024-01-01 --role "Head of Data" --reason Checked.'])
def test_streams_that_are_full_or_closed_are_a_failure_of_the_system(tmp_path: Path, words: str, streams: str) -> None:
    assert status(little_force(tmp_path), f"{words} {streams}") == ExitStatus.STORAGE


def test_a_mistake_keeps_its_status_where_nobody_can_be_told(tmp_path: Path) -> None:
    assert status(little_force(tmp_path), "plan nonsense >/dev/full 2>/dev/full") == ExitStatus.SETTINGS
