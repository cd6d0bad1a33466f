"""The force's own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.columns.arrays import filled, on_distinct
from pipeline.model.constants import OnEveryRow
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import OneColumn, key_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnForce(OneColumn):
    """Publishes the force's name; a row of another force is a problem."""

    odd: ClassVar[tuple[str, ...]] = ("leicestershire",)  # another force
    why: str = "the force that recorded it"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the name of the setting's force."""
        column = cells[self.column]
        name = on_distinct(column, lambda slug: context.force_name if slug == context.force else None)
        other = problem(self.column, "other-force", ~filled(name))
        return Treated(self._same(name), key_problems(self.column, column, other))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the force."""
        return {self.column: draw.truth("force")["slug"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceName(OnEveryRow):
    """Publishes the setting's force on every row; it settles no raw column."""

    why: str = "the force that recorded it"

    def text_of(self, context: Context) -> str:
        """Return the force's name."""
        return context.force_name
