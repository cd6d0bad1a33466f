"""Open text as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.columns.arrays import filled
from pipeline.columns.keys import is_damaged as is_damaged_key
from pipeline.columns.text import is_damaged, is_formula, with_plain_blanks
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import MayBeBlank

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep(MayBeBlank):
    """Publishes a text as it stands, its blanks as spaces; an empty one is a problem unless ``blank``.

    A text that a spreadsheet would run is a problem, and one that is damaged or no name; a ``code`` may be `NA`.
    """

    odd: ClassVar[tuple[str, ...]] = ('=HYPERLINK("http://pay.example","open")',)  # a text that a spreadsheet would run
    is_open: ClassVar[bool] = True
    code: bool = False

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return the text itself."""
        column = cells[self.column]
        text = with_plain_blanks(column)
        formula = is_formula(column)
        problems = [
            *problem(self.column, "formula-text", formula),
            *problem(
                self.column, "damaged-text", (is_damaged_key(column) if self.code else is_damaged(text)) & ~formula
            ),
        ]
        if not self.blank:
            problems = [*problem(self.column, "blank-value", ~filled(text)), *problems]
        return Treated(self._same(text), problems)

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return text for the public."""
        return {self.column: draw.text(self.column, self.makes[0])}
