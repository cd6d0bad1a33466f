"""What becomes of raw columns and rows: what all treatments and rules are, and what they return."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context


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
    cells that try it.
    """

    takes: ClassVar[int | None] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[type[Any], ...]] = ()
    lackable: ClassVar[bool] = False
    leads_back: ClassVar[bool] = False
    odd: ClassVar[tuple[str, ...]] = ()
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

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return cells of rows that are otherwise good, by raw column: a row each."""
        return tuple({self.column: cell} for cell in self.odd)

    @property
    def column(self) -> str:
        """The first raw column, which is the only one of most handlings."""
        return self.columns[0]

    @property
    def reads(self) -> tuple[str, ...]:
        """Raw columns that must be read for it."""
        return self.columns

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
