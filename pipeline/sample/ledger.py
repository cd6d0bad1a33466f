"""Lines of the finance system, a month at a time: the same shape each month, so that totals are alike."""

from __future__ import annotations

import datetime as dt
from itertools import cycle, islice
from typing import TYPE_CHECKING

from pipeline.sample import suppliers, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from pipeline.sample.suppliers import Supplier

#: A cell of a workbook: numbers and dates stay what they are, everything else is text.
Cell = str | int | float | dt.date
Line = dict[str, Cell]

HEADER = (
    *("Body", "Period", "Transaction No", "Line No", "Supplier No", "Supplier Name", "Supplier Type", "Company No"),
    *("Supplier Address", "Supplier Email", "Sort Code", "Account No", "VAT Reg No", "Invoice No", "PO No"),
    *("Invoice Date", "Payment Date", "Cost Centre", "Cost Centre Name", "Account Code", "Account Name", "Narrative"),
    *("Value For Money", "Net Amount", "VAT Amount", "Irrecoverable VAT", "Gross Amount", "Currency"),
    *("Payment Method", "Card Holder", "Contract Ref"),
)
_CENTRES = (
    *((3200, "Estates"), (3310, "Fleet"), (3400, "Digital and Data"), (3520, "Forensic Services"), (3610, "Training")),
    *((3700, "Local Policing"), (3810, "Custody"), (3900, "Commissioning"), (4000, "Victim Services")),
)
_ACCOUNTS = (
    *((41010, "Building repairs"), (41020, "Cleaning"), (42010, "Vehicle parts"), (42030, "Fuel"), (42050, "Hire")),
    *((43010, "Software licences"), (43020, "Telephones"), (44010, "Forensic analysis"), (45010, "Uniforms")),
    *((46010, "Catering"), (47010, "Grants, community safety"), (48010, "Interpreters"), (49010, "Legal fees")),
)
#: Accounts whose prefix is on the list of excluded ones, with the people they are paid to.
_EXCLUDED = (
    *(
        (10010, "Police officer pay"),
        (10100, "Pensions"),
        (10220, "PAYE"),
        (10300, "VAT to HMRC"),
        (10400, "Severance"),
    ),
    *((10500, "Loan interest"), (10610, "Compensation")),
)
_REASONS = ("3 quotes", "Framework", "Tender", "1 quote", "Statutory", "3  QUOTES", "Waiver", "Agreed by the board")
#: How many lines each transaction of twenty has, and which of them come to more than the threshold.
_SHAPE = (1, 1, 2, 1, 3, 1, 2, 1, 1, 5, 1, 2, 1, 4, 1, 1, 2, 1, 6, 1)
_SMALL = frozenset({4, 7, 15})
_EXCLUDED_AT = 11
_PROTECTED_AT = frozenset({2, 9, 17})
_TRADER_AT = 13
_DAYS = 27
#: The share of lines with irrecoverable tax, and of those whose amounts are typed as text.
_TENTH = 0.1


def draw_ledger(month: str, *, lines: int, first: int, rng: np.random.Generator) -> Iterator[Line]:
    """Yield about ``lines`` plainly good lines of ``month``, transactions numbered from ``first``."""
    organisations, people = suppliers.organisations(), suppliers.protected()
    traders = (*suppliers.SOLE_TRADERS, suppliers.NAMED_AFTER_A_PERSON, suppliers.SETTLED[0])
    transactions = max(1, lines * len(_SHAPE) // sum(_SHAPE))
    for number, (place, count) in enumerate(islice(cycle(enumerate(_SHAPE)), transactions)):
        payee = organisations[int(rng.integers(0, len(organisations)))]
        if place in _PROTECTED_AT:
            payee = people[number % len(people)]
        elif place == _TRADER_AT:
            payee = traders[number % len(traders)]
        excluded = _EXCLUDED[number % len(_EXCLUDED)] if place == _EXCLUDED_AT else None
        shared = _transaction(month, first + number, payee, rng)
        for line in range(count):
            yield shared | _line(line + 1, rng, small=place in _SMALL, count=count, excluded=excluded)


def _transaction(month: str, number: int, payee: Supplier, rng: np.random.Generator) -> Line:
    """Return the cells that all lines of a transaction share."""
    paid = dt.date.fromisoformat(f"{month}-01") + dt.timedelta(days=int(rng.integers(0, _DAYS)))
    if number % 40 == 0:
        paid += dt.timedelta(days=31)  # paid in the month after its period
    card = number % 25 == 0
    return payee_cells(payee) | {
        "Body": "OPCC" if number % 5 == 0 else "FORCE",
        "Period": month,
        "Transaction No": number,
        "Invoice No": f"INV{number * 7}",
        "PO No": f"PO{number * 3}",
        "Invoice Date": (paid - dt.timedelta(days=25)).strftime("%d/%m/%Y"),
        "Payment Date": paid if number % 3 else paid.strftime("%d/%m/%Y"),
        "Currency": "GBP",
        "Payment Method": "CARD" if card else ("BACS", "BACS", "FPS", "CHAPS", "DD", "CHQ")[number % 6],
        "Card Holder": f"{words.FORENAMES[number % 30]} {words.SURNAMES[number % 110]}" if card else "",
        "Contract Ref": f"EX-C{number % 90:04d}" if number % 3 == 1 else "",
    }


def payee_cells(payee: Supplier) -> Line:
    """Return the cells that say who is paid."""
    return {
        "Supplier No": payee.number,
        "Supplier Name": payee.name,
        "Supplier Type": payee.kind,
        "Company No": payee.company_number,
        "Supplier Address": payee.address,
        "Supplier Email": payee.email,
        "Sort Code": payee.sort_code,
        "Account No": payee.account,
        "VAT Reg No": payee.vat_number,
    }


def _line(number: int, rng: np.random.Generator, *, small: bool, count: int, excluded: tuple[int, str] | None) -> Line:
    """Return the cells of one line: small transactions come to less than 500 pounds, others to more."""
    centre = _CENTRES[int(rng.integers(0, len(_CENTRES)))]
    account = excluded or _ACCOUNTS[int(rng.integers(0, len(_ACCOUNTS)))]
    pence = int(rng.integers(900, 48_000)) if small else int(52_000 * rng.random() ** -0.8) + 100
    pence = min(pence // count if small else pence, 90_000_000)
    lost = pence // 10 if rng.random() < _TENTH else None
    return {
        "Line No": number,
        "Cost Centre": centre[0],
        "Cost Centre Name": centre[1],
        "Account Code": account[0],
        "Account Name": account[1],
        "Narrative": f"{account[1]} for {centre[1]}, ref {words.SURNAMES[int(rng.integers(0, 110))]}",
        "Value For Money": _REASONS[int(rng.integers(0, len(_REASONS)))],
        **amounts(pence, lost=lost, as_text=rng.random() < _TENTH),
    }


def amounts(pence: int, *, lost: int | None = None, as_text: bool = False) -> Line:
    """Return the four amounts of a line in pounds, as numbers or as a clerk types them."""
    gross = pence + pence // 5
    if as_text:
        return {
            "Net Amount": _typed(pence),
            "VAT Amount": _typed(pence // 5),
            "Irrecoverable VAT": "" if lost is None else _typed(lost),
            "Gross Amount": _typed(gross),
        }
    return {
        "Net Amount": pence / 100,
        "VAT Amount": pence // 5 / 100,
        "Irrecoverable VAT": "" if lost is None else lost / 100,
        "Gross Amount": gross / 100,
    }


def _typed(pence: int) -> str:
    """Return an amount with thousands commas, in brackets when negative."""
    text = f"{abs(pence) / 100:,.2f}"
    return f"({text})" if pence < 0 else text
