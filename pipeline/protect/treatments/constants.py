"""The same text on every row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.columns.arrays import constant, filled, on_distinct
from pipeline.model.handling import Treated, length_of, problem
from pipeline.protect.handling import HandlingBase, OneColumn, columns_of, key_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnForce(OneColumn):
    """Publishes the force's name; a row of another force is a problem."""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the name of the setting's force."""
        column = cells[self.column]
        name = on_distinct(column, lambda slug: context.force_name if slug == context.force else None)
        other = problem(self.column, "other-force", ~filled(name))
        return Treated(self._same(name), key_problems(self.column, column, other))


@dataclass(frozen=True, slots=True)
class ForceName(HandlingBase):
    """Publishes the setting's force on every row; it settles no raw column."""

    into: str | tuple[str, ...]
    why: str

    @property
    def settles(self) -> tuple[str, ...]:
        """None."""
        return ()

    reads = settles

    @property
    def makes(self) -> tuple[str, ...]:
        """The columns of the force's name."""
        return columns_of(self.into)

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the name on every row."""
        return Treated(dict.fromkeys(self.makes, constant(context.force_name, length_of(cells))))


@dataclass(frozen=True, slots=True)
class Constant(HandlingBase):
    """Publishes one text, or nothing, on every row; it settles no raw column."""

    into: str | tuple[str, ...]
    why: str
    text: str | None = field(default=None, kw_only=True)

    @property
    def settles(self) -> tuple[str, ...]:
        """None."""
        return ()

    reads = settles

    @property
    def makes(self) -> tuple[str, ...]:
        """The columns."""
        return columns_of(self.into)

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return the text on every row."""
        return Treated(dict.fromkeys(self.makes, constant(self.text, length_of(cells))))
