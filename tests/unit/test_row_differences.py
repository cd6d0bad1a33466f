"""How the rows of two releases are paired: by their key, and of one key by most equal cells."""

from __future__ import annotations

import itertools

import pytest

from pipeline.release.differences import differences

HEADER = "id,payee,amount,redaction\n"
BEFORE = ("T1,Acme,10.00,", "T1,Bolt,20.00,", "T1,Cord,30.00,", "T2,Acme,5.00,")
AFTER = ("T1,,10.00,personal", "T1,Bolt,25.00,", "T1,,30.00,personal", "T2,Acme,6.00,")


def csv(*lines: str) -> bytes:
    return (HEADER + "".join(f"{line}\n" for line in lines)).encode()


def changed(before: bytes, after: bytes) -> set[tuple[str, str]]:
    found = differences(before, after, "id").changed
    return {(old.decode(), new.decode()) for old, new in zip(*(each.to_pylist() for each in found), strict=True)}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_rows_of_one_key_are_paired_by_most_equal_cells(order: tuple[int, ...]) -> None:
    shuffled = [*(AFTER[place] for place in order), AFTER[3]]
    assert changed(csv(*BEFORE), csv(*shuffled)) == set(zip(BEFORE, AFTER, strict=True))


def test_a_row_without_its_like_is_added_or_removed() -> None:
    found = differences(csv(*BEFORE), csv("T1,Cord,31.00,", "T3,Acme,5.00,"), "id")
    assert changed(csv(*BEFORE), csv("T1,Cord,31.00,", "T3,Acme,5.00,")) == {("T1,Cord,30.00,", "T1,Cord,31.00,")}
    assert found.added.to_pylist() == [b"T3,Acme,5.00,"]
    assert found.removed.to_pylist() == [b"T1,Acme,10.00,", b"T1,Bolt,20.00,", b"T2,Acme,5.00,"]


def test_rows_without_a_key_are_never_one_row_that_changed() -> None:
    assert changed(csv(",Acme,1.00,"), csv(",Acme,2.00,")) == set()


def test_rows_are_paired_by_the_columns_that_both_have() -> None:
    after = b"amount,id,new\n20.00,T1,x\n10.00,T1,x\n"
    pairs = changed(csv(*BEFORE[:2]), after)
    assert pairs == {(BEFORE[0], "10.00,T1,x"), (BEFORE[1], "20.00,T1,x")}


def test_very_many_rows_of_one_key_are_paired_all_the_same() -> None:
    before, after = ([f"T1,P{number},{amount}," for number in range(3000)] for amount in (1, 2))
    assert len(changed(csv(*before), csv(*after))) == 3000
