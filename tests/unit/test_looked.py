"""What was found in a file holds while nobody touches it, for a week, and never within the clock's granularity."""

from __future__ import annotations

import datetime as dt
import os
import time
from typing import TYPE_CHECKING

import pytest

from pipeline.storage import looked
from pipeline.storage.looked import Looked

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2024, 4, 1)


class Reading:
    """Reads a file, and counts how often."""

    def __init__(self, path: Path) -> None:
        self.path, self.times = path, 0

    def __call__(self) -> str:
        self.times += 1
        return self.path.read_text(encoding="utf-8")


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    (tmp_path / "extract.csv").write_text("one", encoding="utf-8")
    return Reading(tmp_path / "extract.csv")


def ask(reading: Reading, private: Path, day: dt.date = DAY) -> str:
    """Return what a run of its own finds."""
    known = Looked.load(private, day)
    found = known.of("text", reading.path, reading)
    assert known.of("text", reading.path, reading) == found
    known.save(private)
    return found


def test_a_file_of_just_now_is_read_again_by_the_next_run(reading: Reading, tmp_path: Path) -> None:
    assert [ask(reading, tmp_path), ask(reading, tmp_path)] == ["one", "one"]
    assert reading.times == 2  # once a run
    facts = reading.path.stat()
    reading.path.write_text("two", encoding="utf-8")
    os.utime(reading.path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert ask(reading, tmp_path) == "two"


def test_a_file_whose_time_lies_ahead_is_read_by_every_run(reading: Reading, tmp_path: Path) -> None:
    os.utime(reading.path, (time.time() + 3600,) * 2)
    assert {ask(reading, tmp_path) for _ in range(3)} == {"one"}
    assert reading.times == 3


@pytest.mark.parametrize(("days", "times"), [(0, 1), (1, 1), (6, 1), (7, 2), (30, 2), (-1, 2)])
def test_a_file_at_rest_is_read_once_a_week(
    reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, times: int
) -> None:
    monkeypatch.setattr(looked, "_CLOCK_NS", -(10**9))  # in place of waiting until the file has come to rest
    assert ask(reading, tmp_path) == ask(reading, tmp_path, DAY + dt.timedelta(days)) == "one"
    assert reading.times == times


def test_what_was_found_to_one_question_answers_no_other_until_the_file_is_forgotten(
    reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looked, "_CLOCK_NS", -(10**9))
    known = Looked.load(tmp_path, DAY)
    assert known.of("text", reading.path, reading) == "one"
    assert known.of("length", reading.path, lambda: "3") == "3"
    known.save(tmp_path)
    again = Looked.load(tmp_path, DAY)
    assert again.of("length", reading.path, lambda: "new") == "3"
    again.forget(reading.path)
    assert again.of("length", reading.path, lambda: "new") == "new"
    assert again.of("text", reading.path, lambda: "new") == "new"


def test_nothing_is_known_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    known = Looked(DAY)
    assert known.of("text", tmp_path / "none", lambda: "a") == "a"
    assert known.of("text", tmp_path / "none", lambda: "b") == "b"
