"""What a register of contracts publishes of a contract itself: its reference, and what it is worth."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from pipeline.columns.arrays import filled, on_distinct, plain
from pipeline.columns.text import is_formula
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import OneColumn, key_problems
from pipeline.protect.options.contracts import ContractOptions
from pipeline.protect.treatments.numbers import Money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw
    from pipeline.settings.options import Options


@dataclass(frozen=True, slots=True)
class ContractId(OneColumn):
    """Publishes a contract's reference in the first column, and its open contracting identifier in the second.

    The identifier (OCDS 1.1, `ocid`) is the registered prefix of the settings and the reference, blank without one.
    """

    is_open: ClassVar[bool] = True
    options: ClassVar[tuple[type[Options], ...]] = (ContractOptions,)
    _: KW_ONLY
    why: str = "names the contract"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return references and identifiers; the schema says what a reference looks like."""
        column = cells[self.column]
        prefix = context.option(ContractOptions).ocid_prefix
        ocid = on_distinct(column, lambda reference: f"{prefix}-{reference}" if prefix else None)
        blank = problem(self.column, "blank-value", ~filled(column))
        problems = key_problems(self.column, column, blank, problem(self.column, "formula-text", is_formula(column)))
        return Treated(dict(zip(self.makes, (column, ocid), strict=True)), problems)

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return references of contracts."""
        return {self.column: draw.references("contract")}


@dataclass(frozen=True, slots=True)
class Worth(Money):
    """Publishes what a contract is worth: nothing stands for unknown, and so does 0.00.

    Where ``over`` is an amount, a second column says whether the contract is worth more or nobody knows.
    """

    _: KW_ONLY
    blank: bool = True
    over: str = ""
    figure: str = ""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the amounts, and whether each is more than the limit."""
        made = Money.apply(self, cells, context)
        worth = on_distinct(made.columns[self.makes[0]], lambda amount: None if Decimal(amount) == 0 else amount)
        columns = {self.makes[0]: worth}
        if self.over:
            limit = Decimal(self.over)
            columns[self.makes[1]] = on_distinct(
                plain(worth).fill_null(_UNKNOWN),
                lambda amount: "true" if amount == _UNKNOWN or Decimal(amount) > limit else "false",
            )
        return made._replace(columns=columns, quality={self.figure: ~filled(worth)} if self.figure else {})

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return what nobody knows."""
        return ({self.column: "0.00"},)


#: Stands for an amount that nobody knows.
_UNKNOWN = "unknown"
