"""Who the invented bodies pay: companies, people in business, people, staff, and some nobody has sorted yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.sample import words
from pipeline.sample.columns import csv_text
from pipeline.sample.kinds import ON_PURPOSE, Planted
from pipeline.sample.mark import NUMBER_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

FEED = "ledger"


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


#: The columns of the ledger that say who is paid.
COLUMNS = {
    "Supplier No": "number",
    "Supplier Name": "name",
    "Supplier Type": "kind",
    "Company No": "company_number",
    "Supplier Address": "address",
    "Supplier Email": "email",
    "Sort Code": "sort_code",
    "Account No": "account",
    "VAT Reg No": "vat_number",
}
#: People and others whose names must not leave; the kinds say how they are protected.
_PROTECTED_NAMES = (
    ("IND", "Mr Cuthbert Zwingle-Hathersage"),
    ("IND", "DR H. J. YAXLEY-QUILLFEATHER"),
    ("IND", "Blenkarn, Petronella Q."),
    ("STAFF", "Insp. Evadne Rumpleby"),
    ("STAFF", "Gjertrud Ståhlquist-Imp"),
    ("PROT", "Safe Harbour House (Zeta Project)"),
    ("PROT", "Ms Violetta Umbrage-Tansy"),
)
#: The person whom the ledger calls an organisation in its first months, and an individual at last.
TWO_TYPES = Supplier(
    number="S-QX90441",
    name="Ezekiel Prattlewood Consulting-QX",
    kind="ORG",
    company_number="99QX0441",
    address="3 Prattle Mews-QX",
    email="ezekiel@prattlewood.example",
    sort_code="99-04-41",
    account="9044 1001",
)
#: Nobody has sorted these two: their transactions wait, so their names must not leave either.
UNSORTED = (
    Supplier("S-QX90451", "Quirkshank & Daughter-QX", "", address="Quirk House-QX", email="q@quirkshank.example"),
    Supplier("S-QX90452", "Mx Halcyon Brodequin", "OTHER", address="9 Brodequin Wharf", email="hb@brodequin.example"),
)
#: The ledger leaves these empty; the force has sorted them in `supplier-types.csv`: an organisation and a person.
SETTLED = (
    Supplier("S20001", "Tallowgate Kennels Ltd", "", company_number="99004511"),
    Supplier("S-QX90462", "Fr. Aurelius Nidderdown", "", address="The Presbytery-QX", email="aurelius@nidder.example"),
)
_SETTLED_KINDS = ("ORG", "IND")
#: These read like people and are rightly published: a company named after one, and people in business.
NAMED_AFTER_A_PERSON = Supplier("S20002", "Tobias Wexcombe Ltd", "ORG", company_number="99004522")
SOLE_TRADERS = (
    Supplier("S20003", "Rosalind Thackerwell t/a Thackerwell Windows", "SOLE"),
    Supplier("S20004", "J. Mandrake Sweeping", "SOLE"),
)


def organisations() -> tuple[Supplier, ...]:
    """Return the ordinary companies and trusts; their numbers are of no series that is issued."""
    made = []
    for n, name in enumerate(words.COMPANIES):
        company = f"99{n:06d}" if n % 4 else f"ZZ{n:06d}"
        bank = (f"00-{n // 100:02d}-{n % 100:02d}", f"{n:08d}", f"GB000{n:06d}")
        address = f"Unit {n + 1}, {words.TOWNS[n % len(words.TOWNS)]} Trading Estate"
        made.append(Supplier(f"S{10233 + n}", name, "ORG", company, address, f"accounts{n}@example.com", *bank))
    return tuple(made)


def protected() -> tuple[Supplier, ...]:
    """Return the people and others whose names must not leave, each with an address, a mailbox and an account."""
    return tuple(
        Supplier(
            number=f"S-QX9042{n}",
            name=name,
            kind=kind,
            address=f"{n + 3} Quagswagging Row-QX{n}",
            email=f"payee{n}-qx@zq.example",
            sort_code=f"99-42-1{n}",
            account=f"9042 771{n}",
            vat_number=f"GB 9QX 042{n} 77",
            company_number=f"99QX042{n}",
        )
        for n, (kind, name) in enumerate(_PROTECTED_NAMES)
    )


def supplier_type_lines() -> str:
    """Return `supplier-types.csv`: what the force has sorted, and one line that only marks the file as invented."""
    settled = ((one.number, kind) for one, kind in zip(SETTLED, _SETTLED_KINDS, strict=True))
    return csv_text((("supplier_number", "supplier_type"), (f"{NUMBER_MARK}0001", "ORG"), *settled))


def planted_suppliers() -> Iterator[Planted]:
    """Yield what must not leave of each protected payee, and the traps that may."""
    for one in (*protected(), TWO_TYPES, *UNSORTED, SETTLED[1]):
        for column, part in COLUMNS.items():
            if part != "kind" and getattr(one, part):
                yield Planted(FEED, column, part, getattr(one, part))
    for one in (NAMED_AFTER_A_PERSON, *SOLE_TRADERS):
        yield Planted(FEED, "Supplier Name", ON_PURPOSE, one.name)
