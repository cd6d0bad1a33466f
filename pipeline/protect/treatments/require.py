"""Raw columns that are only checked, those that never leave, and the force's own name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from pipeline.columns.arrays import mask_on_distinct
from pipeline.model.handling import OnEveryRow, Treated, Treatment, Withheld, problem
from pipeline.protect.handling import OneColumn, key_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.handling import Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Require(Treatment):
    """Uses a column that may hold one value only; ``code`` says what is wrong with another."""

    odd = ("EUR",)  # another value
    value: str
    code: str

    def wanted(self, _context: Context) -> str:
        """Return the value."""
        return self.value

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return no column; another value is a problem."""
        column = cells[self.column]
        other = ~mask_on_distinct(column, self.wanted(context).__eq__)
        return Treated({}, key_problems(self.column, column, problem(self.column, self.code, other)))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the value."""
        return {self.column: draw.of((self.value or draw.period,))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Require):
    """Uses the period that a line gives: it must be its file's month."""

    odd = ("1999-12",)  # another period
    cells_are = "periods"
    value: str = ""
    code: str = "other-period"
    why: str = "a line belongs to its file's month"

    def wanted(self, context: Context) -> str:
        """Return the period."""
        return context.month


@dataclass(frozen=True, slots=True)
class Withhold(Withheld):
    """Raw columns that never leave; ``whom`` says whom or what they would give away, if anybody.

    ``what`` is what they are, in words for the public, and ``why`` the reason; both follow from a person in ``whom``.
    """

    whom: str = ""

    def bind(self, *columns: str) -> Self:
        """Return the handling of these raw columns, with what is kept back and why of a person who is not named."""
        what, why = self.what or f"What identifies {self.whom}", self.why or f"{self.whom} is not named"
        return replace(self, columns=columns, what=what, why=why)

    @property
    def identifies(self) -> tuple[str, ...]:
        """The columns, when they identify somebody."""
        return self.columns if self.whom else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnForce(OneColumn):
    """Publishes the force's name; a row of another force is a problem."""

    fault = "other-force"
    typical = ("truth", "force", "slug")
    odd = ("leicestershire",)  # another force
    why: str = "the force that recorded it"

    def reading(self, context: Context) -> Callable[[str], str | None]:
        """Return the name of the setting's force."""
        return {context.force: context.force_name}.get


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceName(OnEveryRow):
    """Publishes the setting's force on every row; it settles no raw column."""

    why: str = "the force that recorded it"

    def text_of(self, context: Context) -> str:
        """Return the force's name."""
        return context.force_name
