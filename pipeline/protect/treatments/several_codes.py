"""Cells that hold several codes of a list."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.columns.arrays import filled, on_distinct
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import OneColumn, key_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw


@dataclass(frozen=True, slots=True)
class Codes(OneColumn):
    """Publishes the labels of codes that `;` joins, each once, in the order of their list, joined by `; `.

    A cell with a code that the list does not have is a problem; an empty cell stays empty.
    """

    odd: ClassVar[tuple[str, ...]] = ("99X",)  # a code that no list has
    lackable: ClassVar[bool] = True
    codelist: str
    _: KW_ONLY
    why: str = "codes of a closed list, never free text"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the labels, and the cells with a code that has none."""
        known = context.codelists.read(self.codelist).mapping(month=context.first_month)

        def labels(text: str) -> str | None:
            codes = {code.strip() for code in text.split(";")}
            return "; ".join(known[code] for code in known if code in codes) if codes <= known.keys() else None

        column = cells[self.column]
        text = on_distinct(column, labels)
        unknown = problem(self.column, "unknown-code", filled(column) & ~filled(text))
        return Treated(self._same(text), key_problems(self.column, column, unknown))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return one code, and two."""
        one, other, *_ = (row["code"] for row in draw.codes(self.codelist))
        return {self.column: draw.of((one, f"{other}; {one};{other}"))}
