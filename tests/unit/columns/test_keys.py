"""Keys: which spellings are one key for whatever protects, and which cells are no key at all."""

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.columns.keys import damaged, fold_column, folded, is_damaged

_TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0019.EeSs+- ,*/\t\u00a0\u200b\ufeff\uff37\uff10\u00df\u0130\u3164\u1100\u1161", max_size=12),
)


@pytest.mark.parametrize(
    "written",
    [
        "S77", "s77", "S77\u200b", "\ufeffS77", "00S77", " S77", "S 77", "S77\t", "S-77", "S77\n", "\uff33\uff177",
        "S77.0", "S\u00ad77", "S77\u3164", "S7\u034f7",
    ],
)  # fmt: skip
def test_spellings_of_one_key_fold_to_one(written: str) -> None:
    assert folded(written) == "S77"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("77007.0", "77007"),
        ("77007.00", "77007"),
        ("77010.0000001", "77010"),
        ("0020003", "20003"),
        ("20003", "20003"),
        ("24*0123456", "240123456"),
        ("1.05", "105"),
        ("10", "10"),
        ("\u00e9a", "\u00c9A"),
        ("e\u0301a", "\u00c9A"),
        ("000", ""),
        (" - ", ""),
        ("", ""),
    ],
)
def test_the_folded_form(written: str, form: str) -> None:
    assert folded(written) == form


def test_other_keys_stay_other_keys() -> None:
    assert len({folded(text) for text in ("S77", "S777", "S770", "S707", "77", "T77")}) == 6


@settings(deadline=None)
@given(_TEXTS)
@example("7.0.0")
@example("\u1100.\u1161")
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), _TEXTS), max_size=6))
@example(
    ["S77", "77.0\n", "1E+5", None, "", " a", "a  b", "\u200b", "0", "7.0.0", "a\nb", "a\x7f", "7.00001", "7.9999"]
)
def test_whole_columns_give_what_single_cells_give(texts: list[str | None]) -> None:
    forms = [(folded(text) or None) if text is not None else None for text in texts]
    marks = [damaged(text) if text is not None else False for text in texts]
    for column in (pa.array(texts, pa.string()), pa.array(texts, pa.string()).dictionary_encode()):
        assert fold_column(column).to_pylist() == forms
        assert is_damaged(column).tolist() == marks
    sliced = pa.array(["x", *texts], pa.string())[1:]
    assert fold_column(sliced).to_pylist() == forms
    assert is_damaged(sliced).tolist() == marks


@pytest.mark.parametrize(
    "text",
    [
        "24*01\u200b", "\ufeff24", "24\t", "2\t4", "24\u202f", "2\u00a04", "2  4", " 24", "24 ", "2.4E+10", "2E+10",
        "2,4e+10", "-2.4E+10", "2\n4", "2\x004", "\ue000a", "\u0378a", "0", "000", "-", "", "a\u3164", "\u2028a",
        "a\u180e", "a\ufe0f", "77010.0000001", "77009.9999999",
    ],
)  # fmt: skip
def test_a_damaged_key(text: str) -> None:
    assert damaged(text)


@pytest.mark.parametrize(
    "text",
    [
        "24*0123456",
        "S 77",
        "NA",
        "24E10",
        "2E10",
        "E+10",
        "\u0176a",
        "a.b-c/d",
        "0020003",
        "I2024-01-1",
        "77007.0",
        "3200.05",
    ],
)
def test_a_sound_key(text: str) -> None:
    assert not damaged(text)
