"""Every number of the two tables of crimes is counted once more, in plain Python, from the rows of street-crime."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.columns.pseudonyms import Pseudonyms
from pipeline.derive import CrimesByArea, CrimesByMonth
from pipeline.extract.reference import Reference, References
from pipeline.model.context import Context
from pipeline.model.periods import ALL, MONTH
from tests.lib.published_files import street_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ASB, TOTAL = "Anti-social behaviour", "All recorded crime"
#: A crime as these tables see it: its area, and its type.
Crime = tuple[str, str]
with (CODELISTS / "crime-type.csv").open(encoding="utf-8", newline="") as _file:
    UNTIL = {row["label"]: row["valid_to"] or "9999-12" for row in csv.DictReader(_file)}


def table(crimes: Sequence[Crime]) -> pa.Table:
    """Return crimes as a release holds them."""
    cells = [[crime[place] or None for crime in crimes] for place in (0, 1)]
    columns = [pa.array(column, pa.string()).dictionary_encode() for column in cells]
    return pa.table(columns, names=["LSOA code", "Crime type"])


def context(month: str, listed: Sequence[str] = ()) -> Context:
    lsoas = Reference("lsoas", pa.table({"lsoa_code": pa.array(listed, pa.string())}), "")
    return Context(
        month=month,
        kind=ALL if month == "all" else MONTH,
        as_of=dt.date(2026, 1, 1),
        pseudonyms=Pseudonyms(bytes(32)),
        codelists=CodeLists(CODELISTS, {}),
        references=References({"lsoas": lsoas}),
        force="leicestershire",
        force_name="Leicestershire Police",
        bodies={},
        options={},
    )


def by_area(month: str, crimes: Sequence[Crime], listed: Sequence[str] = ()) -> dict[tuple[str, str, str], int]:
    made = CrimesByArea().rows({"street-crime": {month: table(crimes)}}, context(month, listed))
    assert not made.left_out
    found = {(row["month"], row["lsoa_code"] or "", row["crime_type"]): row["crimes"] for row in made.rows.to_pylist()}
    assert len(found) == made.rows.num_rows
    return found


def by_month(releases: Mapping[str, Sequence[Crime]]) -> dict[tuple[str, str], tuple[object, ...]]:
    tables = {month: table(crimes) for month, crimes in releases.items()}
    made = CrimesByMonth().rows({"street-crime": tables}, context("all"))
    found = {(row["month"], row["series"]): tuple(row.values())[2:] for row in made.rows.to_pylist()}
    assert len(found) == made.rows.num_rows
    return found


# --- the same, counted by hand ------------------------------------------------------------------------------------


def types(month: str, crimes: Sequence[Crime]) -> set[str]:
    return {name for name, last in UNTIL.items() if month <= last} | {kind for _, kind in crimes}


def areas_by_hand(month: str, crimes: Sequence[Crime], listed: Sequence[str]) -> dict[tuple[str, str, str], int]:
    counts, codes = Counter(crimes), {area for area, _ in crimes} | {*listed, ""}
    return {(month, area, kind): counts[area, kind] for area in codes for kind in types(month, crimes)}


def after(month: str, by: int) -> str:
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{number // 12:04}-{number % 12 + 1:02}"


def months_by_hand(releases: Mapping[str, Sequence[Crime]]) -> dict[tuple[str, str], tuple[object, ...]]:
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    month = min(releases)
    while month <= max(releases):
        for name in {*types(month, releases.get(month, ())), TOTAL}:
            year, before = (_sum(releases, name, after(month, by)) for by in (0, -12))
            change = _percent(year, before) if year is not None and before else None
            found[month, name] = (_count(releases, name, month), year, before, change)
        month = after(month, 1)
    return found


def _count(releases: Mapping[str, Sequence[Crime]], name: str, month: str) -> int | None:
    if month not in releases:
        return None
    return sum(kind == name or (name == TOTAL and kind != ASB) for _, kind in releases[month])


def _sum(releases: Mapping[str, Sequence[Crime]], name: str, last: str) -> int | None:
    counts = [_count(releases, name, after(last, -by)) for by in range(12)]
    return sum(each for each in counts if each is not None) if None not in counts else None


def _percent(year: int, before: int) -> Decimal:
    exact = Fraction(100 * (year - before), before)
    tenths = (Decimal(abs(exact.numerator) * 10) / exact.denominator).quantize(Decimal(1), ROUND_HALF_UP)
    return (tenths if exact >= 0 else -tenths) / 10 + 0


# --- what is special ----------------------------------------------------------------------------------------------


def test_an_area_of_the_list_without_a_crime_and_crimes_without_an_area_have_rows_zeros_included() -> None:
    found = by_area("2024-03", [("E01000001", "Burglary"), ("E01000001", "Burglary")], ["E01000002", ""])
    assert found["2024-03", "E01000001", "Burglary"] == 2
    assert {area for _, area, _ in found} == {"E01000001", "E01000002", ""}
    assert {count for (_, area, _), count in found.items() if area != "E01000001"} == {0}
    assert len(found) == 3 * 14


def test_a_force_without_the_list_has_the_areas_of_its_rows() -> None:
    assert {area for _, area, _ in by_area("2024-03", [("E01000001", "Burglary")])} == {"E01000001", ""}


def test_a_month_of_anti_social_behaviour_only_has_every_type() -> None:
    found = by_area("2024-03", [("E01000001", ASB)])
    assert found["2024-03", "E01000001", ASB] == 1
    assert sum(found.values()) == 1
    series = by_month({"2024-03": [("E01000001", ASB)]})
    assert series["2024-03", TOTAL] == (0, None, None, None)
    assert series["2024-03", ASB] == (1, None, None, None)


def test_a_month_without_a_row_has_zeros() -> None:
    assert {*by_area("2024-03", []).values()} == {0}
    assert by_month({"2024-03": []})["2024-03", TOTAL] == (0, None, None, None)


@pytest.mark.parametrize(("month", "old"), [("2013-04", True), ("2013-05", False)])
def test_two_types_were_retired_in_may_2013(month: str, *, old: bool) -> None:
    retired = {"Violent crime", "Public disorder and weapons"}
    assert retired <= types("2013-04", ())
    assert ({kind for _, _, kind in by_area(month, [])} >= retired) == old
    assert ({name for _, name in by_month({month: []})} >= retired) == old


def test_a_retired_type_that_a_row_has_all_the_same_is_counted() -> None:
    found = by_area("2013-06", [("E01000001", "Violent crime")])
    assert found["2013-06", "E01000001", "Violent crime"] == 1
    assert ("2013-06", "E01000001", "Public disorder and weapons") not in found


def test_a_month_between_two_that_has_no_release_is_blank_and_blanks_the_sums() -> None:
    releases = {after("2022-01", by): [("", "Burglary")] for by in range(25)}
    del releases["2023-01"]
    found = by_month(releases)
    assert found["2023-01", "Burglary"] == (None, None, None, None)
    assert found["2022-12", "Burglary"] == (1, 12, None, None)
    assert found["2023-12", "Burglary"] == (1, None, 12, None)
    assert found["2024-01", "Burglary"] == (1, 12, None, None)
    assert found["2024-01", "Drugs"] == (0, 0, None, None)


def test_two_years_give_a_change_rounded_half_away_from_zero_and_none_of_nothing() -> None:
    crimes = {after("2022-01", by): [("", "Burglary")] * (2 if by < 12 else 1) for by in range(24)}
    crimes["2023-06"] = [*crimes["2023-06"], ("", "Drugs")]
    found = by_month(crimes)
    assert found["2023-12", "Burglary"] == (1, 12, 24, Decimal("-50.0"))
    assert found["2023-12", "Drugs"] == (0, 1, 0, None)
    assert found["2023-12", TOTAL] == (1, 13, 24, Decimal("-45.8"))


# --- all of it, counted by hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_invented_months_are_counted_as_by_hand(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - no secret
    areas = ["", *(f"E0100000{number}" for number in range(5))]
    releases = {
        after("2011-06", by): [(rng.choice(areas), rng.choice([*UNTIL])) for _ in range(rng.choice([0, 1, 40]))]
        for by in range(40)
        if by in (0, 39) or rng.random() < 0.97
    }
    assert by_month(releases) == months_by_hand(releases)
    for month, crimes in releases.items():
        assert by_area(month, crimes, areas[3:]) == areas_by_hand(month, crimes, areas[3:])


def test_real_months_are_counted_as_by_hand() -> None:
    forces: dict[str, dict[str, list[Crime]]] = {}
    for path in sorted(street_files().glob("*-street.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            crimes = [(row["LSOA code"], row["Crime type"]) for row in csv.DictReader(file)]
        if {kind for _, kind in crimes} <= UNTIL.keys():
            forces.setdefault(path.name[8:-11], {})[path.name[:7]] = crimes
    assert forces
    for releases in forces.values():
        assert by_month(releases) == months_by_hand(releases)
        for month, crimes in releases.items():
            assert by_area(month, crimes) == areas_by_hand(month, crimes, ())
