"""Private notes for the analyst: where bad rows stand, and which suppliers somebody has to classify."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from pipeline.errors import StorageError
from pipeline.journal import replace_file
from pipeline.model.accounts import Quarantined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Month
    from pipeline.run.workplace import Workplace


def row_numbers(path: str) -> str:
    """Return the name under which the list of bad rows keeps the digest of the row numbers of a source."""
    return f"{path} row numbers"


def save_quarantine(
    work: Workplace, dataset: Dataset, month: Month, rows: Iterable[Quarantined], files: Mapping[str, str]
) -> None:
    """Remember where the bad rows of a month stand, with the sha256 of the files they stand in; never the rows."""
    facts = {"files": dict(files), "rows": [list(each) for each in rows]}
    content = json.dumps(facts, ensure_ascii=True, sort_keys=True).encode() + b"\n"
    replace_file(_quarantine(work.private, dataset.name) / f"{month}.json", content)


def load_quarantine(private: Path, dataset: str) -> list[tuple[Month, Mapping[str, str], list[Quarantined]]]:
    """Return the bad rows of each month, and the sha256 of their files."""
    found = []
    for path in sorted(_quarantine(private, dataset).glob("*.json")):
        try:
            facts = json.loads(path.read_bytes())
            found.append((path.stem, facts["files"], [Quarantined(*each) for each in facts["rows"]]))
        except (ValueError, KeyError, TypeError):
            raise StorageError(
                "bad-state",
                "the list of bad rows cannot be understood",
                where=str(path),
                fix="restore data/private from its backup, or correct an extract of that month and publish again",
            ) from None
    return found


def _quarantine(private: Path, dataset: str) -> Path:
    return private / "quarantine" / dataset


def review_file(private: Path) -> Path:
    """Return the one file that names suppliers whom somebody has to classify."""
    return private / "review" / "suppliers.csv"


def save_review(work: Workplace, dataset: Dataset, month: Month, numbers: Sequence[str]) -> None:
    """Make the review file name exactly the suppliers of ``month`` that ``numbers`` holds, beside other months'."""
    path = review_file(work.private)
    lines = [line for line in read_review(work.private) if line[:2] != (dataset.name, month)]
    lines += [(dataset.name, month, number) for number in numbers]
    if not lines and not path.exists():
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("dataset", "month", "supplier_number"))
    writer.writerows(sorted(lines))
    replace_file(path, text.getvalue().encode())


def read_review(private: Path) -> list[tuple[str, str, str]]:
    """Return dataset, month and number of each supplier whom somebody has to classify."""
    path = review_file(private)
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [(line[0], line[1], line[2]) for line in list(csv.reader(file))[1:]]
