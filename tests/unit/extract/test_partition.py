"""Which extracts feed which month: a file is not a month."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from pipeline.errors import InputError
from pipeline.extract.delimited.folder import Folder
from pipeline.extract.partition import (
    Dated,
    Digest,
    by_month,
    dated,
    digest_of_rows,
    joined,
    late_slice,
    own_slice,
    period_files,
    receipt_of,
    sha256_of,
    undated_slice,
    unread_files,
)
from pipeline.model.declaration import Feed
from pipeline.model.periods import MONTH as CALENDAR
from pipeline.model.periods import NO_PERIOD, Monthly
from pipeline.model.tables import CellProblem, Extracted, Receipt
from pipeline.protect.treatments import MonthOf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FEED = Feed(
    name="f",
    title="F",
    source=Folder("f/{period}.csv"),
    period=Monthly(dated_by="day"),
    columns={"day": MonthOf("month")},
)
UNDATED = Feed(name="f", title="F", source=Folder("f/{period}.csv"), columns={})


def read(
    days: Sequence[str | None],
    path: str = "f/2024-02.csv",
    *,
    ragged: tuple[int, ...] = (),
    repeats: Sequence[int] | None = None,
    problems: tuple[CellProblem, ...] = (),
    rows: Sequence[int] | None = None,
) -> Extracted:
    return Extracted(
        path=path,
        bytes=1,
        sha256="s",
        encoding="utf-8",
        cells={"day": pa.array(days, pa.string()), "n": pa.array([f"{path}{n}" for n in range(len(days))])},
        rows=pa.array(rows or range(2, 2 + len(days)), pa.int64()),
        ragged=ragged,
        repeats=pa.array(repeats, pa.int64()) if repeats is not None else None,
        problems=problems,
    )


def of(source: Extracted, own: str = "2024-02") -> Dated:
    return dated(source, FEED, own)


# --- files -------------------------------------------------------------------------------------------


def test_files_are_found_by_their_month_and_others_are_listed_as_unread(tmp_path: Path) -> None:
    names = [
        *("a/2024-01.csv", "a/2024-02.csv", "a/2024-13.csv", "a/2024-00.csv", "a/2024_03.csv", "a/2024-01 (1).csv"),
        *("a/2024-1.csv", "a/x2024-01.csv", "a/2024-01.csv.bak", "a/2024-01.CSV", "a/deep/2024-01.csv", "2024-01.csv"),
        *("a/README.md", "README", "a/readme.txt", "a/.hidden", ".git/config", "a/readmenot.csv"),
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = period_files(tmp_path, "a/{period}.csv", CALENDAR)
    assert found == {"2024-01": "a/2024-01.csv", "2024-02": "a/2024-02.csv"}
    unread = unread_files(tmp_path, found.values())
    apart = {"a/README.md", "README", "a/readme.txt", "a/.hidden", ".git/config"}
    assert set(unread) == set(names) - set(found.values()) - apart


def test_the_name_of_a_file_may_hold_more_than_its_month(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("ledger.2024-01.v2.xlsx", "ledgerX2024-01.v2.xlsx", "ledger.2024-01xv2.xlsx"):
        (tmp_path / "a" / name).write_bytes(b"x")
    assert period_files(tmp_path, "a/ledger.{period}.v2.xlsx", CALENDAR) == {"2024-01": "a/ledger.2024-01.v2.xlsx"}


def test_a_folder_that_is_absent_has_no_files(tmp_path: Path) -> None:
    assert period_files(tmp_path, "a/b/{period}.csv", CALENDAR) == {}
    assert unread_files(tmp_path / "nothing", []) == ()


def test_a_folder_that_leads_out_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "raw", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "2024-01.csv").write_bytes(b"x")
    (root / "a").symlink_to(outside)
    with pytest.raises(InputError, match="path-escapes"):
        period_files(root, "a/{period}.csv", CALENDAR)
    with pytest.raises(InputError, match="path-escapes"):
        period_files(root, "../outside/{period}.csv", CALENDAR)
    assert unread_files(root, []) == ("a",)


def test_a_file_that_is_a_link_out_is_refused_when_it_is_read(tmp_path: Path) -> None:
    root = tmp_path / "raw"
    (root / "a").mkdir(parents=True)
    (tmp_path / "2024-01.csv").write_bytes(b"x")
    (root / "a" / "2024-01.csv").symlink_to(tmp_path / "2024-01.csv")
    with pytest.raises(InputError, match="path-escapes"):
        sha256_of(root, period_files(root, "a/{period}.csv", CALENDAR)["2024-01"])


# --- months of rows ----------------------------------------------------------------------------------


def test_a_receipt_counts_the_rows_of_each_month_and_those_of_none() -> None:
    days = ["2024-02-01", "29/02/2024 10:00", "31/01/2024", None, "no day", "2024-03-01"]
    receipt = receipt_of(of(read(days, ragged=(9, 10, 11))))
    assert receipt.months == {NO_PERIOD: 5, "2024-01": 1, "2024-02": 2, "2024-03": 1}
    assert receipt.rows == 9


def test_a_feed_without_a_date_counts_in_its_file_s_month() -> None:
    source = dated(read(["x", None]), UNDATED, "2024-02")
    assert receipt_of(source).months == {"2024-02": 2}


def test_a_file_s_own_month_accounts_for_all_but_late_rows_of_open_months() -> None:
    source = of(read(["2024-02-01", "2024-01-01", "2023-12-01", None, "2024-03-01"]))
    raw = joined([own_slice(source, "2024-02", ["2024-01", "2024-02", "2024-03"])], FEED, FEED.used)
    assert raw.row.tolist() == [2, 4, 5, 6]
    assert raw.closed.tolist() == [False, True, False, False]
    assert raw.after_file.tolist() == [False, False, False, True]


def test_late_rows_go_to_their_month_and_each_row_is_accounted_once() -> None:
    days = ["2024-02-01", "2024-01-01", "2023-12-01", None, "2024-03-01", "2024-01-09"]
    source = of(read(days))
    opened = ["2024-01", "2024-02", "2024-03"]
    slices = [own_slice(source, "2024-02", opened), *(late_slice(source, month) for month in ("2023-12", "2024-01"))]
    rows = [np.asarray(source.extracted.rows)[each.positions].tolist() for each in slices]
    assert rows[2] == [3, 7]
    assert sorted(rows[0] + rows[2]) == [2, 3, 4, 5, 6, 7]
    assert rows[1] == [4], "a month that is not open is asked for by nobody"


def test_months_after_the_file_are_no_late_rows_even_when_they_are_open() -> None:
    source = of(read(["2024-03-01"]))
    own = own_slice(source, "2024-02", ["2024-02", "2024-03"])
    assert own.after_file.tolist() == [True]


def test_ragged_rows_are_accounted_with_their_own_file_only() -> None:
    own = of(read(["2024-01-01"], "f/2024-01.csv", ragged=(7,)), "2024-01")
    later = of(read(["2024-01-02"], ragged=(8, 9)))
    raw = joined([own_slice(own, "2024-01", ["2024-01", "2024-02"]), late_slice(later, "2024-01")], FEED, FEED.used)
    assert [(spot.source, spot.row) for spot in raw.ragged] == [(0, 7)]
    assert raw.paths == ("f/2024-01.csv", "f/2024-02.csv")
    assert raw.source.tolist() == [0, 1]
    assert raw.cells["day"].to_pylist() == ["2024-01-01", "2024-01-02"]


def test_cells_of_differently_encoded_files_are_joined() -> None:
    plain = read(["2024-01-01", None], "f/2024-01.csv")
    coded = read(["2024-01-02"])
    later = of(replace(coded, cells={**coded.cells, "day": coded.cells["day"].dictionary_encode()}))
    raw = joined(
        [own_slice(of(plain, "2024-01"), "2024-01", ["2024-01"]), late_slice(later, "2024-01")], FEED, FEED.used
    )
    assert raw.cells["day"].to_pylist() == ["2024-01-01", None, "2024-01-02"]


def test_cells_that_could_not_be_read_keep_their_row() -> None:
    problems = (CellProblem(4, "day", "unreadable-cell"), CellProblem(9, "day", "unreadable-cell"))
    source = dated(read(["a", "b", "c"], problems=problems, rows=[3, 4, 9]), UNDATED, "2024-02")
    raw = joined([own_slice(source, "2024-02", ["2024-02"])], UNDATED, ("day",))
    assert raw.problems == ((1, "day", "unreadable-cell"), (2, "day", "unreadable-cell"))
    late = of(read(["2024-02-01", "2024-01-01", "2024-01-02"], problems=(CellProblem(3, "n", "unreadable-cell"),)))
    assert joined([late_slice(late, "2024-01")], FEED, FEED.used).problems == ((0, "n", "unreadable-cell"),)
    assert joined([own_slice(late, "2024-02", ["2024-01"])], FEED, FEED.used).problems == ()


def test_repeats_point_to_the_first_equal_row() -> None:
    source = dated(read(["a", "b", "a", "b", "c"], repeats=[0, 1, 0, 1, 4]), UNDATED, "2024-02")
    raw = joined([own_slice(source, "2024-02", []), own_slice(source, "2024-02", [])], UNDATED, ("day",))
    assert raw.repeats.tolist() == [0, 1, 0, 1, 4, 5, 6, 5, 6, 9]


def test_rows_of_a_database_without_a_month_of_it() -> None:
    source = of(read(["2024-01-01", None, "2010-11-30", "2030-01-01"]), "")
    found = undated_slice(source, ["2024-01"], "2010-12")
    assert found.positions.tolist() == [1, 2, 3]
    assert found.closed.tolist() == [False, True, False]
    assert found.after_file.tolist() == [False, False, False]


def test_a_digest_changes_with_any_cell_and_with_what_has_been_held() -> None:
    def digest(days: list[str | None], today: str = "2024-01-15") -> Digest:
        return digest_of_rows(of(read(days, "same"), ""), "2024-01", held_before=today, dated_by="day")

    days: list[str | None] = ["2024-01-10", "2024-01-20", "2024-02-01"]
    assert digest(days) == digest(["2024-01-10", "2024-01-20", "2024-02-28"])
    assert digest(days).already == 1
    assert digest(days).rows != digest(["2024-01-11", "2024-01-20", "2024-02-01"]).rows
    assert digest(days).held != digest(days, "2024-01-21").held
    assert digest(days).rows == digest(days, "2024-01-21").rows
    assert digest(days) == digest(days, "2024-01-16")


def test_receipts_are_found_by_the_months_that_they_list() -> None:
    receipts = {
        "b": Receipt("b", 0, "", 2, {"2024-01": 2}),
        "a": Receipt("a", 0, "", 1, {"2024-01": 1, "2024-02": 0}),
    }
    assert by_month(receipts, "2024-01", CALENDAR) == ("a", "b")
    assert by_month(receipts, "2024-02", CALENDAR) == ()
