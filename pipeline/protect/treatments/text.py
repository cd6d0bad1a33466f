"""Open text as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import filled
from pipeline.columns.text import is_formula
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import OneColumn

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep(OneColumn):
    """Publishes a text as it stands; one that a spreadsheet would run is a problem, an empty one unless ``blank``."""

    blank: bool = False

    @property
    def open_text(self) -> tuple[str, ...]:
        """The text."""
        return self.makes

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return the text itself."""
        column = cells[self.column]
        problems = problem(self.column, "formula-text", is_formula(column))
        if not self.blank:
            problems = (*problem(self.column, "blank-value", ~filled(column)), *problems)
        return Treated(self._same(column), problems)
