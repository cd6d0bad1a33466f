"""Which suppliers somebody has to classify."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pipeline.storage.atomic import replace_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model.periods import Month


def review_file(private: Path) -> Path:
    """Return the one file that names suppliers whom somebody has to classify."""
    return private / "review" / "suppliers.csv"


def save_review(private: Path, dataset: str, month: Month, numbers: Sequence[str]) -> None:
    """Make the review file name exactly the suppliers of ``month`` that ``numbers`` holds, beside other months'."""
    path = review_file(private)
    lines = [line for line in read_review(private) if line[:2] != (dataset, month)]
    lines += [(dataset, month, number) for number in numbers]
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
