"""Texts that are public because a list of the force holds them, or their host, or they have the form of a number."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Final, Self

from pipeline.columns.arrays import filled, mask_on_distinct, on_distinct, where
from pipeline.model.handling import Treated
from pipeline.protect.handling import OneColumn, of_form
from pipeline.protect.spend import SpendOptions
from pipeline.settings.options import Options
from pipeline.settings.reader import Form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.handling import Draw
    from pipeline.settings.reader import Section


def _lines(table: pa.Table) -> frozenset[str]:
    return frozenset(str(line) for line in table.column(0).to_pylist()) - {""}


@dataclass(frozen=True, slots=True)
class Listed(OneColumn):
    """Publishes a name that a list of the force holds, letter by letter; another one is left blank, and counted.

    Only names of rows are public whose flag, in the raw column ``when``, is `Y`.  Without the list no name is.
    """

    beside = ("when",)
    reference: str
    _: KW_ONLY
    why: str = "a name is public when the force lists it"
    when: str

    @property
    def needs(self) -> tuple[str, ...]:  # type: ignore[override] # the list that this one looks up
        """The list."""
        return (self.reference,)

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


_HOST: Final = Form(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+", "names of hosts in small letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions(Options):
    """The hosts of addresses that may be published: none where the settings name none."""

    section = ""
    link_hosts: tuple[str, ...] = ()

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the hosts."""
        found = section.value("link_hosts")
        if found is None:
            return cls()
        if isinstance(found, list) and all(map(_HOST.fits, found)):
            return cls(link_hosts=tuple(sorted(found)))
        section.bad("link_hosts", "a list of names of hosts in quotation marks, such as ['www.example.org']")
        return cls()


_ADDRESS: Final = re.compile(r"https://([^/]+)(?:/[A-Za-z0-9._~%@:+,/-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(OneColumn):
    """Publishes an address of a host that the settings list; another one is left blank, and counted.

    It has no user, port, query or fragment: an address to join something may hold a password.
    """

    typical = ("of", "https://www.example.org/data", "https://www.example.org/data/more")
    is_open = True
    lackable = True
    options = (LinkOptions,)
    why: str = "an address may be shown when the force lists its host"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the addresses that may be shown, and where one is left blank."""
        hosts = context.option(LinkOptions).link_hosts
        text, other = of_form(cells[self.column], lambda text: (at := _ADDRESS.fullmatch(text)) and at[1] in hosts)
        return Treated(self._same(text), quality={"links_withheld": other})


#: Forms of Companies House: eight digits (no company has the number zero), or letters and digits, also older ones of
#: Scotland, Northern Ireland and registered societies.
COMPANY_NUMBER = re.compile(r"(?!0{8})[0-9]{8}|[A-Z]{2}[0-9]{6}|R[0-9]{7}|(?:IP|SP|NP)[0-9]{5}R|SP[0-9]{4}RS", re.ASCII)
#: Whatever the settings say: one word of the keyboard's signs, and none that a spreadsheet runs.
_ONE_WORD = re.compile(r"[A-Za-z0-9(#*][!-~]{0,59}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyNumber(OneColumn):
    """Publishes a company number that has the form of one; another text is left blank, and counted."""

    typical = ("truth", "supplier", "company_number")
    odd = ("00000000",)  # no such company
    lackable = True
    why: str = "the public register of companies"

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return the numbers, and how many are left out."""
        text, other = of_form(cells[self.column], COMPANY_NUMBER.fullmatch)
        return Treated(self._same(text), quality={"other_company_number": other})


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractReference(OneColumn):
    """Publishes a contract's reference that has the form that the settings give; another is left blank, and counted."""

    is_open = True
    lackable = True
    options = (SpendOptions,)
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
