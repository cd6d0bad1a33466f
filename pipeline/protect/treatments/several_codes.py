"""Cells that hold several codes of a list, and cells that name a publisher."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import filled, on_distinct
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import OneColumn, key_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw


@dataclass(frozen=True, slots=True)
class Codes(OneColumn):
    """Publishes the labels of codes that `;` joins, each once, in the order of their list, joined by `; `.

    A cell with a code that the list does not have is a problem; an empty cell stays empty.
    """

    codelist: str
    _: KW_ONLY
    why: str = "codes of a closed list, never free text"

    @property
    def optional(self) -> tuple[str, ...]:
        """The codes."""
        return self.columns

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

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return a code that no list has."""
        return ({self.column: "99X"},)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherName(OneColumn):
    """Publishes the name of the publisher that the settings give for a key; an unknown key is a problem."""

    why: str = "who answers for it"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the names."""
        column = cells[self.column]
        name = on_distinct(column, context.publishers.get)
        return Treated(
            self._same(name), key_problems(self.column, column, problem(self.column, "unknown-code", ~filled(name)))
        )

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the force itself."""
        return {self.column: draw.of(("force",))}

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return a publisher of nothing."""
        return ({self.column: "board"},)
