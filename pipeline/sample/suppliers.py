"""Who the invented bodies pay: companies, people in business, people, staff, and some nobody has sorted yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.sample.columns import csv_text
from pipeline.sample.kinds import ON_PURPOSE, Planted
from pipeline.sample.mark import NUMBER_MARK
from pipeline.sample.words import WORDS, beside, word

if TYPE_CHECKING:
    from collections.abc import Iterator

FEED = "ledger"
_FACTS = beside(str(Path(__file__).with_name("expenditure")))["payees"]


class Supplier(NamedTuple):
    """A line of the supplier file; ``kind`` is the ledger's supplier type, empty where nobody has set it."""

    number: str
    name: str
    kind: str
    company_number: str = ""
    address: str = ""
    email: str = ""
    sort_code: str = ""
    account: str = ""
    vat_number: str = ""


def _payees(role: str) -> tuple[Supplier, ...]:
    return tuple(Supplier(*cells) for cells in _FACTS[role])


#: The columns of the ledger that say who is paid.
COLUMNS = dict(zip(_FACTS["columns"], Supplier._fields, strict=True))
PROTECTED, UNSORTED, SETTLED = _payees("protected"), _payees("unsorted"), _payees("settled")
NAMED_AFTER_A_PERSON, SOLE_TRADERS = _payees("named_after_a_person"), _payees("sole_traders")
(TWO_TYPES,) = _payees("two_types")
_SETTLED_KINDS = ("ORG", "IND")
#: So many companies have contracts, some of them several; so many of these nobody has put on the list of names yet.
CONTRACTORS, _NOT_LISTED = 40, 3


def _organisations() -> Iterator[Supplier]:
    """Yield the ordinary companies and trusts; their numbers are of no series that is issued."""
    for n, name in enumerate(WORDS["companies"]):
        company = f"99{n:06d}" if n % 4 else f"ZZ{n:06d}"
        bank = (f"00-{n // 100:02d}-{n % 100:02d}", f"{n:08d}", f"GB000{n:06d}")
        address = f"Unit {n + 1}, {word('towns', n)} Trading Estate"
        yield Supplier(f"S{10233 + n}", name, "ORG", company, address, f"accounts{n}@example.com", *bank)


ORGANISATIONS = tuple(_organisations())


def supplier_type_lines() -> str:
    """Return `supplier-types.csv`: what the force has sorted, and one line that only marks the file as invented."""
    settled = ((one.number, kind) for one, kind in zip(SETTLED, _SETTLED_KINDS, strict=True))
    return csv_text((("supplier_number", "supplier_type"), (f"{NUMBER_MARK}0001", "ORG"), *settled))


def named_party_lines() -> str:
    """Return `named-parties.csv`: most names with their types, one with the name to be shown, and a mark."""
    settled = [one._replace(kind=kind) for one, kind in zip(SETTLED, _SETTLED_KINDS, strict=True)]
    known = (*ORGANISATIONS[: CONTRACTORS - _NOT_LISTED], *PROTECTED, *SOLE_TRADERS, *NAMED_AFTER_A_PERSON, *settled)
    shown = {ORGANISATIONS[1].name: f"{ORGANISATIONS[1].name} (trading)"}
    lines = ((one.name, one.kind, shown.get(one.name, "")) for one in known)
    return csv_text((("name", "type", "shown"), (f"{NUMBER_MARK}0002", "ORG", ""), *lines))


def planted_suppliers() -> Iterator[Planted]:
    """Yield what must not leave of each protected payee, and the traps that may."""
    for one in (*PROTECTED, TWO_TYPES, *UNSORTED, SETTLED[1]):
        for column, part in COLUMNS.items():
            if part != "kind" and getattr(one, part):
                yield Planted(FEED, column, part, getattr(one, part))
    for one in (*NAMED_AFTER_A_PERSON, *SOLE_TRADERS):
        yield Planted(FEED, "Supplier Name", ON_PURPOSE, one.name)
