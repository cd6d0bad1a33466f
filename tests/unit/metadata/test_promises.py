"""Small promises that nothing else holds anybody to: due day, end of the series, mode of a file."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from pipeline.metadata.datapackage import data_package
from pipeline.model.periods import MONTH
from pipeline.release.leak_scan import check
from pipeline.storage.store import Store
from tests.lib.publications import make_publication, make_release

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("month", "days", "due"),
    [("2024-01", 31, "2024-03-31"), ("2023-12", 0, "2024-01-31"), ("2023-11", 61, "2024-03-01")],
)
def test_the_next_month_is_due_so_many_days_after_its_own_end(month: str, days: int, due: str) -> None:
    assert MONTH.next_due(month, days, dt.date(2100, 1, 1)) == dt.date.fromisoformat(due)


def test_a_series_runs_from_its_first_month_to_the_end_of_its_last(tmp_path: Path) -> None:
    releases = [make_release(tmp_path, "x", month) for month in ("2024-02", "2023-12", "2024-01")]
    facts = json.loads(data_package(make_publication("x", releases), {}))
    assert facts["temporal"] == {"start": "2023-12-01", "end": "2024-02-29"}


def test_a_released_file_is_its_owners_alone(tmp_path: Path) -> None:
    draft = Store(tmp_path / "private").build(
        "x", "2024-01", files={"x.csv": [pa.py_buffer(b"a\n")]}, references={"r": pa.array(["b"])}
    )
    draft.passed(check(pa.table({}), (), where="", files=draft.files)).complete()
    written = [path for path in draft.folder.iterdir() if path.is_file()]
    assert len(written) == 2
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
