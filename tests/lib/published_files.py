"""The folder of really published files that some tests read, named by one setting."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def published_files() -> Path:
    """Return the folder of published files; where none is named the test is skipped, in CI it fails."""
    named = os.environ.get("PIPELINE_TEST_DATA", "")
    if not named:
        said = "PIPELINE_TEST_DATA names no folder of published files"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    return Path(named)


def street_files() -> Path:
    """Return the folder of published street-level files."""
    return published_files() / "police" / "street"


def published_folder(name: str) -> Path:
    """Return a folder of published files; where it is not there the test is skipped."""
    path = published_files() / name
    if not path.is_dir():
        pytest.skip(f"the published files have no folder {name}")
    return path
