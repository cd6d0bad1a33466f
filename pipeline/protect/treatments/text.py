"""Open text: as it stands, and free text about people, which is published only when somebody has approved it."""

from __future__ import annotations

import html
import re
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import filled, on_distinct
from pipeline.columns.keys import is_damaged as is_damaged_key
from pipeline.columns.open_text import is_damaged, is_formula, with_plain_blanks
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import MayBeBlank, OneColumn

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.handling import Draw, Treatment


_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep(MayBeBlank):
    """Publishes a text as it stands, its blanks as spaces; an empty one is a problem unless ``blank``.

    A text that a spreadsheet would run is a problem, and one that is damaged or no name; a ``code`` may be `NA`.
    """

    odd = ('=HYPERLINK("http://pay.example","open")',)  # a text that a spreadsheet would run
    is_open = True
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


def prepared(text: str) -> str | None:
    """Return a text as it would be published: without mark-up, white space as single blanks; None where none is left.

    Entities are decoded once.
    """
    return " ".join(html.unescape(_TAG.sub(" ", text)).split()) or None


@dataclass(frozen=True, slots=True)
class Text(OneColumn):
    """Publishes what ``fallback`` makes of other raw columns in the place of free text, or nothing.

    No text is clean until texts can be searched for whom they name, so none is published, and each that is filled is
    counted as waiting.  One that a spreadsheet would run is a problem all the same.  The cell may be empty.
    """

    #: Mark-up, and a text that a spreadsheet would run once that is gone.
    odd = ("<p>Fish &amp; chips</p>", "<b>=1+1</b>")
    lackable = True
    _: KW_ONLY
    fallback: Treatment | None = None
    why: str = "free text may name somebody: it is published when it is clean and approved"

    @property
    def reads(self) -> tuple[str, ...]:
        """The text, and what stands in its place."""
        return (*self.columns, *(self.fallback.reads if self.fallback else ()))

    @property
    def open_text(self) -> tuple[str, ...]:
        """What stands in its place, where that is open text."""
        return self.fallback.open_text if self.fallback else ()

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return what stands in the place of the texts, and which of them wait."""
        text = on_distinct(cells[self.column], prepared)
        instead = self.fallback.apply(cells, context).columns[self.makes[0]] if self.fallback else None
        column = on_distinct(text, lambda _: None) if instead is None else instead
        problems = problem(self.column, "formula-text", is_formula(text))
        return Treated(self._same(column), problems, {"texts_waiting": filled(text)})

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return text for the public."""
        return {self.column: draw.text(self.column, self.makes[0])}
