"""The public change log: what changed and why, small counts banded, nothing that points at somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.model.release import ChangeNote
from pipeline.release.change_log import (
    CORRECTED,
    LATE,
    RULES,
    SETTINGS,
    Why,
    band,
    change_log,
    newest_first,
    note,
    public_reason,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("count", "label"),
    [
        (0, "0"),
        (1, "1-7"),
        (7, "1-7"),
        (8, "8-19"),
        (19, "8-19"),
        (20, "20-49"),
        (49, "20-49"),
        (50, "50+"),
        (10**6, "50+"),
    ],
)
def test_counts_are_banded(count: int, label: str) -> None:
    assert band(count) == label


def test_of_several_reasons_the_first_that_matters_is_told() -> None:
    late, corrected, rules = Why("a has rows of it now", LATE), Why("b has changed", CORRECTED), Why("program", RULES)
    assert public_reason([rules, late, corrected]) == CORRECTED
    assert public_reason([rules, late]) == LATE
    assert public_reason([rules]) == RULES


def file(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("".join(line + "\n" for line in ("header", *lines)), encoding="utf-8")
    return path


def test_a_revision_counts_rows_that_came_and_went_copies_apart(tmp_path: Path) -> None:
    before = file(tmp_path, "before", *["same"] * 30, *["copy"] * 10, "gone")
    after = file(tmp_path, "after", *["same"] * 30, *["copy"] * 2, *[f"new {n}" for n in range(20)])
    found = note("2024-01", "2024-04-10", (Why("x has changed", CORRECTED),), rows=52, before=before, after=after)
    assert found == ChangeNote("2024-04-10", "2024-01", "revised", "corrected at source", "20-49", "8-19")


def test_another_order_of_the_same_rows_is_no_change_of_rows(tmp_path: Path) -> None:
    before, after = file(tmp_path, "before", "a", "b", "b"), file(tmp_path, "after", "b", "a", "b")
    found = note("2024-01", "2024-04-10", (Why("settings changed", SETTINGS),), rows=3, before=before, after=after)
    assert (found.rows_added, found.rows_removed) == ("0", "0")


def test_a_later_file_that_only_takes_away_is_told_as_a_correction(tmp_path: Path) -> None:
    before, after = file(tmp_path, "before", "a", "b", "c"), file(tmp_path, "after", "a", "b")
    late = (Why("b now has rows of 2024-01", LATE),)
    assert note("2024-01", "2024-04-10", late, rows=2, before=before, after=after).reason == CORRECTED
    assert note("2024-01", "2024-04-10", late, rows=3, before=after, after=before).reason == LATE


def test_a_first_release_counts_its_rows_whatever_else_is_given_as_reason(tmp_path: Path) -> None:
    after = file(tmp_path, "after", "a", "b", "c")
    found = note("2024-01", "2024-04-10", (Why("settings changed", SETTINGS),), rows=3, before=None, after=after)
    assert found == ChangeNote("2024-04-10", "2024-01", "new", "first release", "1-7", "0")


def test_a_log_is_csv_with_the_newest_line_first() -> None:
    lines = [
        ChangeNote("2024-04-10", "2024-01", "new", "first release", "50+", "0"),
        ChangeNote("2024-04-10", "2024-02", "new", "first release", "50+", "0"),
        ChangeNote("2024-05-10", "2024-01", "revised", "late records", "1-7", "0"),
    ]
    assert change_log(newest_first(lines)).decode() == (
        "released_on,month,change,reason,rows_added,rows_removed\n"
        "2024-05-10,2024-01,revised,late records,1-7,0\n"
        "2024-04-10,2024-02,new,first release,50+,0\n"
        "2024-04-10,2024-01,new,first release,50+,0\n"
    )
    assert newest_first(lines[::-1]) == newest_first(lines)
