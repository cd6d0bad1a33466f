"""Months of outcomes and searches that forces really published come back, row for row, from extracts made of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.lib import ROOT
from tests.lib.dataset_folders import folders
from tests.lib.product import read_csv, write_csv
from tests.lib.published_files import published_files
from tests.lib.real_months import Points, pseudonym, real_force

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lib.real_months import Row

OUTCOMES, SEARCHES = "crime-outcomes", "stop-and-search"
#: What a search of a child under 10, or one beyond outer clothing, does not show.
PLACE, CHILD = ("Latitude", "Longitude"), ("Date", "Gender", "Self-defined ethnicity", "Officer-defined ethnicity")
#: A raw column by its published one, and the lists that have its codes, the first that has a label first.
CODED = {
    "Type": ("search_type", "search-type"),
    "Gender": ("subject_gender", "gender"),
    "Self-defined ethnicity": ("self_defined_ethnicity", "self-defined-ethnicity-16", "self-defined-ethnicity"),
    "Officer-defined ethnicity": ("officer_defined_ethnicity", "officer-defined-ethnicity"),
    "Legislation": ("legislation_code", "search-legislation"),
    "Object of search": ("object_code", "search-object"),
    "Outcome": ("outcome_code", "search-outcome"),
}
FLAGS = {
    "Part of a policing operation": "part_of_operation",
    "Outcome linked to object of search": "linked_to_object",
    "Removal of more than just outer clothing": "more_than_outer_clothing",
}


def codes(column: str, *lists: str) -> dict[str, str]:
    """Return a code for each label."""
    rows = [row for name in reversed(lists) for row in read_csv(ROOT / "schemas" / "codelists" / f"{name}.csv")]
    return {row[column]: row["code"] for row in reversed(rows) if row["code"]} | {"": ""}


def months(folder: str) -> Iterator[tuple[str, str, list[Row]]]:
    """Yield the force, the month and the rows of each whole month of a folder."""
    for path in sorted((published_files() / "police" / folder).glob(f"*-{folder}.csv")):
        yield path.name[8 : path.name.index(f"-{folder}")], path.name[:7], read_csv(path)


def raw_columns(dataset: str) -> list[str]:
    (feed,) = folders()[dataset].dataset.feeds
    return list(feed.declared)


def compared(wanted: list[Row], found: list[Row]) -> None:
    assert list(wanted[0]) == list(found[0])
    wanted_rows, found_rows = (Counter(tuple(row.values()) for row in rows) for rows in (wanted, found))
    assert found_rows - wanted_rows == Counter()
    assert wanted_rows - found_rows == Counter()


def test_outcomes_come_back_as_they_were_published(tmp_path: Path) -> None:
    every = list(months("outcomes"))
    assert every
    for force, month, rows in every:
        product = real_force(tmp_path / month, force)
        points, known = Points(rows), codes("outcome_type", "outcome-code")
        points.write(product.reference / "map-points.csv")
        # two people may have the same outcome: rows are alike but for what is withheld
        raw = [
            dict.fromkeys(raw_columns(OUTCOMES), "")
            | {"crime_reference": row["Crime ID"], "outcome_on": f"{month}-11", "restricted": "N"}
            | {"outcome_code": known[row["Outcome type"]], "suspect_forenames": f"Suspect {number}"}
            | points.cells(row)
            for number, row in enumerate(rows)
        ]
        (product.raw / "crime" / "outcomes").mkdir(parents=True)
        write_csv(product.raw / "crime" / "outcomes" / f"{month}.csv", raw)
        product.run("publish", OUTCOMES, "--quiet", status=0)
        assert set(product.accounts(OUTCOMES, month)) == {"published"}
        compared([row | {"Crime ID": pseudonym(force, row["Crime ID"])} for row in rows], product.csv(OUTCOMES, month))


def as_published(row: Row, day: str) -> Row:
    """Return a published row as it is to come back: with its day alone, and without what leads to somebody."""
    blank = set(PLACE) if row["Removal of more than just outer clothing"] == "True" else set()
    blank |= {*PLACE, *CHILD} if row["Age range"] == "under 10" else set()
    return row | {"Date": day} | dict.fromkeys(blank, "")


def test_searches_come_back_as_they_were_published(tmp_path: Path) -> None:
    known = {name: codes("label", *lists) for name, (_, *lists) in CODED.items()}
    bands = read_csv(ROOT / "schemas" / "codelists" / "age-band.csv")
    ages = {"": "", **{row["label"]: row["from_age"] for row in bands}}
    flags = {"True": "Y", "False": "N", "": ""}
    every = list(months(SEARCHES))
    assert every
    for force, month, rows in every:
        product = real_force(tmp_path / f"{force}-{month}", force)
        area = {"Location": "On or near High Street", "LSOA code": "E01000001", "LSOA name": "Somewhere 001A"}
        points = Points([row | area for row in rows])
        points.write(product.reference / "map-points.csv")
        # the first hour of a summer's month is of the month before in the files, which have another time zone
        days = [row["Date"][:10] if row["Date"][:7] == month else f"{month}-01" for row in rows]
        raw = [
            dict.fromkeys(raw_columns(SEARCHES), "")
            | {"search_reference": f"SS{number}", "searched_at": f"{day} 12:00", "subject_age": ages[row["Age range"]]}
            | {raw: known[name][row[name]] for name, (raw, *_) in CODED.items()}
            | {raw: flags[row[name]] for name, raw in FLAGS.items()}
            | points.cells(row)
            for number, (row, day) in enumerate(zip(rows, days, strict=True))
        ]
        (product.raw / "crime" / SEARCHES).mkdir(parents=True)
        write_csv(product.raw / "crime" / SEARCHES / f"{month}.csv", raw)
        product.run("publish", SEARCHES, "--quiet", status=0)
        assert set(product.accounts(SEARCHES, month)) == {"published"}
        compared([as_published(row, day) for row, day in zip(rows, days, strict=True)], product.csv(SEARCHES, month))
