"""A kind of venue is public only where the list says `Y`: an empty cell, or any other word, is no."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.model.reasons import Outcome
from tests.lib.received import Received, dataset
from tests.lib.table import GOOD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.mark.parametrize("said", ["", "y", "yes", "N", "no"])
def test_a_kind_of_venue_is_closed_unless_the_list_says_that_it_is_public(tmp_path: Path, said: str) -> None:
    shipped = (CODELISTS / "venue-kind.csv").read_text(encoding="utf-8").splitlines()
    place = shipped[0].split(",").index("is_public")
    lines = [line.split(",") for line in shipped]
    for line in lines[1:]:
        line[place] = said if line[0] == "library" else line[place]
    own = tmp_path / "venue-kind.csv"
    own.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    row = {name: cell.replace("#", "1") for name, cell in GOOD["events"].items()}
    instead: Mapping[str, Path] = {"venue-kind": own}
    for lists, outcome in (({}, Outcome.PUBLISHED), (instead, Outcome.WITHHELD)):
        received = Received(
            dataset=dataset("engagement-events"),
            files={"events": {"": [row]}},
            codelists=CodeLists(CODELISTS, lists),
        )
        told = received.month("2024-01").report
        assert [each.outcome for each in told.accounts if each.rows] == [outcome]
