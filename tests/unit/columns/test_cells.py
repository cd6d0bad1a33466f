"""Whole columns of text: dates, amounts, groups, distinct values."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from pipeline.columns.arrays import constant, facts_of_distinct, mask_of, on_distinct, where, whole
from pipeline.columns.dates import Plausible, civil_day, days, month_first, months
from pipeline.columns.groups import first_bytes, groups
from pipeline.columns.money import money
from pipeline.columns.open_text import is_formula, with_plain_blanks
from pipeline.columns.text import is_damaged_text

TEXTS = [None, "b", "a", "b", None, "", "é"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", dt.date(2024, 2, 29)),
        ("29/02/2024", dt.date(2024, 2, 29)),
        ("2024-02-29 23:59", dt.date(2024, 2, 29)),
        ("29/02/2024 00:00:00", dt.date(2024, 2, 29)),
        ("2023-02-29", None),
        ("02/29/2024", None),
        ("2024-2-9", None),
        ("2024-02-29 ", None),
        ("2024-02-29 23:59:59.5", None),
        ("2024-02-29 23:59\n", None),
        ("2024-02-29\n", None),
        ("2024-02-29 7:00", None),
        ("0000-02-01", None),
        ("", None),
    ],
)
def test_a_day_has_one_of_two_forms_and_is_in_the_calendar(text: str, day: dt.date | None) -> None:
    assert civil_day(text, time_allowed=True) == day


def test_a_time_is_read_only_where_one_is_expected() -> None:
    assert civil_day("2024-02-29", time_allowed=False) == dt.date(2024, 2, 29)
    assert civil_day("2024-02-29 10:00", time_allowed=False) is None


def test_days_and_months_of_a_column() -> None:
    column = pa.array(["31/01/2024 10:00", None, "x", "2024-02-01"])
    assert days(column, time_allowed=True).to_pylist() == ["2024-01-31", None, None, "2024-02-01"]
    assert days(column, time_allowed=False).to_pylist() == [None, None, None, "2024-02-01"]
    assert months(days(column, time_allowed=True)).to_pylist() == ["2024-01", None, None, "2024-02"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0.00"),
        ("-0", "0.00"),
        ("(0.00)", "0.00"),
        ("7.1", "7.10"),
        ("-1,234.5", "-1234.50"),
        ("(1,234,567.89)", "-1234567.89"),
        ("1.000001", "1.00"),
        ("0.999999", "1.00"),
        ("1.0000010000001", None),
        ("1.001", None),
        ("1.", None),
        (".5", "0.50"),
        ("1,23", None),
        ("(1", None),
        ("1)", None),
        ("()", None),
        ("((1))", None),
        ("--1", None),
        ("(-1)", None),
        ("1e3", None),
        ("1_000", None),
        ("٣", None),
        ("1\n", None),
        ("Infinity", None),
        ("9" * 16, "9" * 16 + ".00"),
        ("9" * 17, None),
        ("0" * 30 + "1", "1.00"),
        ("9" * 6000, None),
        ("0." + "0" * 6000 + "1", "0.00"),
    ],
)
def test_an_amount_is_pounds_and_pence(text: str, amount: str | None) -> None:
    assert money(text) == amount


@pytest.mark.parametrize("cents", [1, 10, 29, 57, 113, 1_999, 123_456_789, 99_999_999_999])
def test_the_shortest_decimal_of_a_binary_fraction_is_its_pence(cents: int) -> None:
    assert money(repr(cents / 100)) == f"{cents // 100}.{cents % 100:02}"


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_a_function_of_distinct_values_leaves_empty_cells_empty(kind: pa.DataType) -> None:
    column = pa.array(TEXTS).cast(kind)
    seen: list[str] = []

    def upper(text: str) -> str | None:
        seen.append(text)
        return text.upper() if text != "a" else None

    assert on_distinct(column, upper).to_pylist() == [None, "B", None, "B", None, "", "É"]
    assert sorted(seen) == ["", "a", "b", "é"]
    lengths = facts_of_distinct(column, len, dtype=np.int64, empty=-1)
    assert lengths.tolist() == [-1, 1, 1, 1, -1, 0, 1]


def test_rows_that_agree_in_every_column_have_one_number_and_an_empty_cell_equals_an_empty_cell() -> None:
    first = pa.array(["a", "a", None, None, "b", ""])
    second = pa.array([None, None, "x", "x", None, None]).dictionary_encode()
    found = groups(first, second).tolist()
    assert found[0] == found[1]
    assert found[2] == found[3]
    assert len(set(found)) == 4


def test_groups_of_many_columns_stay_apart() -> None:
    rng = np.random.default_rng(7)
    rows = rng.integers(0, 3, (5_000, 40))
    columns = [pa.array([str(cell) for cell in rows[:, place]]) for place in range(40)]
    assert len(set(groups(*columns).tolist())) == len({tuple(row) for row in rows.tolist()})


def test_where_replaces_and_leaves_the_rest() -> None:
    column = pa.array(TEXTS)
    mask = np.array([True, True, False, False, False, False, True])
    assert where(mask, "z", column).to_pylist() == ["z", "z", "a", "b", None, "", "z"]
    assert where(mask, None, column.dictionary_encode()).to_pylist() == [None, None, "a", "b", None, "", None]
    assert where(np.zeros(7, np.bool_), "z", column) is column


def test_a_formula_begins_with_a_sign_that_blanks_and_unseen_characters_do_not_hide() -> None:
    column = pa.array(
        ["=1", "+1", "-1", "@a", "\ta", " =1", "\r=", "\u200b\ufeff=1", "\uff0b1", "\ufe66", "\u22121", "\u3000@"]
    )
    assert is_formula(column).all()
    assert not is_formula(pa.array(["1-1", "", None, "'=1", "A - B", "a, =b", "(=)", "A; B"])).any()


@pytest.mark.parametrize(
    "text",
    [
        "#N/A", "#NAME?", "Acme #REF!", "########", "NULL", "n/a", "-", "nan", "O\x92Brien", "Caf\ufffd",
        "Caf\u00c3\u00a9", "O\u00e2\u20ac\u2122Brien", "\u00c2\u00a35", "\u202eLtd", "Acme\u200b", "A\nB", "A\rB",
        "A\tB", "A\u2028B", "\ue000A", "\u0378A",
        "...", "\u3164",
    ],
)  # fmt: skip
def test_a_damaged_text(text: str) -> None:
    assert is_damaged_text(text)


@pytest.mark.parametrize(
    "text",
    ["On or near ", "Caf\u00e9 Ltd", "CAF\u00c9\u2019S", "S\u00c3O",
     "\u0176 Ltd", "M\u00fcller \u2013 S\u00f6hne\u2122", "#1 Cleaning", "3M", "NA Ltd", "A\u00a0B"],
)  # fmt: skip
def test_an_undamaged_text(text: str) -> None:
    assert not is_damaged_text(text)


def test_every_other_blank_is_a_space_and_none_stands_at_an_end() -> None:
    column = pa.array(["\u2007 Acme", "A\u00a0B", "\u3000", None, "a b"])
    assert with_plain_blanks(column).to_pylist() == ["Acme", "A B", None, None, "a b"]


def test_a_time_with_a_zone_is_of_the_day_that_london_had() -> None:
    times = {
        "2024-03-31T23:30:00Z": "2024-04-01",
        "2024-01-31 23:30:00+00:00": "2024-01-31",
        "2024-06-30 23:30:00.0000000 +01:00": "2024-06-30",
        "2024-06-30 23:30+00": "2024-07-01",
        "2024-01-01T00:30:00+0100": "2023-12-31",
        "2024-02-30T00:30:00Z": None,
        "31/03/2024 23:30Z": None,
        "0001-01-01T00:00:00+14:00": None,
    }
    assert days(pa.array(list(times)), time_allowed=True).to_pylist() == list(times.values())
    assert [day and day.isoformat() for day in map(_day, times)] == list(times.values())
    assert days(pa.array(list(times)), time_allowed=False).null_count == len(times)


def _day(text: str) -> dt.date | None:
    return civil_day(text, time_allowed=True)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["02/13/2024", "02/14/2024 09:00", "02/01/2024", "2024-02-27"], (2, 1, 0)),
        (["x", "02/13/2024", "2024-02-01", "2024-05-12"], (1, 2, 1)),
        (["02/13/2024", "02/01/2024", "13/02/2024", "2024-02-27"], None),
        (["02/13/2024", "2024-02-27"], None),
        (["02/13/2024"], None),
        (["13/13/2024", "02/01/2024"], None),
        (["32/01/2024", "02/01/2024"], None),
        (["02/01/2024", None], None),
    ],
)
def test_dates_month_first_put_dates_beside_them_in_doubt(
    texts: list[str | None], found: tuple[int, ...] | None
) -> None:
    assert month_first(pa.array(texts)) == found


def test_a_plausible_date_is_neither_long_past_nor_far_to_come() -> None:
    as_of = dt.date(2024, 2, 21)
    day = pa.array(
        ["0024-01-15", "1999-12-31", "2000-01-01", "2024-02-21", "2024-02-22", "2025-12-31", "2026-01-01", None]
    )
    past = Plausible.of(as_of, first_year=2000, past=True)
    assert past.without(day).tolist() == [True, True, False, False, True, True, True, False]
    open_end = Plausible.of(as_of, first_year=1900, past=False)
    assert open_end.without(day).tolist() == [True, False, False, False, False, False, True, False]
    planned = Plausible.of(as_of, first_year=1900, past=False, planned=True)
    assert planned.without(day).tolist() == [True] + [False] * 7
    near = past.near("2023-11-01", "2023-11-30", 92)
    assert near == ("2023-08-01", "2024-02-21")
    assert past.near("2023-11-01", "2023-11-30", 1) == ("2023-10-31", "2023-12-01")


def test_a_constant_column_may_be_empty() -> None:
    assert constant("x", 2).to_pylist() == ["x", "x"]
    assert constant(None, 2).to_pylist() == [None, None]
    assert constant("x", 0).to_pylist() == []


def test_pieces_become_one_array_with_one_dictionary() -> None:
    pieces = pa.chunked_array([pa.array(["a", None]).dictionary_encode(), pa.array(["b", "a"]).dictionary_encode()])
    one = whole(pieces)
    assert one.to_pylist() == ["a", None, "b", "a"]
    assert sorted(one.dictionary.to_pylist()) == ["a", "b"]
    assert whole(pa.chunked_array([], pa.string())).to_pylist() == []


def test_first_bytes_sort_as_the_texts_do_and_empty_cells_last() -> None:
    texts = ["", "a", "a\x01", "abcdefgh", "abcdefgz", "b", "z", "é", "€", "\U0001f600", "\U0010ffff", None]
    numbers = first_bytes(pa.array(texts))
    assert numbers.tolist() == sorted(numbers.tolist())
    assert numbers[-1] > numbers[-2]


def test_a_mask_takes_empty_for_no() -> None:
    assert mask_of(pa.array([True, None, False])).tolist() == [True, False, False]
