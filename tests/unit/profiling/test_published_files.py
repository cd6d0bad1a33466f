"""Really published files of other bodies: header, encoding and the columns that matter are found in them."""

from __future__ import annotations

import csv
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.datasets import declared
from pipeline.profiling.likeness import Synonyms
from pipeline.profiling.profile import profile
from tests.lib.published_files import published_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.profiling.profile import Profile

FEEDS = tuple(feed for dataset in declared().values() for feed in dataset.feeds)
AGREED = ("Payment Date", "Supplier Name", "Net Amount", "Cost Centre Name", "Account Name", "Narrative")
#: What must be found of the columns that there are; what falls short is said column by column.
LEAST = 0.97


class Expected(NamedTuple):
    """What somebody found in a file: the header's row, the encoding, a name for each agreed column ("" for none)."""

    row: int
    encoding: str
    names: Mapping[str, str]


def expectations() -> dict[str, Expected]:
    lines = Path(__file__).with_name("published.txt").read_text(encoding="utf-8").splitlines()
    parts = [[part.strip() for part in line.split("|")] for line in lines if not line.startswith("#")]
    return {
        pattern: Expected(int(row), encoding, dict(zip(AGREED, names, strict=True)))
        for pattern, row, encoding, *names in parts
    }


@cache
def looked_at(path: Path) -> Profile:
    return profile(path, FEEDS, Synonyms())


def proposed(found: Profile) -> dict[str, str]:
    matches = found.best.matches if found.best else {}
    return {matches[column.place].agreed: column.name or "" for column in found.main.columns if column.place in matches}


def test_columns_of_published_spending_are_found() -> None:
    root, expected = published_files() / "spend", expectations()
    files = [path for path in sorted(root.rglob("*.*")) if path.suffix in {".csv", ".xlsx"}]
    assert len(files) > 50
    wanted, missed = 0, []
    for path in files:
        name = path.relative_to(root.parent).as_posix()
        told = next(each for pattern, each in expected.items() if fnmatch(name, pattern))
        found = looked_at(path)
        taken = proposed(found)
        assert found.main.header.row == told.row, name
        assert (found.text.encoding if found.text else "") == told.encoding, name
        for agreed, theirs in told.names.items():
            wanted += bool(theirs)
            if theirs and taken.get(agreed) != theirs:
                missed.append(f"{name}: {agreed} is `{theirs}`, not `{taken.get(agreed, '')}`")
    assert wanted > 250
    assert len(missed) <= (1 - LEAST) * wanted, missed


def test_a_row_of_a_file_without_a_header_is_never_taken_for_one(tmp_path: Path) -> None:
    """Its cells would be shown as names of columns."""
    root, tried = published_files(), 0
    for path in sorted([*root.glob("spend/*/*.csv"), *root.glob("police/stop-and-search/*.csv")]):
        found = looked_at(path)
        assert found.text is not None
        with path.open(encoding=found.text.codec, errors="replace", newline="") as file:
            rows = [row for row in list(csv.reader(file))[found.main.header.row :] if any(row)]
        bare = tmp_path / "bare.csv"
        with bare.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows[5:205])
        names = {column.name for column in profile(bare, FEEDS, Synonyms()).main.columns}
        tried += 1
        assert names == {None}, path.name
    assert tried > 60


def test_a_file_of_another_kind_resembles_no_extract() -> None:
    root = published_files()
    months = [path for kind in ("street", "outcomes") for path in (root / "police" / kind).glob("2016-0[1-3]*.csv")]
    files = [*months, *(root / "registers" / "senior-salaries").glob("*.csv")]
    assert len(files) > 5
    for path in files:
        assert looked_at(path).best is None, path.name


def test_a_published_search_resembles_an_agreed_one() -> None:
    path = published_files() / "police" / "stop-and-search" / "2018-04-city-of-london-stop-and-search.csv"
    best = looked_at(path).best
    assert best is not None
    assert best.feed.name == "stop-and-search"
