"""The first leak check: a whole identifying cell of a row never stands in the files written for that row."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import PrivacyError
from pipeline.model.release import ReleasedFile
from pipeline.release.leak_scan import Watched, check, not_of_rows, read_back

if TYPE_CHECKING:
    from pathlib import Path

PERSON = "Featherstonehaugh"


def watch(*cells: str | None, rows: list[int] | None = None) -> Watched:
    positions = np.array(rows if rows is not None else range(len(cells)), np.int64)
    return Watched("ledger", "Card Holder", positions, pa.array(cells, pa.string()))


def table(*names: str | None, **more: list[str | None]) -> pa.Table:
    columns = {"name": list(names), **more}
    return pa.table({name: pa.chunked_array([pa.array(cells, pa.string())]) for name, cells in columns.items()})


@pytest.mark.parametrize(
    ("published", "cell"),
    [
        (PERSON, PERSON),
        (PERSON.upper(), PERSON),
        (PERSON, PERSON.lower()),
        (f"  {PERSON} ", PERSON),
        (f"\u00a0{PERSON}", PERSON),
        ("Ó Súilleabháin", "ó SÚILLEABHÁIN"),
        ("abcde", "ABCDE"),
        ('an, odd "name"\nin two lines', 'An, Odd "Name"\nIn Two Lines'),
        ("\u212airkby", "kirkby"),  # a Kelvin sign is longer than the letter that it is
    ],
)
def test_a_planted_cell_is_found_case_and_blanks_aside(published: str, cell: str) -> None:
    with pytest.raises(PrivacyError, match="identity-published") as caught:
        check(table(published), [watch(cell)], where="dataset `x`, 2024-01")
    said = str(caught.value)
    assert "Card Holder" in said
    assert cell.casefold() not in said.casefold()


def test_a_cell_that_is_public_in_its_own_row_is_looked_for_where_it_is_not() -> None:
    apart = watch(PERSON, PERSON)._replace(apart=("name",))
    assert check(table(PERSON, PERSON, purpose=[PERSON, "x"]), [apart], where="").compared == 2
    with pytest.raises(PrivacyError, match="would be published in `purpose`"):
        check(table(PERSON, "REDACTED", purpose=["x", PERSON]), [apart], where="")


def test_rows_that_are_not_in_the_release_are_not_compared() -> None:
    assert check(table(PERSON, "somebody else"), [watch(PERSON, "nobody", rows=[-1, 1])], where="").compared == 1
    with pytest.raises(PrivacyError, match="identity-published"):
        check(table("somebody else", PERSON), [watch("nobody", PERSON, rows=[-1, 1])], where="")


@pytest.mark.parametrize("others", [["x"], ["a longer text"], [None], ["é"], ["exactly as long as"]])
def test_it_is_found_whatever_stands_in_the_other_rows(others: list[str | None]) -> None:
    published = table(*others, f" {PERSON} ", *others)
    cells = [*(["y" * 9] * len(others)), PERSON.upper(), *([None] * len(others))]
    with pytest.raises(PrivacyError, match="1 cells"):
        check(published, [watch(*cells)], where="")


def test_it_is_found_in_any_column_and_in_any_group_of_cells() -> None:
    published = table("Acme Ltd", "Acme Ltd", purpose=["x", PERSON])
    with pytest.raises(PrivacyError, match="`purpose`"):
        check(published, [watch("nobody", "nobody"), watch(PERSON, rows=[1])], where="")


def test_cells_of_less_than_five_characters_are_not_compared() -> None:
    assert check(table("Lowe", "ÉÉÉÉ"), [watch("Lowe", "éééé")], where="").compared == 2
    with pytest.raises(PrivacyError):
        check(table("Lowes", "x"), [watch("Lowes", "y")], where="")
    with pytest.raises(PrivacyError):
        check(table("ÉÉÉÉÉ", "x"), [watch("ééééé", "y")], where="")


def test_only_the_same_row_and_the_whole_cell_count() -> None:
    published = table(PERSON, "Acme Ltd", f"{PERSON} Ltd")
    assert check(published, [watch("nobody", PERSON, PERSON)], where="").compared == 3


def test_empty_cells_and_empty_tables_hold_nobody() -> None:
    assert check(table(None, None), [watch(None, PERSON)], where="").compared == 2
    assert check(table(), [watch()], where="").compared == 0


def test_pseudonyms_of_one_length_do_not_hide_a_cell_of_that_length() -> None:
    pseudonyms = [hashlib.sha256(bytes([n])).hexdigest() for n in range(50)]
    cells = ["Smith"] * 49 + [pseudonyms[49].upper()]
    with pytest.raises(PrivacyError, match="1 cells"):
        check(table(*pseudonyms), [watch(*cells)], where="")


def written(folder: Path, rows: pa.Table, csv: str) -> list[ReleasedFile]:
    (folder / "x.csv").write_text(csv, encoding="utf-8", newline="")
    pq.write_table(rows, folder / "x.parquet")
    return [ReleasedFile(f"x.{form}", form, folder / f"x.{form}", 0, "") for form in ("csv", "parquet")]


def test_both_files_are_read_back_from_disk(tmp_path: Path) -> None:
    files = written(tmp_path, table("a, b", "NA", "007", other=["1", None, "x"]), 'name,other\n"a, b",1\nNA,\n007,x\n')
    for read in read_back(files, ["name", "other"]):
        assert read.to_pylist() == [
            {"name": "a, b", "other": "1"},
            {"name": "NA", "other": None},
            {"name": "007", "other": "x"},
        ]


@pytest.mark.parametrize("planted", ["csv", "parquet"])
def test_files_that_do_not_hold_the_same_text_stop_the_release(tmp_path: Path, planted: str) -> None:
    good, bad = "Acme Ltd", PERSON
    files = written(
        tmp_path, table(bad if planted == "parquet" else good), f"name\n{bad if planted == 'csv' else good}\n"
    )
    with pytest.raises(PrivacyError, match="files-differ") as caught:
        read_back(files, ["name"])
    assert PERSON not in str(caught.value)


def test_numbers_days_and_amounts_are_read_back_by_what_they_say(tmp_path: Path) -> None:
    typed = pa.table(
        {
            "count": pa.array([7, None], pa.int64()),
            "amount": pa.array([Decimal("1.50"), Decimal("-2.00")], pa.decimal128(18, 2)),
            "day": pa.array([dt.date(2024, 1, 2), None]),
            "share": pa.array([0.25, 3.0]),
        }
    )
    files = written(tmp_path, typed, "count,amount,day,share\n7,1.50,2024-01-02,0.25\n,-2.00,,3\n")
    assert read_back(files, typed.schema.names)[0]["count"].to_pylist() == ["7", None]
    for said, wrong in (("7,1.50", "8,1.50"), ("7,1.50", "7,1.51"), ("7,1.50", "x,1.50"), ("-02,0.25", "-03,0.25")):
        text = (tmp_path / "x.csv").read_text(encoding="utf-8")
        files = written(tmp_path, typed, text.replace(said, wrong))
        with pytest.raises(PrivacyError, match="files-differ"):
            read_back(files, typed.schema.names)
        files = written(tmp_path, typed, text)


def test_a_cell_planted_in_both_files_is_found_after_reading_them_back(tmp_path: Path) -> None:
    files = written(tmp_path, table("Acme Ltd", PERSON), f"name\nAcme Ltd\n{PERSON}\n")
    for read in read_back(files, ["name"]):
        with pytest.raises(PrivacyError, match="identity-published"):
            check(read, [watch("x" * 8, PERSON.swapcase())], where="")


def test_a_further_file_is_judged_by_its_own_texts_beside_those_of_the_rows(tmp_path: Path) -> None:
    file = ReleasedFile("x-all.geojson", "geojson", tmp_path, 1, "")
    rows = table("Public Works", "Acme")
    texts = {file.name: pa.array(["Acme", "Public Works", f" {PERSON.upper()}", "name"])}
    new = not_of_rows(texts, rows)
    assert new[file.name].to_pylist() == [f" {PERSON.upper()}", "name"]
    check(pa.table({}), [watch("Public Works", "name")], where="", files=(file,), beside=new)
    with pytest.raises(PrivacyError, match=r"would be published in `x-all.geojson`") as caught:
        check(pa.table({}), [watch("else", PERSON, rows=[0, -1])], where="", files=(file,), beside=new)
    assert PERSON.casefold() not in str(caught.value).casefold()


def test_a_further_file_that_was_not_read_back_stops_the_release(tmp_path: Path) -> None:
    file = ReleasedFile("x-all.geojson", "geojson", tmp_path, 1, "")
    with pytest.raises(PrivacyError, match="files-differ"):
        check(pa.table({}), (), where="", files=(file,))
