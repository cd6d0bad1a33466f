"""What becomes of raw columns and rows: the protocols of treatments and rules, and what they return."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.errors import InputError
    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable


class Problem(NamedTuple):
    """Cells of one raw column that cannot be used: a code of `reasons.REASONS`, and where it is true."""

    column: str
    code: str
    mask: Mask


class Treated(NamedTuple):
    """What a treatment made: published columns of text, and the cells that it could not handle.

    ``quality`` marks rows that count, of those that are published, by the name of a figure for the public.
    """

    columns: Mapping[str, pa.Array]
    problems: Sequence[Problem] = ()
    quality: Mapping[str, Mask] = MappingProxyType({})


class Question(NamedTuple):
    """A payee whom somebody has to classify, as the lines of one month tell it; only a private file may hold one.

    ``names`` are those with the most lines, ``others`` counts the rest; ``total`` is in pence; ``protected`` is the
    type that somebody of the same name has under another reference, "" where nobody is known.
    """

    reference: str
    names: tuple[str, ...]
    others: int
    lines: int
    total: int
    protected: str


class Handling(Protocol):
    """What a feed says about some raw columns: each raw column is settled by exactly one fate."""

    @property
    def why(self) -> str:
        """The reason, in words that the documentation shows."""

    @property
    def settles(self) -> tuple[str, ...]:
        """Raw columns whose fate this is."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Raw columns that must be read for it."""

    @property
    def identifies(self) -> tuple[str, ...]:
        """Raw columns that never leave because they identify somebody or their record."""


class Withheld(Handling, Protocol):
    """A fate that publishes nothing."""

    @property
    def what(self) -> str:
        """What it keeps back, in words for the public."""


class Treatment(Handling, Protocol):
    """A fate that makes published columns."""

    @property
    def varied(self) -> tuple[str, ...]:
        """Raw columns whose cells seldom recur, so that a dictionary of them would not pay."""

    @property
    def dates(self) -> tuple[str, ...]:
        """Raw columns that hold dates: those of a whole file show whether they were written month first."""

    @property
    def makes(self) -> tuple[str, ...]:
        """Published columns that this makes."""

    @property
    def open_text(self) -> tuple[str, ...]:
        """Published columns whose text does not come from a closed list: the leak check looks at them."""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the published columns and the problems found."""

    def quality(self, columns: Mapping[str, pa.Array]) -> Mapping[str, Mask]:
        """Return figures for the public: rows that count, of those that are published, by name."""


class Ruling(Protocol):
    """What a row rule will say of rows, once it is known which of them are bad; it holds no text of a cell."""

    def settle(self, standing: Mask, bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield reason codes with the rows they fall on, given the rows still standing and the bad ones."""


class Judgement(NamedTuple):
    """What a row rule says: rulings, free of any cell, and figures for the public.

    ``quality`` marks rows that count, of those that are published, by the figure's name; ``applied`` are the
    entries of the rule's register that stand in the rows.
    """

    rulings: Sequence[Ruling] = ()
    quality: Mapping[str, Mask] = MappingProxyType({})
    applied: Sequence[str] = ()


class PublicRows(Protocol):
    """Rows that are public already, when what is known of them has changed."""

    def references(self, scope: str) -> pa.Array | None:
        """Return the keyed references of a scope, nothing where the dataset has none."""

    def key(self, name: str) -> pa.Array | None:
        """Return a private key of each row, nothing where the release was made without it."""

    def text(self, name: str) -> pa.Array:
        """Return a published column as text."""


class PublicRevision(NamedTuple):
    """What a rule does to rows that are public: ``out`` go, ``columns`` take the place of what stood there.

    ``code`` is the reason why they go, "" where none do;
    ``applied`` are the entries of the rule's register that stood in the rows that go.
    """

    code: str
    out: Mask
    columns: Mapping[str, pa.Array] = MappingProxyType({})
    applied: Sequence[str] = ()


class RowRule(Handling, Protocol):
    """What may happen to a row, in the order of the declaration."""

    @property
    def what(self) -> str:
        """What it keeps back, in words for the public."""

    @property
    def register(self) -> str:
        """The register of the private index that the rule keeps and needs, or ""."""

    @property
    def holds(self) -> str:
        """What the register holds, in words."""

    @property
    def guards(self) -> str:
        """Who or what would be less protected without the register, where that is not what it holds."""

    @property
    def every_row(self) -> bool:
        """Whether each row of a source enters its reference in the register, not only rows that are marked."""

    @property
    def repeats_only(self) -> bool:
        """Whether only keys that come more than once count: in several sources, or marked `*`."""

    @property
    def scope(self) -> str:
        """The scope of the register's keyed references."""

    def keys(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, pa.Array]:
        """Return the private keys of each row by name: they are kept beside a release, and never published."""

    def enter(self, cells: Mapping[str, pa.Array], rows: pa.Array, context: Context) -> Mapping[str, str]:
        """Return what one source, whose rows have the numbers ``rows``, enters in the register: a value by key."""

    def enter_lists(self, context: Context) -> Mapping[str, Mapping[str, str]]:
        """Return what lists of the force enter in the register, by list."""

    def absent_lists(self, context: Context) -> Collection[str]:
        """Return the lists that enter something where the force has them, and that it does not have."""

    def combine(self, values: Iterable[str]) -> str:
        """Return the strongest of what sources entered under one key."""

    def strength(self, value: str) -> int:
        """Return how much an entry protects what is public; 0 where it protects nothing."""

    def resolve(self, entries: dict[str, str]) -> dict[str, str]:
        """Return the combined entries as they count, with what follows from several of them."""

    def count(self, keys: Collection[str]) -> int:
        """Return how many things of what the register holds some of its keys stand for."""

    def seen(self, sources: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
        """Return the keys that rows ever received stand under, files that have gone included."""

    def lasting(self, entered: Mapping[str, str]) -> Mapping[str, str]:
        """Return what still counts of a source that another one of its name has replaced."""

    def borne(self, weaker: Mapping[str, str], seen: frozenset[str]) -> Collection[str]:
        """Return the keys of weaker entries that some row bears: where each row of a source enters its own."""

    def bearing(self, cells: Mapping[str, pa.Array], keys: Collection[str], context: Context) -> pa.Array:
        """Return which of some keys of the register each row bears, null where none."""

    def asks(self, entries: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
        """Return the keys that only a decision can settle, by the code of the finding."""

    def faults(self, sources: Mapping[str, Mapping[str, str]], entries: Mapping[str, str]) -> Sequence[InputError]:
        """Return what speaks against the sources of a register, taken together."""

    def remarks(self, sources: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        """Yield what every run says of the sources of a register: lines without effect, keys that look alike."""

    def check(self, raw: RawTable, context: Context) -> Sequence[Problem]:
        """Return the problems that the rule finds."""

    def excuse(self, problems: Sequence[Problem], raw: RawTable, context: Context) -> Sequence[Problem]:
        """Return the problems that still count when the rule knows better."""

    def amend(self, columns: dict[str, pa.Array], raw: RawTable, context: Context) -> dict[str, pa.Array]:
        """Return the published columns as the rule leaves them."""

    def unpublishable(self, raw: RawTable, context: Context) -> Mask | None:
        """Return rows that this rule will withhold for certain, so that the schema need not judge them."""

    def judge(self, raw: RawTable, columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return what is to be settled about rows, and what the public is told of them."""

    def revise_public(self, rows: PublicRows, context: Context) -> PublicRevision | None:
        """Return what the rule's register does to rows that are not built again, nothing where nothing is due."""

    def questions(self, raw: RawTable, context: Context, apart: Mask) -> Sequence[Question]:
        """Return the payees whom somebody has to classify, rows ``apart`` left out.

        They go into one private file, nowhere else.
        """


def problem(column: str, code: str, mask: Mask) -> tuple[Problem, ...]:
    """Return the problem where ``mask`` is anywhere true, else nothing."""
    return (Problem(column, code, mask),) if mask.any() else ()


def length_of(cells: Mapping[str, pa.Array]) -> int:
    """Return the number of rows of a table of columns."""
    return len(next(iter(cells.values()))) if cells else 0


def nowhere(length: int) -> Mask:
    """Return a mask that is true nowhere."""
    return np.zeros(length, np.bool_)
