"""Keyed pseudonyms of references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.columns.pseudonyms import SHORT
from pipeline.model.handling import Treated
from pipeline.protect.handling import OneColumn, filled_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.context import Context
    from pipeline.model.handling import Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonym(OneColumn):
    """Publishes a keyed pseudonym of a reference; ``after`` are parts that come first.

    With ``of_force`` the setting's force is the first part, for extracts that do not name it.  References are short
    numbers: a hash without a key could be turned back by trying them all.
    """

    odd = ("",)  # no reference
    is_open = True  # the leak check makes sure that it is a pseudonym
    leads_back = True
    why: str = "the same record keeps one identifier that leads back to none"
    scope: str
    after: tuple[str, ...] = ()
    of_force: bool = False
    length: int = SHORT

    @property
    def reads(self) -> tuple[str, ...]:
        """The reference and the parts before it."""
        return (*self.after, self.column)

    @property
    def references(self) -> Mapping[str, str]:
        """The pseudonym's column."""
        return {self.scope: self.makes[0]}

    @property
    def varied(self) -> tuple[str, ...]:
        """The reference."""
        return (self.column,)

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the pseudonym of each reference; an empty or damaged one is a problem.

        The parts before it have a treatment of their own, which judges them.
        """
        column = cells[self.column]
        force = [pa.array([context.force] * len(column), pa.string())] if self.of_force else []
        parts = [*force, *(cells[name] for name in self.reads)]
        named = context.pseudonyms.column(self.scope, parts, length=self.length)
        return Treated(self._same(named), filled_keys(self.column, column, "blank-reference", self.joined))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return references of the scope."""
        return {self.column: draw.references(self.scope)}
