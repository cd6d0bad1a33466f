"""The fates that publish nothing: columns that are withheld, and columns that are only checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.columns.arrays import filled, on_distinct
from pipeline.protect.place import Place, Treated, problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.columns.arrays import Mask


def columns_of(names: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that a declaration names: one, or several."""
    return (names,) if isinstance(names, str) else names


class Reasoned:
    """What all fates share beside their reason: the defaults."""

    __slots__ = ()

    @property
    def identifies(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def open_text(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def varied(self) -> tuple[str, ...]:
        """None."""
        return ()

    def quality(self, _columns: Mapping[str, pa.Array]) -> Mapping[str, Mask]:
        """Return no figure."""
        return {}


@dataclass(frozen=True, slots=True)
class Withhold(Reasoned):
    """Raw columns that never leave; ``whom`` says whom or what they would give away, if anybody.

    ``what`` is what they are, in words for the public, and ``why`` the reason; both follow from a person in ``whom``.
    """

    columns: tuple[str, ...]
    what: str = ""
    why: str = ""
    whom: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        """Say what is kept back, and why, of a person who is not named."""
        object.__setattr__(self, "what", self.what or f"What identifies {self.whom}")
        object.__setattr__(self, "why", self.why or f"{self.whom} is not named")

    @property
    def settles(self) -> tuple[str, ...]:
        """The withheld columns."""
        return self.columns

    @property
    def reads(self) -> tuple[str, ...]:
        """None: what is withheld is not read."""
        return ()

    @property
    def identifies(self) -> tuple[str, ...]:
        """The columns, when they identify somebody."""
        return self.columns if self.whom else ()


@dataclass(frozen=True, slots=True)
class OneColumn(Reasoned):
    """A fate of one raw column, into one published column, several of the same text, or none."""

    column: str
    into: str | tuple[str, ...] = ()
    why: str = ""

    @property
    def settles(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    @property
    def reads(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    @property
    def makes(self) -> tuple[str, ...]:
        """The published columns."""
        return columns_of(self.into)

    def _same(self, text: pa.Array) -> dict[str, pa.Array]:
        return dict.fromkeys(columns_of(self.into), text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(OneColumn):
    """Uses the period that a line gives: it must be its file's month."""

    def apply(self, cells: Mapping[str, pa.Array], place: Place) -> Treated:
        """Return no column; another period is a problem."""
        given = on_distinct(cells[self.column], lambda text: text if text == place.month else None)
        return Treated({}, problem(self.column, "other-period", ~filled(given)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MustBe(OneColumn):
    """Uses a column that may hold one value only; ``code`` says what is wrong with another."""

    value: str
    code: str

    def apply(self, cells: Mapping[str, pa.Array], _place: Place) -> Treated:
        """Return no column; another value is a problem."""
        given = on_distinct(cells[self.column], lambda text: text if text == self.value else None)
        return Treated({}, problem(self.column, self.code, ~filled(given)))
