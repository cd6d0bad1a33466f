"""Numbers of public registers: what does not have their form is left out, and counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.model.handling import Treated
from pipeline.protect.handling import OneColumn, of_form
from pipeline.protect.options.spend import SpendOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw
    from pipeline.settings.options import Options

#: Forms of Companies House: eight digits (no company has the number zero), or letters and digits, also older ones of
#: Scotland, Northern Ireland and registered societies.
COMPANY_NUMBER = re.compile(r"(?!0{8})[0-9]{8}|[A-Z]{2}[0-9]{6}|R[0-9]{7}|(?:IP|SP|NP)[0-9]{5}R|SP[0-9]{4}RS", re.ASCII)
#: Whatever the settings say: one word of the keyboard's signs, and none that a spreadsheet runs.
_ONE_WORD = re.compile(r"[A-Za-z0-9(#*][!-~]{0,59}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyNumber(OneColumn):
    """Publishes a company number that has the form of one; another text is left blank, and counted."""

    odd: ClassVar[tuple[str, ...]] = ("00000000",)  # no such company
    lackable: ClassVar[bool] = True
    why: str = "the public register of companies"

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return the numbers, and how many are left out."""
        text, other = of_form(cells[self.column], COMPANY_NUMBER.fullmatch)
        return Treated(self._same(text), quality={"other_company_number": other})

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the numbers of suppliers."""
        return {self.column: draw.truth("supplier")["company_number"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractReference(OneColumn):
    """Publishes a contract's reference that has the form that the settings give; another is left blank, and counted."""

    is_open: ClassVar[bool] = True
    lackable: ClassVar[bool] = True
    options: ClassVar[tuple[type[Options], ...]] = (SpendOptions,)
    why: str = "leads to the register of contracts"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the references, and how many are left out."""
        form = re.compile(context.option(SpendOptions).contract_reference, re.ASCII)

        def fits(text: str) -> bool:
            return _ONE_WORD.fullmatch(text) is not None and form.fullmatch(text) is not None

        text, other = of_form(cells[self.column], fits)
        return Treated(self._same(text), quality={"other_contract_reference": other})

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return references of contracts, and empty cells."""
        return {self.column: draw.of(("", *(f"EX-C{number:04d}" for number in range(90))))}
