"""What a dataset declares: its feeds, the handling of each raw column, what the public is told."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pipeline.model.distribution import ENDINGS_OF_ROWS
from pipeline.model.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pipeline.model.counting import ControlTotals, Counting
    from pipeline.model.derivation import Derivation, Input
    from pipeline.model.distribution import Distribution
    from pipeline.model.periods import PeriodKind


@dataclass(frozen=True, slots=True)
class Answer:
    """What one row is, and the column that the picture of a page tells rows apart by.

    ``rows`` is what people call several rows, ``happened`` what was done about them: `crimes` that were `recorded`.
    ``by`` is a published column of a closed list.  ``amount`` is a published column of pounds, ``count`` one of whole
    numbers: the sum of either counts in the place of rows.  Rows with one of the values ``apart`` are never added to
    the others; each says what such rows are, "" where they are the total of the others.
    ``where`` are rows that count alone, by column and value: its numbers are cells that somebody rounded or hid, and
    are never added.  ``further`` are other columns of closed lists that further tables tell rows apart by, each with
    what a blank of it means; ``by`` may be among them, for the same.  ``front`` says what the number is on the first
    page, where it stands there too.  ``question`` is what people ask that the page answers.
    """

    rows: str = "rows"
    happened: str = "published"
    _: KW_ONLY
    by: str = ""
    amount: str = ""
    count: str = ""
    apart: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    further: Mapping[str, str] = field(default_factory=dict)
    front: str = ""
    question: str = ""

    @property
    def summed(self) -> str:
        """The column whose sum counts, "" where rows do."""
        return self.amount or self.count

    def __post_init__(self) -> None:
        """Let nothing in it change."""
        object.__setattr__(self, "apart", MappingProxyType(dict(self.apart)))
        object.__setattr__(self, "further", MappingProxyType(dict(self.further)))
        object.__setattr__(self, "where", MappingProxyType(dict(self.where)))


class Theme(NamedTuple):
    """A theme of the European vocabulary: its code there, and its English label."""

    code: str
    label: str


_GOVERNMENT: Final = Theme("GOVE", "Government and public sector")
_REGIONS: Final = Theme("REGI", "Regions and cities")
THEMES: Final = MappingProxyType(
    {
        "business-and-economy": Theme("ECON", "Economy and finance"),
        "crime-and-justice": Theme("JUST", "Justice, legal system and public safety"),
        "education": Theme("EDUC", "Education, culture and sport"),
        "environment": Theme("ENVI", "Environment"),
        "government": _GOVERNMENT,
        "government-reference-data": _GOVERNMENT,
        "government-spending": _GOVERNMENT,
        "health": Theme("HEAL", "Health"),
        "mapping": _REGIONS,
        "society": Theme("SOCI", "Population and society"),
        "towns-and-cities": _REGIONS,
        "transport": Theme("TRAN", "Transport"),
    }
)


__all__ = ["Dataset", "Feed", "HeldBack", "Share"]


#: Which post usually approves for a publisher, and which for the elected body where it is about money.
_APPROVERS: Final = MappingProxyType({"force": "Head of Information Management", "pcc": "Chief Executive"})
_OF_MONEY: Final = {("pcc", "government-spending"): "Chief Finance Officer"}

# --- declarations ------------------------------------------------------------------------------------


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


class HeldBack(NamedTuple):
    """What an extract holds and is not published: ``of`` its `Columns` or its `Rows`, and what and why in words.

    ``bad``: only bad rows are.
    """

    extract: str
    of: str
    what: str
    why: str
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is published under one name: its feeds or what it is derived from, the order of its rows, what is told.

    ``counting`` says how its rows are counted, where it publishes cells; ``totals`` how its extract is counted by what
    became of each row, for a dataset that says where every row went.  ``granularity`` is the smallest area that
    a row gives, "" where it gives none.  ``statements`` may name settings in braces.  ``order`` names the published
    columns that rows are sorted by: all of them, where the declaration does not say.  The schema has title and
    description.  ``categories`` are published columns of closed lists, and ``shares`` what else a month is compared
    with others by.  ``watched`` are feeds of other datasets that enter something in registers that they share.
    ``publisher`` is the key of who publishes it where the settings do not say.
    ``distributions`` are further files of each release, beside the CSV and the Parquet of its rows.  ``answer`` is what
    its page counts: it decides no byte of a release, so that it is in no digest; nor does ``topic``, the theme of pages
    that it stands on where that is not its family's.
    """

    name: str
    family: str
    theme: str
    tags: tuple[str, ...]
    feeds: tuple[Feed, ...] = ()
    derivation: Derivation | None = None
    counting: Counting | None = None
    totals: ControlTotals | None = None
    granularity: str = ""
    statements: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    title: str = ""
    description: str = ""
    watched: tuple[Feed, ...] = ()
    publisher: str = "force"
    distributions: tuple[Distribution, ...] = ()
    answer: Answer = field(default=Answer(), repr=False)
    topic: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse an unknown theme, feeds released by different kinds of period, and feeds beside a derivation."""
        if self.theme not in THEMES:
            raise ValueError(f"dataset {self.name}: its `theme` is none of {', '.join(THEMES)}")
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
    def approver(self) -> str:
        """The post that usually approves what waits of it, where the settings of its publisher name no `approvers`."""
        return _OF_MONEY.get((self.publisher, self.theme), _APPROVERS[self.publisher])

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The releases of other datasets that it is made from."""
        return self.derivation.inputs if self.derivation else ()

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of the names of the files that a release may have."""
        return (*ENDINGS_OF_ROWS, *(each.format.ending for each in self.distributions))

    @property
    def held_back(self) -> tuple[HeldBack, ...]:
        """What its extracts hold and is not published, in words for the public; raw names of columns stay out."""
        found: list[HeldBack] = []
        for feed in self.feeds:
            found += (HeldBack(feed.name, "Columns", each.what, each.why) for each in feed.withheld)
            found += (HeldBack(feed.name, "Rows", each.what, each.why, each.refuses) for each in feed.rules)
        return tuple(found)

    @property
    def references(self) -> Mapping[str, str]:
        """The keyed references that the private index keeps: the published column of each, by scope; none of cells."""
        if self.counting:
            return {}
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
        of_cells = (self.counting.needs,) if self.counting else ()
        every = (*of_feeds, *of_recipe, *of_cells, *of_files)
        return tuple(dict.fromkeys(name for names in every for name in names))

    @property
    def may_lack(self) -> tuple[str, ...]:
        """Those of them that a force may do without, whatever other datasets need."""
        return self.derivation.recipe.may_lack if self.derivation else ()

    @property
    def open_text(self) -> tuple[str, ...]:
        """The published columns whose text comes from no closed list; the sides of cells are closed."""
        return () if self.counting else tuple(dict.fromkeys(name for feed in self.feeds for name in feed.open_text))

    @property
    def options(self) -> tuple[type[Any], ...]:
        """The classes of settings that its sources, handlings and further files ask: they can change its releases."""
        asking = (
            *(each for feed in self.feeds for each in (feed.source, *feed.handlings)),
            *([self.derivation.recipe] if self.derivation else []),
            *self.distributions,
        )
        return tuple(dict.fromkeys(kind for each in asking for kind in getattr(each, "options", ())))


class Mistake(NamedTuple):
    """What is wrong with the inputs of a dataset, and the word of its declaration that it is about."""

    dataset: str
    word: str
    said: str


def mistakes_in(datasets: Mapping[str, Dataset], columns: Mapping[str, Collection[str]]) -> Iterator[Mistake]:
    """Yield the inputs that are no dataset, the columns that it does not publish, the circles; ``columns`` by dataset.

    A dataset whose columns are not known is not asked about them: its own run says what is wrong with its schema.
    """
    for name, dataset in datasets.items():
        for each in dataset.inputs:
            if each.dataset not in datasets:
                yield Mistake(name, each.dataset, f"its input `{each.dataset}` is no dataset")
                continue
            for column in each.columns:
                if column not in columns.get(each.dataset, (column,)):
                    yield Mistake(name, column, f"its input `{each.dataset}` has no published column `{column}`")
            if each.totals and datasets[each.dataset].totals is None:
                yield Mistake(name, each.dataset, f"its input `{each.dataset}` declares no control totals")
            if name in {each.dataset, *upstream(datasets, each.dataset)}:
                yield Mistake(name, each.dataset, f"it is made from `{each.dataset}`, which is made from it")


def upstream(datasets: Mapping[str, Dataset], name: str) -> tuple[str, ...]:
    """Return every dataset that one is made from, directly or not; a circle ends."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        last = datasets.get(waiting.pop())
        new = [each.dataset for each in last.inputs if each.dataset not in found] if last else []
        found |= dict.fromkeys(new)
        waiting += new
    return tuple(found)


def in_order(datasets: Mapping[str, Dataset]) -> list[str]:
    """Return the names of datasets, each behind those that it is made from."""
    done: dict[str, None] = {}
    left = list(datasets)
    while left:
        ready = [name for name in left if {each.dataset for each in datasets[name].inputs}.isdisjoint(left)]
        done |= dict.fromkeys(ready or left)  # a circle was refused before
        left = [name for name in left if name not in done]
    return list(done)
