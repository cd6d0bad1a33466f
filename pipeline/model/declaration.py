"""What a dataset declares: its feeds, the handling of each raw column, what the public is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import KW_ONLY, dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pipeline.model.constants import Constant, OnEveryRow
from pipeline.model.distribution import ENDINGS_OF_ROWS
from pipeline.model.handling import Treatment, Withheld, columns_of
from pipeline.model.periods import MONTH
from pipeline.model.row_rule import RowRule
from pipeline.model.tables import WHOLE_ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.model.derivation import Derivation, Input
    from pipeline.model.distribution import Distribution
    from pipeline.model.handling import Decisive, Handling
    from pipeline.model.mapping import ExportMapping
    from pipeline.model.periods import PeriodKind
    from pipeline.model.source import Source


# --- declarations ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One kind of extract: what becomes of each of its raw columns, which stands in ``columns`` exactly once.

    ``constants`` are published columns that no raw column is needed for.  A rule that settles a raw column stands at
    it, one over several columns in ``rules``; rules decide in the order of their lines, those of ``columns`` first,
    and afterwards ``rules`` holds them all.  ``period`` is the kind of period that its rows are released by, and how a
    row tells which is its own.  ``mapping`` is how a force's own exports are read as its extracts; ``shown_in`` are, by
    raw column that identifies somebody, the published columns in which the same cells stand.

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
    mapping: ExportMapping | None = None
    shown_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Bind each handling to its raw columns, and each constant to its published ones."""
        bound = {key: handling.bind(*columns_of(key)) for key, handling in self.columns.items()}
        object.__setattr__(self, "columns", MappingProxyType(bound))
        constants = {
            key: (text if isinstance(text, OnEveryRow) else Constant(text)).fill(*columns_of(key))
            for key, text in self.constants.items()
        }
        object.__setattr__(self, "constants", MappingProxyType(constants))
        shown = {column: names for each in self.treatments for column, names in each.shown_in.items()}
        object.__setattr__(self, "shown_in", {**shown, **self.shown_in})
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
    def shared(self) -> frozenset[tuple[str, str]]:
        """The registers that it shares with feeds of other datasets, each with its scope."""
        return frozenset((rule.register, rule.scope) for rule in self.rules if rule.shared)

    def entering(self) -> Feed:
        """Return the feed of which nothing is published, and nothing asked but what it enters in shared registers."""
        columns = {
            key: each if isinstance(each, RowRule) and each.shared else Withheld() for key, each in self.columns.items()
        }
        return replace(self, columns=columns, constants={}, rules=())

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
    def amounts(self) -> tuple[str, ...]:
        """The raw columns that hold amounts."""
        return tuple(dict.fromkeys(column for treatment in self.treatments for column in treatment.amounts))

    @property
    def periods(self) -> tuple[str, ...]:
        """The raw columns that hold the period of their file."""
        return tuple(dict.fromkeys(column for treatment in self.treatments for column in treatment.periods))

    @property
    def together(self) -> tuple[str, ...]:
        """The raw columns by which rows belong together, and to one period."""
        return tuple(dict.fromkeys(column for rule in self.rules for column in rule.together))

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """The raw columns whose cells decide whether something is protected."""
        return tuple(dict.fromkeys(each for handling in self.handlings for each in handling.decisive))

    def in_words(self, column: str) -> str:
        """Return what messages call a raw column: what the force's own export calls it, where that is read."""
        return self.mapping.in_words(column) if self.mapping else f"`{column}`"

    def may_lack(self, column: str) -> bool:
        """Return whether a force's system may lack a raw column: all that reads it can do without."""
        reading = [each for each in self.handlings if column in each.reads]
        return column != self.dated_by and all(column in each.optional for each in reading)

    def made_of(self, column: str) -> tuple[str, ...]:
        """Return the published columns that are made of a raw column."""
        every = (each.makes for each in self.treatments if column in each.columns)
        return tuple(dict.fromkeys(name for names in every for name in names))

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
    """What is published under one name: its feeds or what it is derived from, the order of its rows, what is told.

    ``granularity`` is the smallest area that
    a row gives, "" where it gives none.  ``statements`` may name settings in braces.  ``order`` names the published
    columns that rows are sorted by: all of them, where the declaration does not say.  The schema has title and
    description.  ``categories`` are published columns of closed lists, and ``shares`` what else a month is compared
    with others by.  ``watched`` are feeds of other datasets that enter something in registers that they share.
    ``distributions`` are further files of each release, beside the CSV and the Parquet of its rows.
    """

    name: str
    family: str
    theme: str
    tags: tuple[str, ...]
    feeds: tuple[Feed, ...] = ()
    derivation: Derivation | None = None
    granularity: str = ""
    statements: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    title: str = ""
    description: str = ""
    watched: tuple[Feed, ...] = ()
    distributions: tuple[Distribution, ...] = ()

    def __post_init__(self) -> None:
        """Refuse feeds that are released by different kinds of period, and feeds beside a derivation."""
        if bool(self.feeds) == bool(self.derivation):
            raise ValueError(f"dataset {self.name}: it has feeds, or is derived from releases: one of both")
        if len({type(feed.period) for feed in self.feeds}) > 1:
            raise ValueError(f"dataset {self.name}: its feeds have different kinds of period")

    def watching(self, others: Iterable[Dataset]) -> Dataset:
        """Return the dataset with the feeds of ``others`` that enter something in registers that it shares."""
        own, shared = {feed.name for feed in self.feeds}, {each for feed in self.feeds for each in feed.shared}
        feeds = {feed.name: feed for each in others for feed in each.feeds if feed.shared & shared}
        watched = tuple(feed.entering() for name, feed in sorted(feeds.items()) if name not in own)
        return replace(self, watched=watched) if watched else self

    @property
    def period(self) -> PeriodKind:
        """The kind of period that it is released by: that of its feeds, or of what it is derived from."""
        return self.derivation.period if self.derivation else self.feeds[0].period

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The releases of other datasets that it is made from."""
        return self.derivation.inputs if self.derivation else ()

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of the names of the files that a release may have."""
        return (*ENDINGS_OF_ROWS, *(each.format.ending for each in self.distributions))

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
    def entry(self) -> tuple[str, ...]:
        """The published columns that name an entry of a register."""
        return next((rule.entry for feed in self.feeds for rule in feed.rules if rule.entry), ())

    @property
    def asks_about(self) -> str:
        """Whom somebody has to classify: suppliers by number, or parties by name."""
        return next((rule.asks_about for feed in self.feeds for rule in feed.rules if rule.asks_about), "suppliers")

    @property
    def reference_files(self) -> tuple[str, ...]:
        """The lists below ``data/reference`` that its handlings, its recipe and further files look up."""
        of_feeds = (each.needs for feed in self.feeds for each in feed.handlings)
        of_files = (each.needs for each in self.distributions)
        of_recipe = (self.derivation.recipe.needs,) if self.derivation else ()
        return tuple(dict.fromkeys(name for names in (*of_feeds, *of_recipe, *of_files) for name in names))

    @property
    def may_lack(self) -> tuple[str, ...]:
        """Those of them that a force may do without, whatever other datasets need."""
        return self.derivation.recipe.may_lack if self.derivation else ()

    @property
    def options(self) -> tuple[type[Any], ...]:
        """The classes of settings that its sources, handlings and further files ask: they can change its releases."""
        asking = (
            *(each for feed in self.feeds for each in (feed.source, *feed.handlings)),
            *([self.derivation.recipe] if self.derivation else []),
            *self.distributions,
        )
        return tuple(dict.fromkeys(kind for each in asking for kind in getattr(each, "options", ())))
