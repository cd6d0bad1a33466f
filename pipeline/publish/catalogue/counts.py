"""What the rows of one release count, by the column that its page tells them apart by: from public rows alone."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.plain import open_plain, plain
from pipeline.publish.catalogue.readable import file_of, unless_damaged

if TYPE_CHECKING:
    from collections.abc import Mapping
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


class FirstRows(NamedTuple):
    """Some rows of a release as its CSV writes them, from its beginning to its end."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def counts_of(release: Release, answer: Answer, looked: Looked) -> Counts | None:
    """Return what a release counts; nothing where its files are not there, as in a plan, damaged, or lack a column."""
    path = file_of(release, "parquet")
    if path is None:
        return None
    question = f"counts {answer.by}|{answer.summed}|{dict(answer.where)}"
    found = json.loads(looked.of(question, path, partial(_count, path, answer)))
    if found is None:
        return None
    rows = {value: count for value, count, _ in found}
    return Counts(rows, {value: Decimal(summed) for value, _, summed in found if summed} if answer.summed else {})


def first_rows(release: Release, looked: Looked) -> FirstRows | None:
    """Return every k-th row of a release, ten in all, so that all kinds of row show; nothing without its files."""
    path = file_of(release, "csv")
    if path is None:
        return None
    step = max(1, release.rows // SHOWN)
    found = json.loads(looked.of(f"rows {step}", path, partial(_some, path, step)))
    if not found:
        return None
    header, *rows = found
    return FirstRows(tuple(header), tuple(map(tuple, rows)))


def _count(path: Path, answer: Answer) -> str:
    return unless_damaged(lambda: _counted(path, answer)) or json.dumps(None)


def _counted(path: Path, answer: Answer) -> str:
    names = [name for name in (answer.by, answer.summed, *answer.where) if name]
    with pq.ParquetFile(plain(path)) as file:
        if not {*names} <= {*file.schema_arrow.names}:
            return json.dumps(None)
        if not names:
            length = file.metadata.num_rows
            return json.dumps([["", length, ""]] if length else [])
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
    sums_of = (row.get("summed_sum") for row in found)
    texts = ["" if each is None else str(each) for each in sums_of]
    return json.dumps([[row["value"], row["value_count"], text] for row, text in zip(found, texts, strict=True)])


def _some(path: Path, step: int) -> str:
    try:
        with open_plain(path) as file:
            lines = csv.reader((line.decode() for line in file), strict=True)
            header = next(lines)
            rows = [row for place, row in enumerate(lines) if place % step == 0][:SHOWN]
    except (csv.Error, UnicodeDecodeError, StopIteration, OSError):  # as above
        return json.dumps(None)
    return json.dumps([header, *rows])
