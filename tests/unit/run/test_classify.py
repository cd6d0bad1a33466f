"""Answers are added to the force's list, and nothing else of it changes."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import BusyError, InputError
from pipeline.extract.reference import read_reference
from pipeline.run.classify import TypeList
from pipeline.storage.lock import locked

if TYPE_CHECKING:
    from pathlib import Path


def quiet(_line: str) -> None:
    """Say nothing."""


@pytest.fixture
def types(tmp_path: Path) -> TypeList:
    (tmp_path / "reference").mkdir()
    return TypeList(tmp_path / "reference", tmp_path / "private")


def kept(types: TypeList) -> list[tuple[str, str]]:
    table = read_reference(types.folder, "supplier-types").table
    return [tuple(line.values()) for line in table.to_pylist()]


@pytest.mark.parametrize(
    ("before", "added"),
    [
        (b"supplier_number,supplier_type\n", b"S1,ORG\n"),
        (b"supplier_number,supplier_type\nS9,IND\n", b"S1,ORG\n"),
        (b"supplier_number,supplier_type\nS9,IND", b"\nS1,ORG\n"),
        (b"supplier_number,supplier_type\r\nS9,IND\r\n", b"S1,ORG\r\n"),
        (b"supplier_number,supplier_type\r\nS9,IND", b"\r\nS1,ORG\r\n"),
        (b"supplier_number,supplier_type\rS9,IND\r", b"S1,ORG\r"),
        (b"\xef\xbb\xbfsupplier_number,supplier_type\r\n", b"S1,ORG\r\n"),
        (b'"supplier_type", supplier_number \nIND,"S 9"\n\n', b"ORG,S1\n"),
        (b"supplier_number,supplier_type\nS1,\n", b"S1,ORG\n"),  # a line without a type says nothing
        ("supplier_number,supplier_type\nÅ9,IND\n".encode(), b"S1,ORG\n"),
    ],
)
def test_an_answer_is_written_behind_what_stands_there_in_its_own_form(
    types: TypeList, before: bytes, added: bytes
) -> None:
    types.path.write_bytes(before)
    before_that = kept(types)
    types.save({"S1": "ORG"}, say=quiet)
    assert types.path.read_bytes() == before + added
    assert kept(types) == [*before_that, ("S1", "ORG")]


def test_a_list_that_is_not_there_is_made_with_its_header(types: TypeList) -> None:
    types.save({}, say=quiet)
    assert not types.path.exists()
    types.save({'S"1,2': "IND"}, say=quiet)
    assert types.path.read_bytes() == b'supplier_number,supplier_type\n"S""1,2",IND\n'
    assert stat.S_IMODE(types.path.stat().st_mode) & 0o007 == 0
    types.save({}, say=quiet)  # taken back: a list without a line can be read, one without a header cannot
    assert types.path.read_bytes() == b"supplier_number,supplier_type\n"


def test_an_answer_that_is_changed_replaces_the_one_before(types: TypeList) -> None:
    types.path.write_bytes(b"supplier_number,supplier_type\r\nS9,IND")
    types.path.chmod(0o664)
    for answers in ({"S1": "ORG"}, {"S1": "IND"}, {"S1": "IND", "S2": "PROT"}, {"S2": "PROT"}):
        types.save(answers, say=quiet)
        assert kept(types) == [("S9", "IND"), *answers.items()]
    assert stat.S_IMODE(types.path.stat().st_mode) == 0o664
    types.save({}, say=quiet)
    assert types.path.read_bytes() == b"supplier_number,supplier_type\r\nS9,IND"
    assert [path.name for path in types.folder.iterdir()] == ["supplier-types.csv"]


def test_what_somebody_else_writes_in_the_meantime_stays(types: TypeList) -> None:
    types.save({"S1": "ORG"}, say=quiet)
    with types.path.open("ab") as file:
        file.write(b"S7,SOLE\n")
    types.save({"S1": "ORG", "S2": "IND"}, say=quiet)
    types.save({"S1": "ORG", "S2": "IND", "S3": "ORG"}, say=quiet)
    assert kept(types) == [("S1", "ORG"), ("S7", "SOLE"), ("S2", "IND"), ("S3", "ORG")]


def test_whoever_has_a_type_is_listed_however_the_number_is_written(types: TypeList) -> None:
    assert types.listed() == set()
    types.path.write_bytes(b"supplier_type,supplier_number\nORG,00s 1\n,S2\n")
    assert types.listed() == {"S1"}


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n", b"supplier_number,supplier_type\nS1,org\n", b"supplier_number,supplier_type\nS1\n", b"\xff"],
)
def test_nothing_is_added_to_a_list_that_no_run_would_read(types: TypeList, content: bytes) -> None:
    types.path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        types.save({"S1": "ORG"}, say=quiet)
    assert caught.value.code == "bad-reference"
    assert types.path.read_bytes() == content


@pytest.mark.parametrize("name", ["supplier-types.xlsx", "supplier-types.CSV", "supplier-types.txt"])
def test_a_list_in_another_form_is_not_passed_over(types: TypeList, name: str) -> None:
    (types.folder / name).write_bytes(b"x")
    (types.folder / "supplier-types.csv~").write_bytes(b"x")
    with pytest.raises(InputError, match=rf"bad-reference: reference/{name}: .*\n.*save it as supplier-types.csv"):
        types.listed()
    types.path.write_bytes(b"supplier_number,supplier_type\n")
    assert types.listed() == set()


def test_a_list_that_is_a_link_is_written_where_it_leads_and_stays_a_link(types: TypeList) -> None:
    (types.folder / "kept").mkdir()
    target = types.folder / "kept" / "types.csv"
    target.write_bytes(b"supplier_number,supplier_type\n")
    types.path.symlink_to(target)
    types.save({"S1": "ORG"}, say=quiet)
    assert types.path.is_symlink()
    assert target.read_bytes() == b"supplier_number,supplier_type\nS1,ORG\n"


def test_a_link_that_leads_out_is_refused(types: TypeList, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_bytes(b"supplier_number,supplier_type\n")
    types.path.symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(InputError, match="path-escapes"):
        types.save({"S1": "ORG"}, say=quiet)


def test_nothing_is_written_while_a_run_is_at_work(types: TypeList) -> None:
    with locked(types.private, say=quiet), pytest.raises(BusyError):
        types.save({"S1": "ORG"}, say=quiet)
    assert not types.path.exists()
