"""Names of people inside longer texts."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.protect.rules.named import names_of, names_somebody


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Stone, Bob - injury", True),
        ("injury of BOB STONE", True),
        ("Stone\u00a0Bob", True),
        ("Bob's stone works", True),
        ("Stone repairs", False),
        ("Bobby Stone", False),
        ("Estates", False),
        ("CASH", True),
        ("Cash payments", False),
        (None, False),
    ],
)
def test_a_text_that_holds_all_words_of_a_name(text: str | None, holds: bool) -> None:  # noqa: FBT001 - a table
    names = names_of(pa.array(["Mr Bob Stone", "Acme Ltd", "Cash", None]), np.array([True, False, True, True]))
    assert names == {frozenset({"bob", "stone"}), frozenset({"=MRBOBSTONE"}), frozenset({"=CASH"})}
    assert names_somebody(pa.array([text], pa.string()), names).tolist() == [holds]


def test_nobody_is_named_where_nobody_is_redacted() -> None:
    names = names_of(pa.array(["Bob Stone"]), np.array([False]))
    assert names_somebody(pa.array(["Bob Stone"]), names).tolist() == [False]
