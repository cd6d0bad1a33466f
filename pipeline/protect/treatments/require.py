"""Raw columns that are only checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.columns.arrays import filled, on_distinct
from pipeline.model.handling import Treated, Treatment, problem
from pipeline.protect.handling import key_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Treatment):
    """Uses the period that a line gives: it must be its file's month."""

    odd: ClassVar[tuple[str, ...]] = ("1999-12",)  # another period
    cells_are: ClassVar[str] = "periods"
    why: str = "a line belongs to its file's month"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return no column; another period is a problem."""
        column = cells[self.column]
        given = on_distinct(column, lambda text: text if text == context.month else None)
        return Treated({}, key_problems(self.column, column, problem(self.column, "other-period", ~filled(given))))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the period of the file."""
        return {self.column: draw.of((draw.period,))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Require(Treatment):
    """Uses a column that may hold one value only; ``code`` says what is wrong with another."""

    odd: ClassVar[tuple[str, ...]] = ("EUR",)  # another value
    value: str
    code: str

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return no column; another value is a problem."""
        column = cells[self.column]
        given = on_distinct(column, lambda text: text if text == self.value else None)
        return Treated({}, key_problems(self.column, column, problem(self.column, self.code, ~filled(given))))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the value."""
        return {self.column: draw.of((self.value,))}
