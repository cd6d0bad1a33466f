"""The inputs of building a dataset: the survey of its extracts, its references, and the periods to build."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.received.history import History
from pipeline.build.run_context import digest
from pipeline.extract.partition import by_month, periods_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import pyarrow as pa

    from pipeline.build.run_context import Workplace
    from pipeline.errors import PipelineError
    from pipeline.extract.reader import Reader
    from pipeline.extract.reference import References
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.findings import Finding
    from pipeline.model.periods import Period
    from pipeline.model.tables import Receipt
    from pipeline.release.change_log import Why
    from pipeline.storage.state import MonthState, Registers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survey:
    """The extracts of a dataset that are there now, and what earlier runs stored about them."""

    own: Mapping[str, Mapping[str, Period]]  #: period of each extract, by feed and path
    receipts: Mapping[str, Mapping[str, Receipt]]  #: by feed and path
    registers: Registers  #: entries by register and source, sources that have gone included
    combined: Mapping[str, Mapping[str, str]]  #: the strongest entry of each reference, by register
    opened: tuple[Period, ...]  #: periods that can be built
    gone: frozenset[Period]  #: periods whose files are not there, or set aside
    databases: Mapping[str, int] = field(default_factory=dict)  #: rows of each database, by path
    held: Mapping[str, str] = field(default_factory=dict)  #: digest of the events that have been held, by path
    numbers: Mapping[str, str] = field(default_factory=dict)  #: digest of the row numbers, by path
    faults: tuple[PipelineError, ...] = ()
    floors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    weaker: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    weakenings: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    history: History = field(default_factory=History)  #: versions received at each path, and files set aside
    paused: frozenset[Period] = frozenset()  #: the ``gone`` periods whose files are all there, but set aside
    rejected: Mapping[str, Period] = field(default_factory=dict)  #: files of rejected builds: they feed no other period
    replaced: Registers = field(default_factory=dict)
    entered: Mapping[str, str] = field(default_factory=dict)
    #: Periods of each feed that lack some of their files, with the months that are lacking.
    partly: Mapping[str, Mapping[Period, tuple[Period, ...]]] = field(default_factory=dict)

    def inputs(self, dataset: Dataset, month: Period) -> dict[str, str]:
        """Return the sha256 by path of every extract that feeds a period: its own and later ones with late rows."""
        inputs: dict[str, str] = {}
        for feed in dataset.feeds:
            for path in {*self.of_month(feed, month), *self.late(feed, month)}:
                inputs[path] = self.receipts[feed.name][path].sha256
        return dict(sorted(inputs.items()))

    @property
    def file_months(self) -> dict[str, Period]:
        """The months of the extracts, by path."""
        return {path: month for files in self.own.values() for path, month in files.items()}

    @property
    def lacking(self) -> dict[Period, tuple[str, ...]]:
        """Periods that only some feeds have all files of, with the feeds that lack one."""
        months = {feed: set(files.values()) for feed, files in self.own.items()}
        every = sorted(set().union(*months.values()) - set(self.opened) - self.gone)
        return {
            month: (
                *(feed for feed, there in months.items() if month not in there),
                *(f"{feed} of {', '.join(of[month])}" for feed, of in self.partly.items() if month in of),
            )
            for month in every
        }

    @property
    def partial(self) -> dict[Period, tuple[Period, ...]]:
        """Periods that cannot be built because some of their months have no file, with those months."""
        lacking: dict[Period, set[Period]] = {}
        for periods in self.partly.values():
            for period, months in periods.items():
                lacking.setdefault(period, set()).update(months)
        return {period: tuple(sorted(months)) for period, months in sorted(lacking.items()) if period not in self.gone}

    def of_month(self, feed: Feed, month: Period) -> tuple[str, ...]:
        """Return the extracts of a feed for one period."""
        return tuple(sorted(path for path, own in self.own[feed.name].items() if own == month))

    def late(self, feed: Feed, month: Period) -> tuple[str, ...]:
        """Return the later files of a feed that hold rows of ``month``."""
        months = self.own[feed.name]
        receipts = self.receipts[feed.name]
        later = (path for path in by_month(receipts, month, feed.period) if months.get(path, "") > month)
        return tuple(path for path in later if self.rejected.get(path, month) == month)

    def openness(self, dataset: Dataset, month: Period) -> str:
        """Return a digest of the earlier periods that late rows of this period's own files can go to."""
        earlier = {
            period: period in self.opened
            for feed in dataset.feeds
            for path in self.of_month(feed, month)
            for period in periods_of(self.receipts[feed.name][path], feed.period)
            if period < month
        }
        return digest(earlier)


class Stale(NamedTuple):
    """A period to build, with the reasons and the digests of its inputs."""

    month: Period
    reasons: tuple[Why, ...]
    inputs: Mapping[str, str]
    made_from: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatasetInputs:
    """What building the months of one dataset needs.

    ``places`` remember, by the sha256 of its CSV, which records a release holds, and where; ``lists`` are lists of map
    points of before, by their own; ``left`` the records that left every release, by the list of the first that they
    stood in.  All are read once.  ``withdrawn`` is what releases kept back that were withdrawn.
    """

    work: Workplace
    dataset: Dataset
    reader: Reader
    survey: Survey
    references: References
    points: Mapping[Period, References] = field(default_factory=dict)
    months: Mapping[Period, MonthState] = field(default_factory=dict)
    withdrawn: Mapping[Period, Collection[str]] = field(default_factory=dict)
    places: dict[str, tuple[pa.Array, pa.Array]] = field(default_factory=dict)
    lists: dict[str, References] = field(default_factory=dict)
    left: Callable[[], Mapping[str, pa.Array]] = dict

    def references_of(self, month: Period) -> References:
        """Return the reference lists that a month is built with: a released one keeps its own map points."""
        return self.points.get(month, self.references)
