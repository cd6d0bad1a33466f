"""What becomes of raw columns and rows: what all treatments and rules are, and what they return."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, Protocol, Self

import numpy as np

from pipeline.columns.arrays import constant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.periods import Period


class Draw(Protocol):
    """Draws columns of text for the rows of one invented extract, each with a cell for every row."""

    @property
    def period(self) -> Period:
        """The period of the extract."""

    def of(self, values: Sequence[str], weights: Sequence[float] | None = None) -> pa.Array:
        """Return a column of ``values``, equally likely or by ``weights``."""

    def numbers(self, low: int, high: int) -> pa.Array:
        """Return whole numbers from ``low`` to below ``high``."""

    def amounts(self) -> pa.Array:
        """Return pounds and pence."""

    def days(self) -> pa.Array:
        """Return days of the period, as systems write them."""

    def moments(self) -> pa.Array:
        """Return days of the period with a time, in the order of the rows."""

    def instants(self) -> pa.Array:
        """Return moments of the period in universal time (RFC 3339)."""

    def running(self) -> pa.Array:
        """Return whole numbers, each once in an extract."""

    def references(self, scope: str) -> pa.Array:
        """Return the references of records, the same in every extract that names records of the scope."""

    def codes(self, codelist: str) -> Sequence[Mapping[str, str]]:
        """Return the rows of a code list that are valid in every month."""

    def truth(self, of: str) -> Mapping[str, pa.Array]:
        """Return the columns of something that every table of the force agrees on: a place, a supplier."""

    def text(self, column: str, published: str) -> pa.Array:
        """Return text that may be published in a column of the schema; it is nobody's name."""


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


def columns_of(names: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that a declaration names: one, or several."""
    return (names,) if isinstance(names, str) else names


class Decisive(NamedTuple):
    """A raw column that decides what is protected, the cells that open nothing, whether one may stand for all rows."""

    column: str
    closed: tuple[str, ...] = ()
    constant: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What a feed says about the raw columns that it binds this to; each raw column has exactly one handling.

    ``why`` is the reason, in words that the documentation shows, and ``what`` it keeps back, if anything, in words for
    the public.  ``takes`` is how many raw columns it is about, None for any number; ``needs`` are the lists below
    ``data/reference`` that it looks up, ``options`` the settings that it asks, by their class.  ``joined``: made keys.
    ``lackable``: a force's system may lack them; ``leads_back``: they identify somebody or their record.  ``odd`` are
    cells that try it.  ``typical`` says what stands there: a way of `Draw`, and what it is given; of what all tables
    agree on the columns, in the order of `reads`.  ``beside`` are the names of fields that hold further raw columns.
    """

    takes: ClassVar[int | None] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[type[Any], ...]] = ()
    lackable: ClassVar[bool] = False
    leads_back: ClassVar[bool] = False
    odd: ClassVar[tuple[str, ...]] = ()
    typical: ClassVar[tuple[str, ...]] = ()
    beside: ClassVar[tuple[str, ...]] = ()
    columns: tuple[str, ...] = ()
    what: str = ""
    why: str = ""
    joined: tuple[str, ...] = ()

    def bind(self, *columns: str) -> Self:
        """Return the handling of these raw columns; `ValueError` where it is about another number of them."""
        if self.takes not in (None, len(columns)):
            about = f"{self.takes} raw column{'s' * (self.takes != 1)}"
            raise ValueError(f"{type(self).__name__} is about {about}, not {len(columns)}: {', '.join(columns)}")
        return replace(self, columns=columns)

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return plausible cells, by raw column."""
        if not self.typical:
            return {}
        how, *given = self.typical
        if how == "truth":
            known = draw.truth(given[0])
            return {name: known[part] for name, part in zip(self.reads, given[1:], strict=False)}
        cells: pa.Array = draw.of(given) if how == "of" else getattr(draw, how)(*given)
        return {self.reads[0]: cells}

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return cells of rows that are otherwise good, by raw column: a row each."""
        return tuple({(self.columns or self.reads)[0]: cell} for cell in self.odd)

    @property
    def column(self) -> str:
        """The first raw column, which is the only one of most handlings."""
        return self.columns[0]

    @property
    def reads(self) -> tuple[str, ...]:
        """Raw columns that must be read for it: its own, and those that its fields ``beside`` name."""
        further = (name for field in self.beside for name in columns_of(getattr(self, field)) if name)
        return tuple(dict.fromkeys((*self.columns, *further)))

    @property
    def identifies(self) -> tuple[str, ...]:
        """Raw columns that never leave because they identify somebody or their record."""
        return self.columns if self.leads_back else ()

    @property
    def optional(self) -> tuple[str, ...]:
        """Raw columns that a force's system may lack: nobody is less protected, and no row is bad without them."""
        return self.columns if self.lackable else ()

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """Raw columns whose cells decide whether something is protected."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld(Handling):
    """A handling that publishes nothing."""

    takes: ClassVar[int | None] = None

    @property
    def reads(self) -> tuple[str, ...]:
        """None: what is withheld is not read."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment(Handling):
    """A handling that makes published columns.

    ``cells_are`` says what its raw columns hold, where others ask: `dates` (those of a whole file show whether they
    were written month first), `amounts` of money, or `periods` of their file.  ``is_open``: the text of what it makes
    does not come from a closed list.
    """

    cells_are: ClassVar[str] = ""
    is_open: ClassVar[bool] = False

    @property
    def varied(self) -> tuple[str, ...]:
        """Raw columns whose cells seldom recur, so that a dictionary of them would not pay."""
        return ()

    @property
    def makes(self) -> tuple[str, ...]:
        """Published columns that this makes."""
        return ()

    @property
    def shown_in(self) -> Mapping[str, tuple[str, ...]]:
        """Published columns in which cells of a raw column stand that identifies somebody, where they may."""
        return {}

    @property
    def open_text(self) -> tuple[str, ...]:
        """Published columns whose text does not come from a closed list: the leak check looks at them."""
        return self.makes if self.is_open else ()

    @property
    def references(self) -> Mapping[str, str]:
        """The published columns of keyed references, by scope: the private index keeps them."""
        return {}

    @abstractmethod
    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the published columns and the problems found."""

    def quality(self, _columns: Mapping[str, pa.Array]) -> Mapping[str, Mask]:
        """Return figures for the public: rows that count, of those that are published, by name."""
        return {}


def problem(column: str, code: str, mask: Mask) -> tuple[Problem, ...]:
    """Return the problem where ``mask`` is anywhere true, else nothing."""
    return (Problem(column, code, mask),) if mask.any() else ()


def length_of(cells: Mapping[str, pa.Array]) -> int:
    """Return the number of rows of a table of columns."""
    return len(next(iter(cells.values()))) if cells else 0


def nowhere(length: int) -> Mask:
    """Return a mask that is true nowhere."""
    return np.zeros(length, np.bool_)


#: The column that says which snapshot of a register a row is of.
SNAPSHOT: Final = "snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnEveryRow(Treatment):
    """The same text on every row of the published columns that the feed fills with it."""

    takes: ClassVar[int | None] = 0
    into: tuple[str, ...] = ()

    def fill(self, *into: str) -> Self:
        """Return the constant of these published columns."""
        return replace(self, into=into)

    @property
    def makes(self) -> tuple[str, ...]:
        """The columns."""
        return self.into

    @abstractmethod
    def text_of(self, context: Context) -> str | None:
        """Return the text, None for empty cells."""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the text on every row."""
        return Treated(dict.fromkeys(self.into, constant(self.text_of(context), length_of(cells))))


@dataclass(frozen=True, slots=True)
class Constant(OnEveryRow):
    """Publishes one text, or nothing, on every row; it settles no raw column."""

    text: str | None = None
    why: str = field(default="the same on every row", kw_only=True)

    def text_of(self, _context: Context) -> str | None:
        """Return the text."""
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(OnEveryRow):
    """Publishes the snapshot of its register on every row, so that all of them can be read together."""

    why: str = "the month in which the register was as it stands here"

    def text_of(self, context: Context) -> str:
        """Return the snapshot."""
        return context.month
