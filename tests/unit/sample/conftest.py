"""The sample as it is made when nobody says how large."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.codelists import CODELISTS
from pipeline.datasets import declared
from pipeline.sample import SampleReport, make_sample

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleReport]:
    """Make the sample."""
    data = tmp_path_factory.mktemp("sample")
    return data, make_sample(data, tuple(declared().values()), codelists=CODELISTS)


@pytest.fixture(scope="module")
def data(made: tuple[Path, SampleReport]) -> Path:
    """Give the folder that it was made in."""
    return made[0]
