"""What the rows of one release count, by the column that its page tells them apart by: from public rows alone."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.plain import open_plain, plain
from pipeline.publish.catalogue.readable import file_of, unless_damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pipeline.model.answer import Answer
    from pipeline.model.release import Release
    from pipeline.storage.looked import Looked

#: So many rows of the newest release are shown.
SHOWN = 10


class Counts(NamedTuple):
    """How many rows of a release have each value, and what is summed of these, where a sum is asked; "" is blank.

    A value without a sum where one is asked is hidden: there are too few to show.
    """

    rows: Mapping[str, int]
    sums: Mapping[str, Decimal]


def counts_of(release: Release, answer: Answer, looked: Looked) -> Counts | None:
    """Return what a release counts; nothing where its files are not there, as in a plan, damaged, or lack a column."""
    question = f"counts {answer.by}|{answer.summed}|{dict(answer.where)}"
    found = _asked(release, "parquet", question, partial(_counted, answer), looked)
    if found is None:
        return None
    rows = {value: count for value, count, _ in found}
    return Counts(rows, {value: Decimal(summed) for value, _, summed in found if summed} if answer.summed else {})


def first_rows(release: Release, looked: Looked) -> list[list[str]] | None:
    """Return the header and every k-th row of a release as its CSV writes them, ten in all; nothing without its files.

    So all kinds of row show.
    """
    step = max(1, release.rows // SHOWN)
    found: list[list[str]] | None = _asked(release, "csv", f"rows {step}", partial(_some, step), looked)
    return found


def _asked(release: Release, kind: str, question: str, read: Callable[[Path], Any], looked: Looked) -> Any:  # noqa: ANN401 - what is read
    """Return what is read of the file of a release, None where it is not there or damaged; ``looked`` keeps it."""
    path = file_of(release, kind)
    if path is None:
        return None

    def found() -> str:
        return json.dumps(unless_damaged(partial(read, path), csv.Error, UnicodeDecodeError, StopIteration))

    return json.loads(looked.of(question, path, found))


def _counted(answer: Answer, path: Path) -> list[tuple[str, int, str]] | None:
    names = [name for name in (answer.by, answer.summed, *answer.where) if name]
    with pq.ParquetFile(plain(path)) as file:
        if not {*names} <= {*file.schema_arrow.names}:
            return None
        if not names:
            length = file.metadata.num_rows
            return [("", length, "")] if length else []
        table = file.read(columns=names)
    for name, value in answer.where.items():
        table = table.filter(pc.equal(table.column(name).cast(pa.string()), value))
    values = table.column(answer.by).cast(pa.string()) if answer.by else pa.nulls(table.num_rows, pa.string())
    columns = {"value": pc.fill_null(values, "")}
    if answer.summed:
        columns["summed"] = table.column(answer.summed)
    sums = [("value", "count"), *([("summed", "sum")] if answer.summed else [])]
    # few rows: threads cost more than they save
    found = pa.table(columns).group_by("value", use_threads=False).aggregate(sums).sort_by("value").to_pylist()
    texts = ["" if row.get("summed_sum") is None else str(row["summed_sum"]) for row in found]
    return [(row["value"], row["value_count"], text) for row, text in zip(found, texts, strict=True)]


def _some(step: int, path: Path) -> list[list[str]]:
    with open_plain(path) as file:
        lines = csv.reader((line.decode() for line in file), strict=True)
        return [next(lines), *[row for place, row in enumerate(lines) if place % step == 0][:SHOWN]]
