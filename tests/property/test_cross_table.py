"""Rows counted into cells, once more in plain loops: every place, each thing once, means of eight and more."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from itertools import product
from math import floor

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.disclose import ByLabel, ByList, ByMark, CrossTable, Distinct, Mean, Rows
from pipeline.extract.reference import Reference, References
from pipeline.model.context import Context
from pipeline.model.periods import QUARTER
from tests.lib.received import KEYED, neighbourhood_list

PLACES = ("E06000016", "E07000130")
MARKS = ("is_domestic", "is_hate", "is_child", "is_sexual")
PROFILES = ("Domestic abuse", "Hate crime", "Child", "Sexual offences")
CONTEXT = Context(
    month="2024-Q1",
    kind=QUARTER,
    as_of=dt.date(2024, 4, 2),
    pseudonyms=KEYED,
    codelists=CodeLists(CODELISTS, {}),
    references=References({"neighbourhoods": Reference("neighbourhoods", neighbourhood_list(frozenset({"SP"})), "x")}),
    force="example",
    force_name="Example Police",
    bodies={},
    options={},
)
CRIMES = CrossTable(
    period="quarter",
    by=(ByList("lad_code", "neighbourhoods", total="ALL"), ByMark("profile", "crime-profile", MARKS)),
    count_of=Distinct("crimes", of="crime"),
    suppressed="suppressed",
)
ANSWERS = CrossTable(
    period="quarter",
    by=(ByLabel("profile", "crime-profile"), ByList("lad_code", "neighbourhoods")),
    count_of=Rows("answers"),
    means=(Mean("mean", of="rating"),),
)
LAD = st.sampled_from((*PLACES, "E09000001", None))
FLAG = st.sampled_from(("true", "false"))


def table(rows: list[tuple[str | None, ...]], names: tuple[str, ...]) -> dict[str, pa.Array]:
    return {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)}


def bounds(count: int) -> tuple[int, int]:
    near = 5 * ((count + 2) // 5)
    return (0, 0) if not count else (1, 7) if count < 8 else (max(8, near - 2), near + 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([f"c{n}" for n in range(30)]), LAD, FLAG, FLAG, FLAG, FLAG), max_size=70))
def test_different_crimes_by_authority_and_profile(rows: list[tuple[str | None, ...]]) -> None:
    found = CRIMES.count(table(rows, ("crime", "lad_code", *MARKS)), CONTEXT)
    cells = {
        (lad, profile): len({row[0] for row in rows if row[2 + number] == "true" and lad in ("ALL", row[1])})
        for lad, (number, profile) in product((*PLACES, "ALL"), enumerate(PROFILES))
    }
    lines = pa.table(dict(found.columns)).to_pylist()
    assert [(line["lad_code"], line["profile"]) for line in lines] == list(cells)
    for line in lines:
        count = cells[line["lad_code"], line["profile"]]
        hidden = 1 <= count <= 7
        if line["lad_code"] == "ALL":
            parts = [cells[lad, line["profile"]] for lad in PLACES]
            for place, part in enumerate(parts):
                rest = sum(bounds(each)[0] for other, each in enumerate(parts) if other != place)
                hidden |= 1 <= part <= 7 and bounds(count)[1] - rest < 7
        assert line["suppressed"] == str(hidden).lower()
        assert line["crimes"] == (None if hidden else str(5 * ((count + 2) // 5)))
        assert line["quarter"] == "2024-Q1"
    assert found.suppressed.hidden == sum(line["crimes"] is None for line in lines)


RATING = st.sampled_from(("1", "2", "3", "4", "5", None))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from((*PROFILES[:2], "none")), LAD, RATING), max_size=80))
def test_means_of_eight_answers_and_more(rows: list[tuple[str | None, ...]]) -> None:
    found = ANSWERS.count(table(rows, ("profile", "lad_code", "rating")), CONTEXT)
    for line in pa.table(dict(found.columns)).to_pylist():
        of = [rating for kind, lad, rating in rows if (kind, lad) == (line["profile"], line["lad_code"])]
        ratings = [int(each) for each in of if each]
        assert line["answers"] == (None if 1 <= len(of) <= 7 else str(5 * ((len(of) + 2) // 5)))
        mean = None
        if len(ratings) >= 8:
            tenths = floor(Fraction(sum(ratings), len(ratings)) * 10 + Fraction(1, 2))
            mean = f"{tenths // 10}.{tenths % 10}"
        assert line["mean"] == mean
