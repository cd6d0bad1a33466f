"""The ledger lines that try the rules: each at least once a month, few enough that a first run succeeds."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pipeline.sample import suppliers
from pipeline.sample.ledger import amounts, payee_cells
from pipeline.sample.planting import Planted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sample.ledger import Cell, Line

_FIRST = 7_000_000
#: The contract of somebody whose name must not leave: it would lead to the name.
_HELD_CONTRACT = "EX-QX90441"
#: Particulars that stand in one line of the first month: a payee's references, and people inside the narrative.
_PLANTED_LINE: Line = {
    "Transaction No": "5Q01234ZQ",
    "Line No": "LINE-QX-7",
    "Invoice No": "INV-QX-88121",
    "PO No": "PO-QX-88122",
    "Card Holder": "Supt. Ichabod Fernleaf-QX",
    "Narrative": "Reimburse Mrs. P Wimbledock-Ohm\nre: NEVILLE WIMBLEDOCK (dec'd), tel 0 7 7 0 0 9 0 0 9 6 1",
}
#: Typed into the wrong boxes: the line is bad, and what is bad about it is somebody.
_MISPLACED_LINE: Line = {
    "Body": "Ulric Snodbury-QX",
    "Net Amount": "owed to Mrs Snodbury-Zed",
    "Currency": "ask Lavinia Snodbury-QX",
}
_PLANTED_PIECES = (
    ("name", "Mrs. P Wimbledock-Ohm"),
    ("name", "NEVILLE WIMBLEDOCK (dec'd)"),
    ("phone", "0 7 7 0 0 9 0 0 9 6 1"),
)


def odd_lines(month: str, months: tuple[str, ...]) -> list[Line]:
    """Return the odd lines of one month: ten or eleven bad, a pair in conflict, two without a reason."""
    number = _FIRST + 1000 * (1 + months.index(month))
    other = "2024-02" if month != "2024-02" else "2024-01"
    lines: list[Line] = []

    def pay(*changes: Line) -> None:
        nonlocal number
        number += 1
        lines.extend(_line(month, number, n + 1) | change for n, change in enumerate(changes))

    for change in (*_bad(other), *_published(), *_withheld(), *_payees(month, months)):
        pay(change)
    pay(amounts(24_000), amounts(18_000), amounts(19_000))  # one invoice in three lines below the threshold
    pay(amounts(90_000), amounts(12_000) | {"Currency": "EUR"})  # a bad line holds its transaction
    pay({}, {})
    lines.append(dict(lines[-1]))  # the same line twice
    pay({}, {"Line No": 1} | amounts(70_000))  # the same number with different cells
    if month == months[0]:
        pay(_PLANTED_LINE)
        pay(_MISPLACED_LINE)
    return lines


def _line(month: str, number: int, line: int) -> Line:
    """Return a plainly good line that is published."""
    cells: Line = {
        "Body": "FORCE",
        "Period": month,
        "Transaction No": number,
        "Line No": line,
        "Invoice No": f"INV{number}",
        "PO No": f"PO{number}",
        "Invoice Date": f"02/{month[5:]}/{month[:4]}",
        "Payment Date": dt.date.fromisoformat(f"{month}-19"),
        "Cost Centre": 3200,
        "Cost Centre Name": "Estates",
        "Account Code": 41010,
        "Account Name": "Building repairs",
        "Narrative": "Repairs",
        "Value For Money": "3 quotes",
        "Currency": "GBP",
        "Payment Method": "BACS",
        "Card Holder": "",
        "Contract Ref": "EX-C0001",
    }
    return cells | payee_cells(suppliers.organisations()[3]) | amounts(81_250)


def _bad(other: str) -> Iterator[Line]:
    """Yield cells of lines that are quarantined, one reason each."""
    yield {"Currency": "EUR"}
    yield {"Supplier Name": '=HYPERLINK("http://pay.example","Bracketmoor")'}
    yield {"Period": other}
    yield {"Body": "BOARD"}
    yield {"Net Amount": "12.345"}
    yield {"Net Amount": ""}
    yield {"Payment Date": "31/02/2024"}
    yield {"Payment Method": "BARTER"}
    yield {"Account Name": ""}
    # no reason for value for money: bad as well, and counted apart
    yield {"Value For Money": ""}
    yield {"Value For Money": " \N{NO-BREAK SPACE}"}


def _published() -> Iterator[Line]:
    """Yield cells of lines that are published although they look odd."""
    yield amounts(-125_000, as_text=True)  # credit notes, as a clerk types them and as a number
    yield amounts(-98_050)
    yield amounts(50_001)
    yield amounts(1_234_567_89, as_text=True)
    yield {"Company No": "00000000"}  # no such company: the noughts must stay
    yield {"Payment Method": "CARD", "Card Holder": "Ned Foskmoss"}
    yield {"Value For Money": "framework  AGREEMENT"}
    yield payee_cells(suppliers.NAMED_AFTER_A_PERSON)
    yield payee_cells(suppliers.SETTLED[0])
    yield from (payee_cells(one) for one in suppliers.SOLE_TRADERS)


def _withheld() -> Iterator[Line]:
    """Yield cells of lines that a rule keeps back."""
    yield amounts(50_000)  # exactly the threshold
    yield amounts(49_999)
    for code, name in ((10010, "Police officer pay"), (10100, "Pensions"), (10610, "Compensation")):
        yield payee_cells(suppliers.protected()[2]) | {"Account Code": code, "Account Name": name}
    yield from (payee_cells(one) for one in suppliers.UNSORTED)


def _payees(month: str, months: tuple[str, ...]) -> Iterator[Line]:
    """Yield lines of everyone whose name must not leave, and of the one whose type changes in the last month."""
    for one in (*suppliers.protected(), suppliers.SETTLED[1]):
        yield payee_cells(one)
    kind: Cell = "IND" if month == months[-1] else suppliers.TWO_TYPES.kind
    yield payee_cells(suppliers.TWO_TYPES) | {"Supplier Type": kind, "Contract Ref": _HELD_CONTRACT}


def planted_lines() -> Iterator[Planted]:
    """Yield what is planted in the ledger: payees, and one line's references and narrative."""
    yield from suppliers.planted_suppliers()
    yield Planted(suppliers.FEED, "Contract Ref", "number", _HELD_CONTRACT)
    for column, value in (*_PLANTED_LINE.items(), *_MISPLACED_LINE.items()):
        if column != "Narrative":
            yield Planted(suppliers.FEED, column, "number" if column.endswith(" No") else "name", str(value))
    for kind, value in _PLANTED_PIECES:
        yield Planted(suppliers.FEED, "Narrative", kind, value)
