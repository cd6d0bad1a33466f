"""What a dataset declares: its feeds, the handling of each raw column, what the public is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pipeline.model.constants import Constant, OnEveryRow
from pipeline.model.handling import RowRule, Treatment, Withheld, columns_of
from pipeline.model.periods import MONTH
from pipeline.model.tables import WHOLE_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.handling import Handling
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.tables import Extracted


# --- declarations ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One kind of extract: what becomes of each of its raw columns, which stands in ``columns`` exactly once.

    ``constants`` are published columns that no raw column is needed for.  A rule that settles a raw column stands at
    it, one over several columns in ``rules``; rules decide in the order of their lines, those of ``columns`` first,
    and afterwards ``rules`` holds them all.  ``period`` is the kind of period that its rows are released by, and how a
    row tells which is its own.

    Raises:
        ValueError: A raw column has two handlings, a column that is read has none, or a published column is made twice.
    """

    name: str
    title: str
    source: Source
    period: PeriodKind = MONTH
    columns: Mapping[str | tuple[str, ...], Handling]
    constants: Mapping[str | tuple[str, ...], OnEveryRow | str | None] = field(default_factory=dict)
    rules: tuple[RowRule, ...] = ()

    def __post_init__(self) -> None:
        """Bind each handling to its raw columns, and each constant to its published ones."""
        bound = {key: handling.bind(*columns_of(key)) for key, handling in self.columns.items()}
        object.__setattr__(self, "columns", MappingProxyType(bound))
        constants = {
            key: (text if isinstance(text, OnEveryRow) else Constant(text)).fill(*columns_of(key))
            for key, text in self.constants.items()
        }
        object.__setattr__(self, "constants", MappingProxyType(constants))
        at_columns = (rule for rule in bound.values() if isinstance(rule, RowRule))
        over_several = (rule if rule.columns else rule.bind() for rule in self.rules)
        object.__setattr__(self, "rules", (*at_columns, *(rule for rule in over_several if not rule.columns)))
        if mistakes := tuple(self._mistakes()):
            raise ValueError(f"feed {self.name}: {'; '.join(mistakes)}")

    def _mistakes(self) -> Iterator[str]:
        for column, times in Counter(self.declared).items():
            if times > 1:
                yield f"the raw column {column} has {times} handlings"
        for column in self.used:
            if column not in self.declared:
                yield f"{column} is read, and is no raw column of the feed"
        for column, times in Counter(made for treatment in self.treatments for made in treatment.makes).items():
            if times > 1:
                yield f"the published column {column} is made {times} times"

    @property
    def dated_by(self) -> str:
        """The raw column whose day gives a row's period; "" where a row's period is its file's."""
        return self.period.dated_by

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """What makes published columns."""
        every = (*self.columns.values(), *self.constants.values())
        return tuple(each for each in every if isinstance(each, Treatment))

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """What never leaves and is not read for the corridor."""
        return tuple(each for each in self.columns.values() if isinstance(each, Withheld))

    @property
    def handlings(self) -> tuple[Handling, ...]:
        """What becomes of raw columns and rows."""
        return (*self.treatments, *self.rules, *self.withheld)

    @property
    def declared(self) -> tuple[str, ...]:
        """Every raw column of the extract."""
        return tuple(column for key in self.columns for column in columns_of(key))

    @property
    def used(self) -> tuple[str, ...]:
        """The raw columns that treatments and rules read."""
        dated = (self.dated_by,) if self.dated_by else ()
        return tuple(dict.fromkeys((*dated, *(column for each in self.handlings for column in each.reads))))

    @property
    def whole_rows(self) -> bool:
        """Whether a rule asks which rows are equal in every raw cell."""
        return any(rule.whole_rows for rule in self.rules)

    @property
    def carried(self) -> tuple[str, ...]:
        """The columns that go through the corridor: the used ones, and a digest of the whole row where one is asked."""
        return (*self.used, *([WHOLE_ROW] if self.whole_rows else []))

    @property
    def dates(self) -> tuple[str, ...]:
        """The raw columns that hold dates."""
        dated = (self.dated_by,) if self.dated_by else ()
        return tuple(dict.fromkeys((*dated, *(column for treatment in self.treatments for column in treatment.dates))))

    @property
    def recurring(self) -> tuple[str, ...]:
        """The used columns whose cells recur, so that a dictionary of them pays."""
        varied = {column for treatment in self.treatments for column in treatment.varied}
        return tuple(column for column in self.used if column not in varied)

    @property
    def identifying(self) -> tuple[str, ...]:
        """The raw columns that are withheld because they identify somebody or their record."""
        return tuple(dict.fromkeys(column for each in self.handlings for column in each.identifies))

    @property
    def open_text(self) -> tuple[str, ...]:
        """The published columns whose text comes from no closed list."""
        return tuple(dict.fromkeys(column for treatment in self.treatments for column in treatment.open_text))


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a feed's published rows that is watched: of a quality ``figure``, or with a ``value`` of a ``column``.

    ``whole``: what is watched is that all rows have the value, where some rows of other months have another.
    """

    title: str
    feed: str
    column: str = ""
    value: str = ""
    _: KW_ONLY
    figure: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is published under one name: its feeds, the order of its rows, what the public is told.

    ``granularity`` is the smallest area that
    a row gives, "" where it gives none.  ``statements`` may name settings in braces.  ``order`` names the published
    columns that rows are sorted by: all of them, where the declaration does not say.  The schema has title and
    description.  ``categories`` are published columns of closed lists, and ``shares`` what else a month is compared
    with others by.
    """

    name: str
    family: str
    theme: str
    tags: tuple[str, ...]
    feeds: tuple[Feed, ...]
    granularity: str = ""
    statements: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        """Refuse feeds that are released by different kinds of period."""
        if len({type(feed.period) for feed in self.feeds}) > 1:
            raise ValueError(f"dataset {self.name}: its feeds have different kinds of period")

    @property
    def period(self) -> PeriodKind:
        """The kind of period that it is released by: that of its feeds."""
        return self.feeds[0].period

    @property
    def references(self) -> Mapping[str, str]:
        """The keyed references that the private index keeps: the published column of each, by scope."""
        return {
            scope: column
            for feed in self.feeds
            for treatment in feed.treatments
            for scope, column in treatment.references.items()
        }

    @property
    def key(self) -> str:
        """The published column that says which row is the same before and after a change, "" where there is none."""
        return next(iter(self.references.values()), "")

    @property
    def reference_files(self) -> tuple[str, ...]:
        """The lists below ``data/reference`` that its handlings look up."""
        return tuple(dict.fromkeys(name for feed in self.feeds for each in feed.handlings for name in each.needs))

    @property
    def options(self) -> tuple[type[Any], ...]:
        """The classes of settings that its sources and handlings ask: they can change its rows."""
        asking = (each for feed in self.feeds for each in (feed.source, *feed.handlings))
        return tuple(dict.fromkeys(kind for each in asking for kind in getattr(each, "options", ())))


class Address(Protocol):
    """The address of a database: nothing shows it, and only what opens the database asks for it."""

    def reveal(self) -> str:
        """Return the address, which may hold a password."""


class Connections(Protocol):
    """What the settings say of sources that are asked over a connection: addresses, and how long one may take."""

    @property
    def first_row_seconds(self) -> int:
        """How long the first row may take."""

    @property
    def query_seconds(self) -> int:
        """How long a query may take as a whole."""

    @property
    def most_rows(self) -> int:
        """How many rows an extract may have."""

    def address(self, source: str) -> Address | None:
        """Return the address of the source of that name, None where it is a file below ``data/raw``."""

    def first_month(self, source: str) -> str:
        """Return the first month of the source of that name that counts."""


class Form(NamedTuple):
    """How an extract of a source is laid out: its ``file`` below ``data/raw``, rows above its header, where it stands.

    Its kind is the ending of the file's name.  ``table`` is its sheet, or its table, which has a ``key``.
    """

    file: str
    title_rows: int = 0
    table: str = ""
    key: str = ""


class Source(Protocol):
    """An archetype that a feed chooses: how extracts are found below ``data/raw`` or elsewhere, and read as text.

    It answers for itself: nothing outside `extract` asks which archetype it is.
    """

    @property
    def whole(self) -> str:
        """What receipts call the one extract that holds the rows of every period, "" where each period has its own.

        Which of its rows count depends on the day of the run, and all that is asked of it comes in one query.
        """

    @property
    def name(self) -> str:
        """What the settings call it where they can give its address, "" for files."""

    @property
    def pattern(self) -> str:
        """How files are named below ``data/raw``, with `{period}` for the period; "" where no file is expected."""

    @property
    def form(self) -> Form:
        """How an extract of it is laid out."""

    @property
    def first_month(self) -> str:
        """The first month that counts of an extract that is `whole`."""

    def at(self, connections: Connections) -> Source:
        """Return the same source, with its address where it has one."""

    def check(self) -> None:
        """Raise `SettingsError` where its address cannot be used; nothing is opened."""

    def extracts(self, root: Path, kind: PeriodKind) -> dict[Period, str]:
        """Return what is there, by period of its ``kind``; one that is `whole` has no period of its own."""

    def files(self, root: Path, kind: PeriodKind) -> tuple[str, ...]:
        """Return the names below ``root`` that belong to it, whether or not they are there."""

    def read(
        self,
        root: Path,
        path: str,
        columns: Sequence[str],
        declared: Sequence[str],
        *,
        dictionaries: Sequence[str] = (),
    ) -> Extracted:
        """Return the asked ``columns`` of the extract at ``path`` below ``root``, ``dictionaries`` encoded.

        ``declared`` are all the columns that the feed names; other, missing or doubled ones raise
        `InputError` ``unknown-column``, all in one message.
        """
