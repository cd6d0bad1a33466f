"""What a force handed in, made by hand, and what the real declarations make of one month of it.

Rows are made in memory, as the archetypes of `pipeline/extract` hand them over; everything after that is the
pipeline's own: the router, the registers of the private index, the corridor with every row judged by Frictionless.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import numpy as np
import pyarrow as pa

from pipeline.build.corridor import build
from pipeline.build.inputs import Survey
from pipeline.build.protected.registers import Sources, register_rules, standing
from pipeline.codelists import CODELISTS, CodeLists
from pipeline.columns.arrays import BLANKS
from pipeline.columns.pseudonyms import Pseudonyms
from pipeline.datasets import declared
from pipeline.extract.partition import Dated, dated, joined, late_slice, own_slice, receipt_of, undated_slice
from pipeline.extract.reader import with_digests
from pipeline.model.context import Context
from pipeline.model.periods import NO_PERIOD
from pipeline.model.reasons import Outcome
from pipeline.model.tables import Extracted, RawTable
from pipeline.protect.spend import SpendOptions
from pipeline.protect.treatments.map_points import PointList
from pipeline.settings.decisions import Desk
from pipeline.settings.sections import Referee
from pipeline.validate.schema import TableSchema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.build.corridor import BuildResult
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Period

    Row = Mapping[str, str]

_Made = TypeVar("_Made")
KEY = bytes(range(32))
KEYED = Pseudonyms(KEY)
BODIES = {
    "OPCC": "Police and Crime Commissioner for Example",
    "FORCE": "Chief Constable of Example Police",
}
FORCE = "Example Police"
#: The first data row of an extract in these tests; the header is row 1.
FIRST_ROW = 2
#: longitude, latitude, Location, LSOA code, LSOA name, easting, northing: places chosen so that distances are round.
POINTS = (
    ("-1.200000", "52.600000", "On or near Mill Lane", "E01000001", "Sample 001A", 450_000, 300_000),
    ("-1.100000", "52.600000", "On or near High Street", "E01000002", "Sample 001B", 451_000, 300_000),
    ("-1.100000", "52.700000", "On or near Hill Road", "E01000003", "Sample 001C", 451_000, 302_000),
)


def point_list(points: Sequence[tuple[str, str, str, str, str, int, int]] = POINTS) -> PointList:
    """Return map points that stand exactly where their easting and northing say."""
    names = ("longitude", "latitude", "location", "lsoa_code", "lsoa_name")
    table = pa.table({name: pa.array([point[place] for point in points]) for place, name in enumerate(names)})
    return PointList.of(table, np.array([point[5:] for point in points], np.float64))


def schema_of(dataset: Dataset) -> TableSchema:
    """Return the dataset's schema as the example force's settings fill it in."""
    path = CODELISTS.parent / dataset.family / f"{dataset.name}.json"
    return TableSchema.load(path).with_settings({"force-names": (FORCE,), "bodies": tuple(BODIES.values())})


class KnownReferences(NamedTuple):
    """Reference lists that are already what treatments make of them."""

    known: Mapping[str, object]
    types: Sequence[tuple[str, str]] = ()

    def table(self, name: str) -> pa.Table | None:
        """Return the list of types of suppliers, or one that is a table already."""
        if isinstance(self.known.get(name), pa.Table):
            return self.known[name]
        numbers, kinds = zip(*self.types, strict=True) if self.types else ((), ())
        columns = {"supplier_number": pa.array(numbers, pa.string()), "supplier_type": pa.array(kinds, pa.string())}
        return pa.table(columns) if name == "supplier-types" else None

    def is_absent(self, name: str) -> bool:
        """Return whether nothing is listed."""
        return name != "supplier-types" or not self.types

    def derived(self, name: str, make: Callable[[pa.Table], _Made]) -> _Made | None:
        """Return what is known, or is made of a table that is."""
        found = self.known.get(name)
        return make(found) if isinstance(found, pa.Table) else cast("_Made | None", found)


class Fate(NamedTuple):
    """What became of one row: its outcome, what is wrong with it, what is published of it."""

    outcome: Outcome
    codes: frozenset[str]
    published: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Received:
    """Rows by feed and month of their file; in a database the month of a file is "".

    Frictionless judges every row, or ``judged_rows`` of each feed.
    """

    dataset: Dataset
    files: Mapping[str, Mapping[Period, Sequence[Row]]]
    supplier_types: Sequence[tuple[str, str]] = ()
    as_of: dt.date = dt.date(2024, 4, 10)
    points: PointList = field(default_factory=point_list)
    codelists: CodeLists = field(default_factory=lambda: CodeLists(CODELISTS, {}))
    neighbourhoods: frozenset[str] = frozenset({"NC", "NA", "SP"})
    gone: frozenset[Period] = frozenset()
    first_month: Period = "2010-12"
    judged_rows: int = 0
    spend: SpendOptions = field(default_factory=SpendOptions)
    ragged: Mapping[str, Mapping[Period, tuple[int, ...]]] = field(default_factory=dict)

    def context(self, month: Period, survey: Survey | None = None) -> Context:
        """Return what is known while a month is protected."""
        return Context(
            month=month,
            kind=self.dataset.period,
            as_of=self.as_of,
            pseudonyms=Pseudonyms(KEY),
            codelists=self.codelists,
            force="example",
            force_name=FORCE,
            bodies=BODIES,
            options={kind: kind() for kind in self.dataset.options} | {SpendOptions: self.spend},
            references=KnownReferences(
                {"map-points": self.points, "neighbourhoods": neighbourhood_list(self.neighbourhoods)},
                self.supplier_types,
            ),
            registers=survey.combined if survey else {},
            file_months=survey.file_months if survey else {},
            publishers={"force": FORCE},
            declared={"contracts": ("Contracts", FORCE), "switched-off": None},
        )

    def survey(self) -> Survey:
        """Return what the private index learns from these files."""
        sources = {feed.name: self._sources(feed) for feed in self.dataset.feeds}
        holding = self.dataset.period.holding
        own = {
            name: {each.extracted.path: holding(month) for month, each in found.items()}
            for name, found in sources.items()
        }
        registers: dict[str, dict[str, dict[str, str]]] = {}
        for rule in register_rules(self.dataset):
            for name, entered in rule.enter_lists(self.context("")).items():
                registers.setdefault(rule.register, {})[name] = dict(entered)
        for feed in self.dataset.feeds:
            for month, source in sources[feed.name].items():
                extracted = source.extracted
                for rule in filter(lambda rule: rule.register, feed.rules):
                    found = rule.enter(extracted.cells, extracted.rows, self.context(month))
                    registers.setdefault(rule.register, {}).setdefault(extracted.path, {}).update(found)
        months = {path: {month} for files in own.values() for path, month in files.items()}
        desk = Desk(Path("decisions.toml"))
        return Survey(
            own=own,
            receipts={
                name: {each.extracted.path: receipt_of(each) for each in found.values()}
                for name, found in sources.items()
            },
            registers=registers,
            combined=standing(self.dataset, registers, {}, desk=desk, sources=Sources(months, (), {})).combined,
            databases={},
            opened=tuple(sorted(set.intersection(*(set(files.values()) for files in own.values())) - self.gone)),
            gone=self.gone,
        )

    def month(self, month: Period) -> BuildResult:
        """Return what the corridor makes of one month."""
        survey = self.survey()
        raws = [(feed, self._raw(feed, month, survey)) for feed in self.dataset.feeds]
        return build(
            self.dataset,
            raws,
            context=self.context("" if month == NO_PERIOD else month, survey),
            schema=schema_of(self.dataset),
            judge=Referee(sample_rows=self.judged_rows, everything=not self.judged_rows),
        )

    def _sources(self, feed: Feed) -> dict[Period, Dated]:
        return {
            month: dated(extracted(feed, month, rows, self.ragged.get(feed.name, {}).get(month, ())), feed, month)
            for month, rows in self.files.get(feed.name, {}).items()
        }

    def _raw(self, feed: Feed, month: Period, survey: Survey) -> RawTable:
        sources = self._sources(feed)
        if feed.source.whole:
            if month == NO_PERIOD:
                slices = [undated_slice(sources[""], self._database_months(sources[""]), self.first_month)]
            else:
                slices = [late_slice(sources[""], month)]
            return joined(slices, feed, feed.carried)
        paths = {each.extracted.path: each for each in sources.values()}
        late = [late_slice(paths[path], month) for path in survey.late(feed, month)]
        own = [own_slice(each, month, survey.opened) for name, each in sources.items() if self.holds(month, name)]
        return joined([*own, *late], feed, feed.carried)

    def holds(self, month: Period, file: Period) -> bool:
        """Return whether a period holds a file."""
        return self.dataset.period.holding(file) == month

    def _database_months(self, source: Dated) -> tuple[Period, ...]:
        latest = f"{self.as_of:%Y-%m}"
        return tuple(month for month in receipt_of(source).months if self.first_month <= month <= latest)

    def fates(self, month: Period, product: BuildResult) -> dict[tuple[str, int], Fate]:
        """Return what became of each row of a month, by the path of its extract and its number there."""
        survey = self.survey()
        read = [(feed, self._raw(feed, month, survey)) for feed in self.dataset.feeds]
        codes: dict[tuple[str, int], set[str]] = {}
        for each in product.report.quarantined:
            codes.setdefault((each.path, each.row), set()).add(each.code)
        shown: dict[tuple[str, int], Mapping[str, str]] = {}
        rows = product.table.text.to_pylist() if not self.dataset.counting else []
        for number, row in enumerate(rows):
            raw = read[int(product.table.feed[number])][1]
            path = raw.paths[int(product.table.source[number])]
            shown[path, int(product.table.row[number])] = {name: cell or "" for name, cell in row.items()}
        found: dict[tuple[str, int], Fate] = {}
        for _, raw in read:
            for source, row in zip(raw.source.tolist(), raw.row.tolist(), strict=True):
                spot = (raw.paths[source], row)
                if self.dataset.counting:  # of one row alone
                    shown.update((spot, each) for each in treated(product))
                assert not (spot in shown and spot in codes), "a row is both published and quarantined"
                outcome = Outcome.PUBLISHED if spot in shown else Outcome.WITHHELD
                outcome = Outcome.QUARANTINED if spot in codes else outcome
                found[spot] = Fate(outcome, frozenset(codes.get(spot, ())), shown.get(spot, {}))
        return found


def treated(product: BuildResult) -> list[dict[str, str]]:
    """Return the rows that were counted, as they were treated."""
    kept = {name.removeprefix("treated "): column for name, column in product.table.references.items()}
    return [{name: cell or "" for name, cell in row.items()} for row in pa.table(kept).to_pylist()]


def neighbourhood_list(codes: frozenset[str]) -> pa.Table:
    """Return a list of neighbourhoods, of which `SP` lies in two authorities, a beat in each."""
    lines = [(code, f"{code}01", "E06000016") for code in sorted(codes)] + [("SP", "SP02", "E07000130")]
    names = ("neighbourhood_code", "beat_code", "lad_code")
    return pa.table({name: pa.array(cells) for name, cells in zip(names, zip(*lines, strict=True), strict=True)})


def path_of(feed: Feed, month: Period) -> str:
    """Return what the receipt of an extract calls it."""
    return feed.source.whole or f"{feed.name}/{month}"


def extracted(feed: Feed, month: Period, rows: Sequence[Row], ragged: tuple[int, ...] = ()) -> Extracted:
    """Return ``rows`` as an archetype hands them over: trimmed text, null where empty, recurring columns encoded.

    ``ragged`` are the numbers of rows that had too few or too many cells.
    """
    unknown = {name for row in rows for name in row} - set(feed.declared)
    assert not unknown, f"{feed.name} has no columns {unknown}"
    columns = {
        name: pa.array([row.get(name, "").strip(BLANKS) or None for row in rows], pa.string()) for name in feed.used
    }
    first: dict[tuple[str, ...], int] = {}
    cells = [tuple(row.get(name, "").strip(BLANKS) for name in feed.declared) for row in rows]
    repeats = [first.setdefault(each, number) for number, each in enumerate(cells)]
    read = Extracted(
        path=path_of(feed, month),
        bytes=0,
        sha256="",
        encoding="utf-8",
        cells={
            name: column.dictionary_encode() if name in feed.recurring else column for name, column in columns.items()
        },
        rows=pa.array(np.arange(FIRST_ROW, FIRST_ROW + len(rows), dtype=np.int64)),
        repeats=pa.array(repeats, pa.int64()),
        ragged=ragged,
    )
    every = {
        name: pa.array([each[place] or None for each in cells], pa.string()) for place, name in enumerate(feed.declared)
    }
    return with_digests(read, replace(read, cells=every)) if feed.whole_rows else read


def dataset(name: str) -> Dataset:
    """Return the declaration of a dataset."""
    return declared()[name]
