"""Markings above OFFICIAL stop a file: whole words in capitals, however they are joined."""

from __future__ import annotations

import pytest

from pipeline.errors import InputError
from pipeline.extract.marking import is_marked, refuse_marking


@pytest.mark.parametrize(
    "text",
    [
        "OFFICIAL-SENSITIVE",
        "OFFICIAL SENSITIVE",
        "OFFICIAL - SENSITIVE",
        "OFFICIAL\u2013SENSITIVE",
        "OFFICIAL\u2014SENSITIVE",
        "OFFICIAL\u00a0SENSITIVE",
        "OFFICIALSENSITIVE",
        "OFFICIAL:SENSITIVE",
        "Ledger (RESTRICTED)",
        "NHS CONFIDENTIAL.",
        "TOP SECRET",
        "UK SECRET, January",
        "OFFICIAL-SENS\u200bITIVE",
        "OFFICIAL-SENSI\u00adTIVE",
        "\uff33\uff25\uff23\uff32\uff25\uff34",
    ],
)
def test_marked(text: str) -> None:
    assert is_marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "OFFICIAL",
        "restricted",
        "Restricted",
        "UNRESTRICTED",
        "SECRETARY",
        "confidential",
        "RESTRICTED_FLAG",
        "SENSITIVE",
        "",
    ],
)
def test_not_marked(text: str) -> None:
    assert not is_marked(text)


def test_the_message_says_where_and_not_what() -> None:
    with pytest.raises(InputError) as caught:
        refuse_marking(["x", "CONFIDENTIAL: Jane Smith"], where="ledger/2024-01.xlsx", place="title rows")
    assert caught.value.text() == (
        "protective-marking: ledger/2024-01.xlsx: a protective marking above OFFICIAL stands in the title rows\n"
        "  to do: ask the owner whether the extract may be published; if so, have it exported without the marking"
    )
