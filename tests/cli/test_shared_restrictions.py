"""A crime that any extract restricts is in no dataset: neither it nor its outcomes, in whatever month they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lib.dataset_folders import folders
from tests.lib.little_force import FEB, JAN, MAR, STREET, call, crime, little_force, publish, record
from tests.lib.product import read_csv, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

OUTCOMES = "crime-outcomes"
_GOOD = read_csv(folders()[OUTCOMES].path / "raw" / "crime" / "outcomes" / "2024-01.csv")[0]
CRIME = crime(JAN, 50)["crime_reference"]


def settle(force: Product, month: str, *outcomes: dict[str, str], good: int = 3) -> None:
    """Write the outcomes of a month: some good ones, then ``outcomes``."""
    rows = [_GOOD | {"crime_reference": f"24*77{month[5:]}{n}", "outcome_on": f"{month}-20"} for n in range(good)]
    path = force.raw / "crime" / "outcomes" / f"{month}.csv"
    path.parent.mkdir(exist_ok=True)
    write_csv(path, [*rows, *(_GOOD | {"outcome_on": f"{month}-21"} | each for each in outcomes)])


def counts(force: Product) -> tuple[int, int]:
    """Return how many rows of January's crimes and of February's outcomes are public."""
    return len(force.csv(STREET, JAN)), len(force.csv(OUTCOMES, FEB))


@pytest.fixture
def force(tmp_path: Path) -> Product:
    """Return a force with a crime of January whose outcome is of February; both are public."""
    force = little_force(tmp_path / "force")
    record(force, JAN, crime(JAN, 50))
    settle(force, JAN)
    settle(force, FEB, {"crime_reference": CRIME})
    go(force, "2024-04-01")
    assert counts(force) == (7, 4)
    return force


def go(force: Product, day: str, *words: str, status: int = 0) -> str:
    return force.run("--as-of", day, "publish", "--quiet", *(words or (STREET, OUTCOMES)), status=status).out


@pytest.mark.parametrize("mark", ["Y", "", "y", "?"])
def test_an_outcome_goes_with_its_crime(force: Product, mark: str) -> None:
    record(force, MAR, crime(MAR, 1, crime_reference=CRIME.lower(), restricted=mark))
    call(force, MAR)
    settle(force, MAR)
    go(force, "2024-04-02")
    assert counts(force) == (6, 3)


@pytest.mark.parametrize("only", [(), (STREET,)])
def test_a_crime_goes_with_its_outcome(force: Product, only: tuple[str, ...]) -> None:
    settle(force, MAR, {"crime_reference": f"0{CRIME}", "restricted": "Y"})
    go(force, "2024-04-02", *only)
    assert counts(force)[0] == 6
    go(force, "2024-04-03")
    assert counts(force) == (6, 3)


def test_neither_comes_back_by_itself(force: Product) -> None:
    record(force, JAN, crime(JAN, 50, restricted="Y"))
    go(force, "2024-04-02")
    assert counts(force) == (6, 3)
    record(force, JAN, crime(JAN, 50, restricted="N"), crime(JAN, 51))
    said = go(force, "2024-04-03", status=5)
    assert said.count("WAITS protection-weakened") == 2
    assert counts(force) == (7, 3)
    for name in (STREET, OUTCOMES):
        force.decide("approve", name, "--all")
    go(force, "2024-04-04")
    assert counts(force) == (8, 4)


def test_a_month_without_its_extract_loses_its_outcome_too(force: Product) -> None:
    (force.raw / "crime" / "outcomes" / f"{FEB}.csv").unlink()
    record(force, JAN, crime(JAN, 50, restricted="Y"))
    go(force, "2024-04-02")
    assert counts(force) == (6, 3)


def test_an_extract_that_cannot_be_read_stops_whoever_it_may_restrict(force: Product) -> None:
    force.crimes(JAN).write_bytes(b"\xff\xfe junk")
    settle(force, FEB, {"crime_reference": CRIME}, {"crime_reference": "24*1"})
    said = go(force, "2024-04-02", status=3)
    assert said.count("STOPPED") == 2
    assert counts(force) == (7, 4)


def test_a_force_without_outcomes_publishes_its_crimes(tmp_path: Path) -> None:
    force = little_force(tmp_path / "force")
    publish(force, STREET)
    assert len(force.csv(STREET, JAN)) == 6
    publish(force, OUTCOMES, "2024-04-02")
