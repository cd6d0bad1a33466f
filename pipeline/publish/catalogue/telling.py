"""The releases of one dataset as its page counts them: numbers of periods and values, each with its query."""

from __future__ import annotations

import csv
import json
from bisect import bisect_left
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from markupsafe import Markup

from pipeline.plain import open_plain, plain
from pipeline.publish.catalogue.figures import Figures, column, pounds, text
from pipeline.publish.catalogue.readable import file_of, unless_damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pipeline.model.declaration import Answer
    from pipeline.model.periods import Period
    from pipeline.model.release import Publication, Release
    from pipeline.storage.looked import Looked

_YEAR = 12


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


NONE: Final = Counts({}, {})


@dataclass
class Telling:
    """The releases of one dataset as they are counted, and the figures that were shown on a page.

    ``folder`` is where its files are, seen from the page; names of figures begin with ``prefix``.
    """

    facts: Publication
    looked: Looked
    figures: Figures = field(default_factory=Figures)
    folder: str = ""
    prefix: str = ""
    _known: dict[Period, Counts | None] = field(default_factory=dict)

    @cached_property
    def releases(self) -> dict[Period, Release]:
        """The releases by period, the oldest first."""
        return {release.month: release for release in sorted(self.facts.releases, key=lambda release: release.month)}

    @cached_property
    def newest(self) -> Period:
        """The period of the newest release, "" where there is none."""
        return max(self.releases, default="")

    def counts(self, period: Period) -> Counts | None:
        """Return what a release counts, None where there is none."""
        if period not in self._known:
            release = self.releases.get(period)
            self._known[period] = counts_of(release, self.facts.answer, self.looked) if release else None
        return self._known[period]

    def number(self, period: Period | None, *values: str) -> int | None:
        """Return the number of a period: of the named values, or of all but those apart.

        None without a release, where too few are hidden, and of cells together: they are never added.
        """
        found = self.counts(period) if period else None
        if found is None or (self.facts.answer.where and (len(values) != 1 or values[0] not in found.sums)):
            return None
        chosen = values or tuple(value for value in found.rows if value not in self.facts.answer.apart)
        if not self.facts.answer.summed:
            return sum(found.rows.get(value, 0) for value in chosen)
        if values and found.rows.keys() >= {*values} and found.sums.keys().isdisjoint(values):
            return None
        return pounds(sum((found.sums.get(value, Decimal(0)) for value in chosen), Decimal(0)))

    def asked(self, period: Period, *values: str) -> str:
        """Return the query of the same number: rows, or the whole sum of a column."""
        summed = self.facts.answer.summed
        counted = f"CAST(round(coalesce(sum({column(summed)}), 0)) AS BIGINT)" if summed else "count(*)"
        chosen, sense = (values, "IN") if values else (tuple(self.facts.answer.apart), "NOT IN")
        listed = (
            f"coalesce(CAST({column(self.facts.answer.by)} AS VARCHAR), '') {sense} ({', '.join(map(text, chosen))})"
        )
        return self.query(counted, period, *([listed] if chosen else []))

    def query(self, counted: str, period: Period, *where: str) -> str:
        """Return what counts rows of a period, where they meet all conditions."""
        file = f"'{self.folder}{self.facts.name}-{period}.parquet'"
        only = (f"CAST({column(name)} AS VARCHAR) = {text(value)}" for name, value in self.facts.answer.where.items())
        conditions = " AND ".join((*only, *where))
        return f"SELECT {counted} FROM {file}{f' WHERE {conditions}' if conditions else ''}"  # noqa: S608 - text for readers; nothing here runs it

    def show(self, period: Period, *values: str) -> Markup:
        """Return the number as the page shows it, and words where there are too few to show."""
        number = self.number(period, *values)
        if number is None and self.counts(period):
            cells = Markup("too few to show, or it would tell another number")
            return cells if self.facts.answer.where else Markup("not shown by itself")
        name = self.named(period, *(values or ("all",)))
        return self.figures.show(name, number or 0, self.asked(period, *values), sign=self.sign)

    def named(self, *parts: str) -> str:
        """Return the name of a figure."""
        return self.folder + self.prefix + ":".join(parts)

    @property
    def sign(self) -> str:
        """What stands before its numbers."""
        return "£" if self.facts.answer.amount else ""

    # --- periods ----------------------------------------------------------------------------------------

    def before(self, period: Period) -> Period | None:
        """Return the period before, None where it is not out; of what has no series, the one that came before."""
        order = [*self.releases]
        place = bisect_left(order, period)
        last = order[place - 1] if place else None
        near = last is not None and (not self.facts.period.gaps or self.facts.period.neighbour(period, -1) == last)
        return last if near else None

    def year_before(self, period: Period) -> Period | None:
        """Return the same period a year before, None where it is not out."""
        kind = self.facts.period
        name = kind.neighbour(period, -(_YEAR // kind.months)) if kind.gaps else ""
        return name if name in self.releases else None

    def run(self, period: Period) -> Iterator[Period]:
        """Yield the periods before, newest first, up to the first gap."""
        earlier = self.before(period)
        while earlier:
            yield earlier
            earlier = self.before(earlier)

    def values(self, newest: Period, then: Period | None) -> list[str]:
        """Return the values of the ranking, the largest first."""
        every = {value for each in (newest, then) if each for value in (self.counts(each) or NONE).rows}
        every -= self.facts.answer.apart.keys()
        return sorted(every, key=lambda value: (-(self.number(newest, value) or 0), value))
