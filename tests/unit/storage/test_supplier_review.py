"""The private file of suppliers to classify: a line for each, kept month by month, safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
import stat
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.columns.keys import damaged, folded
from pipeline.columns.money import pence
from pipeline.columns.text import is_formula_text
from pipeline.model.row_rule import Question
from pipeline.protect.rules.payee_register import MOST_NAMES, questions_of
from pipeline.storage.privacy import mend_private
from pipeline.storage.supplier_review import COLUMNS, Part, Waiting, read_review, review_file, save_review

if TYPE_CHECKING:
    from pathlib import Path

SPEND = "spend-over-500"


def question(reference: str, total: int, *names: str, lines: int = 1, others: int = 0, protected: str = "") -> Question:
    return Question(reference, names or ("Acme Locks Ltd",), others, lines, total, protected)


def shown(private: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(review_file(private).read_text(encoding="utf-8"), newline="")))


def test_a_supplier_is_one_line_over_all_months_the_largest_amount_first(tmp_path: Path) -> None:
    months = {
        "2024-01": [question("S1", 10_050, lines=2), question("S2", 99_999_999, "John Smith")],
        "2024-02": [question("s1", 5), question("S4", -1_200, "X"), question("S3", -1_200, "X")],
        "2024-04": [question("S1", 100)],
    }
    save_review(tmp_path, SPEND, months)
    assert [tuple(line.values())[:-1] for line in shown(tmp_path)] == [
        ("S2", "John Smith", "1", "999999.99", "2024-01", "IND", "two words, as a person's name has"),
        ("S1", "Acme Locks Ltd", "4", "101.55", "2024-01 to 2024-02, 2024-04", "ORG", 'company word: "ltd"'),
        ("S3", "X", "1", "(12.00)", "2024-02", "", "no sign either way"),
        ("S4", "X", "1", "(12.00)", "2024-02", "", "no sign either way"),
    ]
    content = review_file(tmp_path).read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n") == 5
    assert stat.S_IMODE(review_file(tmp_path).stat().st_mode) == 0o600
    assert [path.name for path in review_file(tmp_path).parent.iterdir()] == ["suppliers.csv"]


def test_a_month_that_is_built_again_replaces_its_own_part_alone(tmp_path: Path) -> None:
    save_review(tmp_path, SPEND, {"2024-01": [question("S1", 100), question("S2", 200)]})
    save_review(tmp_path, SPEND, {"2024-02": [question("S1", 400, "Jane Roe")]}, ["2024-01"])
    save_review(tmp_path, "card-spend", {"2024-01": [question("S1", 800)]})
    save_review(tmp_path, SPEND, {"2024-01": [question("S3", 1)]}, ["2024-01", "2024-02"])
    assert [(each.reference, each.total, each.months) for each in read_review(tmp_path)] == [
        ("S1", 1_200, "2024-01 to 2024-02"),
        ("S3", 1, "2024-01"),
    ]
    before = review_file(tmp_path).stat()
    save_review(tmp_path, SPEND, {"2024-01": [question("S3", 1)]}, ["2024-02"])
    assert review_file(tmp_path).stat() == before  # nothing changed: nothing was written
    save_review(tmp_path, SPEND, {}, ["2024-01"])  # a month that is no longer kept asks nothing
    assert [(each.reference, each.total) for each in read_review(tmp_path)] == [("S1", 800), ("S3", 1)]
    save_review(tmp_path, SPEND, {"2024-01": []}, ["2024-01"])
    save_review(tmp_path, "card-spend", {})
    assert shown(tmp_path) == []


def test_there_is_no_file_while_nobody_asks(tmp_path: Path) -> None:
    save_review(tmp_path, SPEND, {"2024-01": []})
    assert not review_file(tmp_path).exists()
    assert read_review(tmp_path) == []


@pytest.mark.parametrize(
    "spoiled",
    [
        b"dataset,month,supplier_number\nspend-over-500,2024-01,S1\n",
        b"\xff\xfe\x00",
        b'"',
        b"",
        ",".join(COLUMNS).encode() + b"\r\nS1,Acme,1,1.00,2024-01,,,\r\n",
        ",".join(COLUMNS).encode()
        + b'\r\nS1,Acme,1,1.00,2024-01,,,"[[], [[""a"", ""x"", ""S1"", [], 0, 1, 1, """"]]]"\r\n',
        ",".join(COLUMNS).encode() + b'\r\nS1,Acme,1,1.00,2024-01,,,"[[], [[""a"", 7, null, [3], 0]]]"\r\n',
    ],
)
def test_a_line_that_is_not_as_it_was_written_is_left_out_until_its_month_is_built(
    tmp_path: Path, spoiled: bytes
) -> None:
    review_file(tmp_path).parent.mkdir()
    review_file(tmp_path).write_bytes(spoiled)
    assert read_review(tmp_path) == []
    save_review(tmp_path, SPEND, {"2024-01": [question("S1", 100)]})
    assert [each.reference for each in read_review(tmp_path)] == ["S1"]


HOSTILE = (
    "=1+1",
    "+44",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "a;=1",
    "a|@b",
    "\uff1d1",
    "a\uff1b=1",
    "|calc",
    "\u2212 1",
    "a\r\n=1",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula_and_no_name_leaves_its_line(tmp_path: Path, text: str) -> None:
    save_review(tmp_path, SPEND, {"2024-01": [question(f"{text}S1", -100, text, "Acme; =2 Ltd", others=3)]})
    (line,) = shown(tmp_path)
    assert not any(map(is_formula_text, line.values())), line
    assert all(cell.isprintable() for cell in line.values())
    assert review_file(tmp_path).read_bytes().count(b"\n") == 2
    (read,) = read_review(tmp_path)
    assert read.names == (text, "Acme; =2 Ltd")  # kept as they are
    assert not damaged(read.reference)
    assert folded(read.reference) == folded(f"{text}S1")


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4), st.text(max_size=12), st.integers(-(10**15), 10**15))
def test_whatever_a_ledger_holds_is_a_safe_cell_and_comes_back(names: list[str], number: str, total: int) -> None:
    payee = Waiting((Part(SPEND, "2024-01", Question(number + "1", tuple(names), 0, 1, total, "")),))
    assert not is_formula_text(payee.name)
    assert payee.name.isprintable()
    assert not damaged(payee.reference)
    assert not is_formula_text(payee.reference)
    assert folded(payee.reference) == folded(number + "1")


def ledger(*lines: tuple[str, str, str, int, str | None]) -> pa.Table:
    names = ("key", "reference", "name", "total", "protected")
    return pa.table({name: [line[place] for line in lines] for place, name in enumerate(names)})


def test_a_number_written_otherwise_is_the_same_supplier_and_its_commonest_name_comes_first() -> None:
    found = questions_of(
        ledger(
            ("S1", "S1", "Acme", 100, None),
            ("S1", "s1", "Jane Roe", 200, "PROT"),
            ("S1", "00S1", "Jane Roe", 300, "PROT"),
            ("S1", "S1", "JANE ROE", 1, None),
            ("S2", "S2", "Acme", -50, None),
        )
    )
    assert found == [
        Question("00S1", ("Jane Roe", "Acme"), 0, 4, 601, "PROT"),
        Question("S2", ("Acme",), 0, 1, -50, ""),
    ]


def test_a_number_of_many_payees_keeps_some_names_and_counts_the_others() -> None:
    (found,) = questions_of(ledger(*(("S1", "S1", f"Payee {number}", 1, None) for number in range(300))))
    assert len(found.names) == MOST_NAMES
    assert found.others == 300 - MOST_NAMES
    payee = Waiting((Part(SPEND, "2024-01", found),))
    assert payee.suggestion == ("", "300 names, which are not all an organisation's")
    assert payee.name.endswith(" / 296 more")


def test_many_long_names_in_many_months_are_read_again(tmp_path: Path) -> None:
    names = [tuple(f"{'x' * 9_000} {month} {place}" for place in range(MOST_NAMES)) for month in range(1, 13)]
    save_review(tmp_path, SPEND, {f"2024-{month:02}": [question("S1", 1, *names[month - 1])] for month in range(1, 13)})
    assert len(read_review(tmp_path)[0].names) == 12 * MOST_NAMES


@pytest.mark.parametrize(("text", "amount"), [("1,234.50", 123_450), ("(250.00)", -25_000), ("much", 0), ("", 0)])
def test_amounts_are_counted_in_pence_and_a_bad_one_is_none(text: str, amount: int) -> None:
    assert pence(text) == amount


def test_amounts_beyond_any_number_of_the_machine_are_added_exactly() -> None:
    most = pence("9999999999999999.99")
    (found,) = questions_of(ledger(*(("S1", "S1", "Acme", most, None) for _ in range(20))))
    assert found.total == 20 * most


def test_a_group_may_read_the_file_where_the_settings_name_one(tmp_path: Path) -> None:
    save_review(tmp_path, SPEND, {"2024-01": [question("S1", 100)]})
    mend_private(tmp_path, group=os.getgid())
    assert stat.S_IMODE(review_file(tmp_path).stat().st_mode) == 0o640
