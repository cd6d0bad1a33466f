"""How large an extract is decides how it is read: a file that cannot be looked at is named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.extract.reader import Reader
from pipeline.storage.looked import Looked


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    nothing: Any = None
    return Reader(tmp_path, nothing, print, Looked(dt.date(2024, 4, 1)))


def test_a_file_has_its_size_a_sheet_that_of_its_file_and_a_table_none(reader: Reader) -> None:
    (reader.root / "year.xlsx").write_bytes(b"x" * 7)
    (reader.root / "a#b.csv").write_bytes(b"x" * 5)
    sizes = [reader._size(path) for path in ("year.xlsx", "year.xlsx#May", "a#b.csv", "datasets/list")]
    assert sizes == [7, 7, 5, 0]


def test_a_file_that_cannot_be_looked_at_is_named(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    (reader.root / "2024-01.csv").write_bytes(b"")

    def refused(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "stat", refused)
    with pytest.raises(InputError) as caught:
        reader._size("2024-01.csv")
    assert (caught.value.code, caught.value.where) == ("unreadable-file", "2024-01.csv")
