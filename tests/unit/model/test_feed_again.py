"""A second feed of one extract: every column that is not withheld there needs a fate of its own."""

from __future__ import annotations

import pytest

from pipeline.extract.delimited import Folder
from pipeline.model.declaration import Feed
from pipeline.protect.treatments import Keep, Withhold

FEED = Feed(
    name="visits",
    title="Visits",
    source=Folder("visits/{period}.csv"),
    columns={"kind": Keep("kind"), "place": Keep("place"), ("name", "mark"): Withhold("a visitor")},
)


def test_what_is_withheld_stays_so_unless_it_is_used() -> None:
    again = FEED.again(columns={("kind", "place"): Withhold("nobody"), "mark": Keep("mark")})
    assert set(again.declared) == set(FEED.declared)
    assert again.used == ("mark",)
    assert again.identifying == ("kind", "place", "name")


def test_a_column_that_is_published_there_and_has_no_fate_here_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing says what becomes of place"):
        FEED.again(columns={"kind": Keep("kind")})
