"""Code lists: what is valid when, and what a list of the force's own must look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

LIST = "code,label,valid_from,valid_to\n1,One,2030-01,\n2,Two,,2024-02\n,None,,\n3,,,\n2,Other,2024-03,\n"


@pytest.fixture
def lists(tmp_path: Path) -> CodeLists:
    (tmp_path / "some.csv").write_text(LIST, encoding="utf-8")
    return CodeLists(tmp_path, {})


def test_only_the_end_of_a_label_binds(lists: CodeLists) -> None:
    some = lists.read("some")
    assert some.mapping(month="2024-01")["1"] == "One"
    assert some.mapping(month="2024-02")["2"] == "Other"
    assert "2" in some.mapping(month="2024-03")
    assert some.mapping("label", "code", month="2024-02")["Two"] == "2"
    assert "Two" not in some.mapping("label", "code", month="2024-03")
    assert "Two" in some.mapping("label", "code")


def test_values_are_distinct_in_the_list_s_order_without_blanks(lists: CodeLists) -> None:
    assert lists.read("some").values() == ("One", "Two", "None", "Other")


def test_a_list_that_changes_on_disk_is_read_again(lists: CodeLists, tmp_path: Path) -> None:
    before = lists.read("some")
    (tmp_path / "some.csv").write_text("code,label\n9,Nine\n", encoding="utf-8")
    after = lists.read("some")
    assert after.mapping() == {"9": "Nine"}
    assert before.sha256 != after.sha256


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"code,label\n1\n", b"code,label\n1,2,3\n", b'code,label\n1,"2\n', b'code,label\n1,"2"3\n'],
    ids=["no UTF-8", "short row", "long row", "open quote", "text behind a quote"],
)
def test_a_list_that_is_no_list_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "some.csv").write_bytes(content)
    with pytest.raises(InputError, match="bad-code-list") as caught:
        CodeLists(tmp_path, {}).read("some")
    assert caught.value.__cause__ is None


def test_a_list_that_is_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such code list"):
        CodeLists(tmp_path, {}).read("some")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("1,One,,\n2,Two,,\n1,Other,,\n", "row 4: `code` is that of row 2, and the rest is another"),
        ("1,One,,2020-12\n1,Other,,2020-12\n", "row 3: `code` is that of row 2"),
        ("1,One,2024-13,\n", "row 2: the cell of `valid_from` is no month"),
        ("1,One,,2024\n", "row 2: the cell of `valid_to` is no month"),
    ],
)
@pytest.mark.parametrize("own", [False, True])
def test_a_list_that_says_two_things_of_one_code_is_refused(tmp_path: Path, rows: str, said: str, *, own: bool) -> None:
    path = tmp_path / ("own" if own else "some.csv")
    if own:
        (tmp_path / "some.csv").write_text("code,label,valid_from,valid_to\n9,Nine,,\n", encoding="utf-8")
    path.write_text(f"code,label,valid_from,valid_to\n{rows}", encoding="utf-8")
    with pytest.raises(InputError, match="bad-code-list") as caught:
        CodeLists(tmp_path, {"some": path} if own else {}).read("some")
    assert said in str(caught.value)


def test_a_code_may_have_had_another_label(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("code,label,valid_to\n1,Old,2020-12\n1,New,\n", encoding="utf-8")
    assert CodeLists(tmp_path, {}).read("some").mapping(month="2021-01") == {"1": "New"}


def test_a_row_that_stands_twice_says_one_thing(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("code,label\n1,One\n1,One\n", encoding="utf-8")
    assert CodeLists(tmp_path, {}).read("some").mapping() == {"1": "One"}


def test_an_own_list_stands_for_the_shipped_one_and_may_come_from_a_spreadsheet(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_bytes('\ufeffreason,prefix,code\r\n"Pay, and\r\npensions",1,excluded-pay\r\n'.encode())
    found = CodeLists(CODELISTS, {"excluded-account": own}).read("excluded-account")
    assert found.mapping("prefix", "code") == {"1": "excluded-pay"}


@pytest.mark.parametrize(
    "content", ["prefix;code;reason\n1;excluded-pay;Pay\n", "prefix,code\n1,a\n", "prefix,code,reason\n"]
)
def test_an_own_list_without_rows_or_with_other_columns_is_refused(tmp_path: Path, content: str) -> None:
    own = tmp_path / "own.csv"
    own.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="bad-code-list"):
        CodeLists(CODELISTS, {"excluded-account": own}).read("excluded-account")
