"""Keyed pseudonyms are HMAC-SHA256 as the standard library makes it."""

from __future__ import annotations

import hashlib
import hmac

import pyarrow as pa
import pytest

from pipeline.columns.pseudonyms import FULL, Pseudonyms

KEY = bytes.fromhex("00112233445566778899aabbccddeeff" * 2)
NUMBERS = ["24*0123456", "é€😀", "x" * 200, "1", " 1", "a\x1fb", None, "1"]


def expected(scope: str, *parts: str, length: int = 32) -> str:
    message = "\x1f".join((scope, *parts)).encode()
    return hmac.new(KEY, message, hashlib.sha256).hexdigest()[:length]


def test_one_reference() -> None:
    keyed = Pseudonyms(KEY)
    assert keyed.one("crime", "example", "24*1", length=FULL) == expected("crime", "example", "24*1", length=64)
    assert keyed.one("supplier", "S1") == expected("supplier", "S1")


@pytest.mark.parametrize("length", [32, 64])
@pytest.mark.parametrize("encode", [True, False])
def test_a_column_of_references(*, encode: bool, length: int) -> None:
    column = pa.array(NUMBERS)
    column = column.dictionary_encode() if encode else column
    found = Pseudonyms(KEY).column("event", [column], length=length)
    assert found.to_pylist() == [
        None if number is None else expected("event", number, length=length) for number in NUMBERS
    ]


@pytest.mark.parametrize(
    "bodies", [["OPCC"] * 8, ["OPCC", "FORCE"] * 4, ["OPCC", None] * 4, [None] * 8], ids=["one", "two", "some", "none"]
)
@pytest.mark.parametrize("encode", [True, False])
def test_parts_are_joined_and_an_empty_part_leaves_no_pseudonym(bodies: list[str | None], *, encode: bool) -> None:
    first = pa.array(bodies, pa.string())
    first = first.dictionary_encode() if encode else first
    found = Pseudonyms(KEY).column("transaction", [first, pa.array(NUMBERS)], length=64).to_pylist()
    for text, body, number in zip(found, bodies, NUMBERS, strict=True):
        complete = body is not None and number is not None
        assert text == (expected("transaction", body or "", number or "", length=64) if complete else None)


def test_a_column_without_rows() -> None:
    assert Pseudonyms(KEY).column("crime", [pa.array([], pa.string())] * 2).to_pylist() == []


def test_scope_part_and_key_all_count() -> None:
    other = Pseudonyms(bytes(32))
    keyed = Pseudonyms(KEY)
    made = {keyed.one("event", "1"), keyed.one("priority", "1"), keyed.one("event", "2"), other.one("event", "1")}
    assert len(made) == 4


def test_the_key_is_not_shown() -> None:
    assert KEY.hex() not in repr(Pseudonyms(KEY))
    assert str(KEY) not in repr(Pseudonyms(KEY))
