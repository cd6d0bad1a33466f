"""Names that are public because a list of the force holds them."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import filled, mask_on_distinct, on_distinct, where
from pipeline.model.handling import Treated
from pipeline.protect.handling import OneColumn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw


def _lines(table: pa.Table) -> frozenset[str]:
    return frozenset(str(line) for line in table.column(0).to_pylist()) - {""}


@dataclass(frozen=True, slots=True)
class Listed(OneColumn):
    """Publishes a name that a list of the force holds, letter by letter; another one is left blank, and counted.

    Only names of rows are public whose flag, in the raw column ``when``, is `Y`.  Without the list no name is.
    """

    reference: str
    _: KW_ONLY
    why: str = "a name is public when the force lists it"
    when: str

    @property
    def needs(self) -> tuple[str, ...]:  # type: ignore[override] # the list that this one looks up
        """The list."""
        return (self.reference,)

    @property
    def reads(self) -> tuple[str, ...]:
        """The name and its flag."""
        return (self.column, self.when)

    @property
    def optional(self) -> tuple[str, ...]:
        """The name and its flag: without one of them no name is public."""
        return self.reads

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the names that are public, and where one is left blank."""
        listed = context.references.derived(self.reference, _lines) or frozenset()
        column = cells[self.column]
        flagged = mask_on_distinct(cells[self.when], "Y".__eq__)
        names = where(~flagged, None, on_distinct(column, lambda name: name if name in listed else None))
        return Treated(self._same(names), quality={f"{self.column}_not_listed": filled(column) & ~filled(names)})

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return names, listed and not, with their flags; most rows have none."""
        return {self.column: draw.of(("", "Operation Lantern", "Operation Example"), (18, 1, 1))}

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return a name that no list has, and a listed one whose flag says no."""
        return (
            {self.column: "Operation Unlisted", self.when: "Y"},
            {self.column: "Operation Lantern", self.when: "N"},
        )
