"""What may happen to rows: what all rules are, and what they return."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, Self

import pyarrow as pa

from pipeline.model.handling import Handling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.errors import InputError
    from pipeline.model.context import Context
    from pipeline.model.handling import Problem
    from pipeline.model.tables import Kept, RawTable, Ruling


class PublicRows(Protocol):
    """Rows that are public already, when what is known of them has changed."""

    def references(self, scope: str) -> pa.Array | None:
        """Return the keyed references of a scope, nothing where the dataset has none."""

    def key(self, name: str) -> pa.Array | None:
        """Return a private key of each row, nothing where the release was made without it."""

    def text(self, name: str) -> pa.Array:
        """Return a published column as text."""

    def entries(self) -> NDArray[np.int64]:
        """Return a number for each row of a register, the same for rows of one entry."""


class PublicRevision(NamedTuple):
    """What a rule does to rows that are public: ``out`` go, ``columns`` take the place of what stood there.

    ``code`` is the reason why they go, "" where none do;
    ``applied`` are the entries of the rule's register that stood in the rows that go; ``kept_back`` is what a later
    build has to keep back as well.
    """

    code: str
    out: Mask
    columns: Mapping[str, pa.Array] = MappingProxyType({})
    applied: Sequence[str] = ()
    kept_back: Sequence[str] = ()


class Blanked(NamedTuple):
    """Where a rule leaves a published column blank: as the row's own cells say, and where a redaction explains it.

    What is wrong with the row's own cell is then not checked, and what is missing is not waited for.
    """

    own: Mask
    redacted: Mask


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


class Judgement(NamedTuple):
    """What a row rule says: rulings, free of any cell, and figures for the public.

    ``quality`` marks rows that count, of those that are published, by the figure's name; ``applied`` are the
    entries of the rule's register that stand in the rows.  ``kept`` is what later builds have to keep back as well.
    """

    rulings: Sequence[Ruling] = ()
    quality: Mapping[str, Mask] = MappingProxyType({})
    applied: Sequence[str] = ()
    kept: Sequence[Kept] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule(Handling):
    """What may happen to a row, in the order of the declaration; by itself it does nothing.

    ``register`` is the register of the private index that it keeps
    and needs, or "", ``holds`` what that holds, in words, ``guards`` who would be less protected without it, where
    that is not what it holds.  ``every_row``: each row of a source enters its reference in the register, not only
    rows that are marked.  ``repeats_only``: only keys count that come more than once, in several sources or marked
    `*`.  ``whole_rows``: it asks which rows are equal in every raw cell.  ``scope`` is that of the register's keyed
    references.  ``shared``: its register holds what the extracts of every dataset say that has such a rule.
    ``asks_about`` is what its questions are about, in the name of the private file that lists them.  ``first``: what it
    finds names a row before all else, as it tells the row's period.  ``refuses``: all that it keeps back are bad rows.
    ``directly``: it decides directly after what is bad, before the rules of columns.
    """

    takes: ClassVar[int | None] = 0
    register: ClassVar[str] = ""
    holds: ClassVar[str] = ""
    guards: ClassVar[str] = ""
    every_row: ClassVar[bool] = False
    repeats_only: ClassVar[bool] = False
    whole_rows: ClassVar[bool] = False
    shared: ClassVar[bool] = False
    asks_about: ClassVar[str] = ""
    first: ClassVar[bool] = False
    refuses: ClassVar[bool] = False
    directly: ClassVar[bool] = False
    scope: str = ""

    @property
    def entry(self) -> tuple[str, ...]:
        """Published columns that name an entry of a register."""
        return ()

    def among(self, _columns: tuple[str, ...]) -> Self:
        """Return the rule over several columns as it is in a feed of which these raw ``_columns`` are not withheld."""
        return self

    @property
    def moments(self) -> tuple[str, ...]:
        """Raw columns that hold dates, and that no treatment reads."""
        return ()

    @property
    def together(self) -> tuple[str, ...]:
        """Raw columns whose equal cells say that rows belong together, and to one period."""
        return ()

    def keys(self, _cells: Mapping[str, pa.Array], _context: Context) -> Mapping[str, pa.Array]:
        """Return the private keys of each row by name: they are kept beside a release, and never published."""
        return {}

    def enter(self, _cells: Mapping[str, pa.Array], _rows: pa.Array, _context: Context) -> Mapping[str, str]:
        """Return what one source, whose rows have the numbers ``_rows``, enters in the register: a value by key."""
        return {}

    def enter_lists(self, _context: Context) -> Mapping[str, Mapping[str, str]]:
        """Return what lists of the force enter in the register, by list."""
        return {}

    def absent_lists(self, _context: Context) -> Collection[str]:
        """Return the lists that enter something where the force has them, and that it does not have."""
        return ()

    def combine(self, values: Iterable[str]) -> str:
        """Return the strongest of ``values``: the greatest as text, `Y` before `?`."""
        return max(values, default="")

    def strength(self, value: str) -> int:
        """Return how much an entry protects what is public; 0 where it protects nothing."""
        return int(bool(value))

    def resolve(self, entries: dict[str, str]) -> dict[str, str]:
        """Return the combined entries as they count, with what follows from several of them."""
        return entries

    def count(self, keys: Collection[str]) -> int:
        """Return how many things of what the register holds some of its keys stand for."""
        return len(keys)

    def seen(self, sources: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
        """Return the keys that rows ever received stand under, files that have gone included."""
        return frozenset(key for entered in sources.values() for key in entered)

    def lasting(self, _entered: Mapping[str, str]) -> Mapping[str, str]:
        """Return what still counts of a source that another one of its name has replaced."""
        return {}

    def protecting(self, _entered: Mapping[str, str]) -> Mapping[str, str]:
        """Return what still counts of a source that was taken back; by default nothing."""
        return {}

    def everywhere(self, _entries: Mapping[str, str]) -> Collection[str]:
        """Return the entries that may matter to any row, whatever its own keys."""
        return ()

    def stands_in(self, _rows: PublicRows, _context: Context) -> bool:
        """Return whether one of the entries that may matter to any row stands in public rows."""
        return False

    def borne(self, weaker: Mapping[str, str], _seen: frozenset[str]) -> Collection[str]:
        """Return the keys of weaker entries that some row bears: where each row of a source enters its own."""
        return weaker.keys()

    def bearing(self, cells: Mapping[str, pa.Array], _keys: Collection[str], _context: Context) -> pa.Array:
        """Return which of some keys of the register each row bears, null where none."""
        return pa.nulls(len(next(iter(cells.values()))), pa.string())

    def asks(self, _entries: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
        """Return the keys that only a decision can settle, by the code of the finding."""
        return {}

    def faults(self, _sources: Mapping[str, Mapping[str, str]], _entries: Mapping[str, str]) -> Sequence[InputError]:
        """Return what speaks against the sources of a register, taken together."""
        return ()

    def remarks(self, _sources: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        """Yield what every run says of the sources of a register: lines without effect, keys that look alike."""
        yield from ()

    def unmatched(self, _sources: Mapping[str, Mapping[str, str]]) -> Mapping[str, Collection[int]]:
        """Return the lines of lists that several datasets look up that match nothing in these sources, by list."""
        return {}

    def check(self, _raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the problems that the rule finds."""
        return ()

    def excuse(self, problems: Sequence[Problem], _raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the problems that still count when the rule knows better."""
        return problems

    def blanked(self, _raw: RawTable, _context: Context) -> Mapping[str, Blanked]:
        """Return the published columns that the rule leaves blank in some rows, and where."""
        return {}

    def amend(self, columns: dict[str, pa.Array], _raw: RawTable, _context: Context) -> dict[str, pa.Array]:
        """Return the published columns as the rule leaves them."""
        return columns

    def unpublishable(self, _raw: RawTable, _context: Context) -> Mask | None:
        """Return rows that this rule will withhold for certain, so that the schema need not judge them."""
        return None

    def judge(self, _raw: RawTable, _columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        """Return what is to be settled about rows, and what the public is told of them."""
        return Judgement()

    def revise_public(self, _rows: PublicRows, _context: Context) -> PublicRevision | None:
        """Return what the rule's register does to rows that are not built again, nothing where nothing is due."""
        return None

    def questions(self, _raw: RawTable, _context: Context, _apart: Mask) -> Sequence[Question]:
        """Return the payees whom somebody has to classify, rows ``_apart`` left out.

        They go into one private file, nowhere else.
        """
        return ()
