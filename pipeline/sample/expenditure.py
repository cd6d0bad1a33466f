"""What the declarations of spending do not tell: payees, accounts, posts, and lines that add up to transactions.

The invented bodies pay companies, people in business, people, staff, and some whom nobody has sorted yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.sample.columns import column, csv_text, led
from pipeline.sample.draw import FeedLore, Lore, Truth
from pipeline.sample.kinds import ON_PURPOSE, Planted
from pipeline.sample.mark import NUMBER_MARK
from pipeline.sample.words import WORDS, beside, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.codelists import CodeLists
    from pipeline.model.periods import Period
    from pipeline.sample.columns import Integers, Table, Texts
    from pipeline.sample.draw import Cells, Row
    from pipeline.sample.places import County

FEED = "ledger"
_FACTS = beside(__file__)


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
    return tuple(Supplier(*cells) for cells in _FACTS["payees"][role])


#: The columns of the ledger that say who is paid.
COLUMNS = dict(zip(_FACTS["payees"]["columns"], Supplier._fields, strict=True))
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
        for name, part in COLUMNS.items():
            if part != "kind" and getattr(one, part):
                yield Planted(FEED, name, part, getattr(one, part))
    for one in (*NAMED_AFTER_A_PERSON, *SOLE_TRADERS):
        yield Planted(FEED, "Supplier Name", ON_PURPOSE, one.name)


_ACCOUNTS = tuple(_FACTS["accounts"].items())
_EXCLUDED = tuple(_FACTS["excluded"].items())
#: How many lines each transaction of twenty has, and which of them come to less than the threshold.
_SHAPE = (1, 1, 2, 1, 3, 1, 2, 1, 1, 5, 1, 2, 1, 4, 1, 1, 2, 1, 6, 1)
_SMALL, _EXCLUDED_AT, _PROTECTED_AT, _TRADER_AT = (4, 7, 15), 11, (2, 9, 17), 13
#: What a plain line comes to, in pence.
_PLAIN = 81_250
#: Columns that all lines of a transaction share, those that say who is paid apart.
_SHARED = (
    *("Body", "Transaction No", "Invoice No", "PO No", "Invoice Date", "Payment Date", "Currency", "Payment Method"),
    *("Card Holder", "Contract Ref"),
)
#: The contract of somebody whose name must not leave: it would lead to the name.
_HELD_CONTRACT = "EX-QX90441"
_TRADERS = (*SOLE_TRADERS, *NAMED_AFTER_A_PERSON, SETTLED[0])
_PAYEES = (*ORGANISATIONS, *PROTECTED, *_TRADERS)


def _truths(codelists: CodeLists) -> Mapping[str, Truth]:
    """Return everybody who is paid, and what they are paid for."""
    accounts = (*_ACCOUNTS, *_EXCLUDED)
    posts = [row for row in codelists.read("statutory-post").rows if row["names"] == "always"]
    listed = [(row["label"], row["body"], _FACTS["holders"][number]) for number, row in enumerate(posts)]
    post = (*((label, "FORCE", name) for label, name in _FACTS["posts"]), *listed)
    return {
        # most is offered to the first post
        "post": Truth(
            dict(zip(("label", "body", "name"), zip(*post, strict=True), strict=True)),
            [len(post), *[1] * (len(post) - 1)],
        ),
        "supplier": Truth({name: [one[place] for one in _PAYEES] for place, name in enumerate(_PAYEES[0]._fields)}),
        "account": Truth({"code": [code for code, _ in accounts], "name": [name for _, name in accounts]}),
    }


def _amend(draw: Cells, cells: Table) -> Table:
    """Return the lines in transactions: each with one payee, and amounts that reach the threshold or do not."""
    count, line = (np.ones(draw.rows, np.int64), np.zeros(draw.rows, np.int64)) if draw.plain else _shape(draw.rows)
    first = np.repeat(np.cumsum(count) - count, count)
    number = np.repeat(np.arange(len(count)), count)
    turn = np.zeros(draw.rows, np.int64) if draw.plain else number % len(_SHAPE)
    payee = _payee_of(draw, turn, number)[first]
    draw.meet("supplier", payee)
    excluded = len(_ACCOUNTS) + number % len(_EXCLUDED)
    draw.meet("account", np.where(turn == _EXCLUDED_AT, excluded, draw.index(len(_ACCOUNTS))))
    small = np.isin(turn, _SMALL)
    little = (900 + draw.index(47_000)) // np.repeat(count, count)
    pence = np.where(small, little, _PLAIN if draw.plain else 52_000 + draw.index(48_000) ** 2 // 400)
    pence = np.where(turn == _TRADER_AT, np.minimum(pence, 52_000 + pence // 60), pence)  # their jobs are small ones
    return {
        **cells,
        **{name: cells[name][first] for name in _SHARED},
        **{name: draw.truth("supplier")[part] for name, part in COLUMNS.items()},
        "Account Code": draw.truth("account")["code"],
        "Account Name": draw.truth("account")["name"],
        "Line No": led("", line + 1),
        "Contract Ref": np.where((payee < CONTRACTORS) & (cells["Contract Ref"][first] != ""), _contract(payee), ""),
        **_amounts(pence, lost=draw.index(2, (9, 1)) == 1, typed=draw.index(2, (9, 1)) == 1),
    }


def _shape(rows: int) -> tuple[Integers, Integers]:
    """Return how many lines each transaction has, and which of them each line is, counted from 0."""
    count = np.resize(np.array(_SHAPE, np.int64), rows)
    count = count[: int(np.searchsorted(np.cumsum(count), rows)) + 1]
    count[-1] -= int(count.sum()) - rows
    return count, np.arange(rows) - np.repeat(np.cumsum(count) - count, count)


def _payee_of(draw: Cells, turn: Integers, number: Integers) -> Integers:
    """Return who is paid by each line's transaction: mostly companies, people and traders in their turns."""
    firms, people = len(ORGANISATIONS), len(PROTECTED)
    payee = draw.index(firms)
    turns = number // len(_SHAPE)  # how often all turns came round before
    payee = np.where(np.isin(turn, _PROTECTED_AT), firms + (turns + turn) % people, payee)
    return np.where(turn == _TRADER_AT, firms + people + turns % len(_TRADERS), payee)


def _amounts(pence: Integers, *, lost: Integers, typed: Integers) -> Table:
    """Return the four amounts of each line; some are ``typed`` as clerks do, some have lost VAT."""
    tax = pence // 5
    columns = {
        "Net Amount": pence,
        "VAT Amount": tax,
        "Irrecoverable VAT": np.where(lost, pence // 10, -1),
        "Gross Amount": pence + tax,
    }
    return {name: np.array([*map(_pounds, each, typed)], dtype=np.object_) for name, each in columns.items()}


def _pounds(pence: int, typed: bool) -> str:  # noqa: FBT001 - mapped over two columns
    return "" if pence == -1 else f"{pence / 100:,.2f}" if typed else f"{pence / 100:.2f}"


# --- odd lines ------------------------------------------------------------------------------------------


def _odd_lines(_county: County, month: Period, months: Sequence[Period]) -> list[Row]:
    """Return the odd cells of one month: a few bad ones, a pair in conflict, payees whom nobody has sorted."""
    return [
        {"Transaction No": f"{NUMBER_MARK}95{months.index(month):03d}{place:03d}", "Line No": str(line), **change}
        for place, changes in enumerate(_transactions(month, months))
        for line, change in enumerate(changes, start=1)
    ]


def _transactions(month: Period, months: Sequence[Period]) -> Iterator[Sequence[Row]]:
    """Yield the cells of transactions, line by line."""
    yield from ([_net(cell)] for cell in ("(1,250.00)", "-980.50", "500.01", "1,234,567.89", "500.00", "499.99"))
    yield [{"Payment Method": "CARD", "Card Holder": "Ned Foskmoss"}]
    yield [{"Value For Money": "framework  AGREEMENT"}]
    yield from ([payee_cells(one)] for one in (*_TRADERS, *UNSORTED, *PROTECTED, SETTLED[1]))
    for code, name in (_EXCLUDED[0], _EXCLUDED[1], _EXCLUDED[-1]):
        yield [payee_cells(PROTECTED[2]) | {"Account Code": code, "Account Name": name}]
    kind = "IND" if month == months[-1] else TWO_TYPES.kind
    yield [payee_cells(TWO_TYPES) | {"Supplier Type": kind, "Contract Ref": _HELD_CONTRACT}]
    yield [_net("240.00"), _net("180.00"), _net("190.00")]  # one invoice in three lines below the threshold
    yield [_net("900.00"), _net("120.00") | {"Currency": "EUR"}]  # a bad line holds its transaction
    yield [_net("700.00"), _net("810.00"), _net("810.00") | {"Line No": "2"}]  # the same line twice
    yield [_net("700.00"), _net("810.00"), _net("820.00") | {"Line No": "1"}]  # the same number with different cells


def payee_cells(payee: Supplier) -> Row:
    """Return the cells that say who is paid."""
    return {name: getattr(payee, part) for name, part in COLUMNS.items()}


def _net(amount: str) -> Row:
    return {"Net Amount": amount}


def _odd_gifts(*_: object) -> list[Row]:
    """Return offers by people, by somebody whom nobody has looked at, and by nobody; a number that comes twice."""
    by = (*PROTECTED, *UNSORTED, TWO_TYPES)
    rows = [{"Offered By": one.name} for one in by]
    numbered = {"Approver": f"{NUMBER_MARK}950001"}
    twice = [numbered | {"Entry No": "950001", "Estimated Value": value} for value in ("5.00", "5.00")]
    differing = [numbered | {"Entry No": "950002", "Estimated Value": value} for value in ("5.00", "6.00")]
    return [*rows, {"Offered By": ""}, {"Estimated Value": "under £10"}, *twice, *differing]


def _running(draw: Cells, cells: Table) -> Table:
    """Return contracts that run for years, some of them without an end, with suppliers whom the ledger pays."""
    ends = {"End Date": "2026-03-31", "Extension End": "2028-03-31", "Review Date": "2025-09-30"}
    number = draw.number * draw.rows + draw.places() - 1
    titles = column(number * (not draw.plain) % len(_FACTS["contracts"]), _FACTS["contracts"])
    cells = {**cells, **{name: draw.of((day, ""), (3, 1)) for name, day in ends.items()}, "Title": titles}
    if draw.plain:
        return cells
    draw.meet("supplier", number % CONTRACTORS)
    named = {name: draw.truth("supplier")[part] for name, part in COLUMNS.items() if name in _NAMES}
    of = {"Contract Ref": _contract(number), "Start Date": draw.of(_STARTED), "Total Value": draw.of(_WORTH, _OFTEN)}
    return {**cells, **named, **of}


#: On which days contracts began, and what they are worth: the most are small.
_STARTED = ("2019-04-01", "2020-06-15", "2021-04-01", "2021-09-01", "2022-01-31")
_WORTH, _OFTEN = ("48000.00", "125000.00", "310000.00", "940000.00", "2600000.00"), (8, 6, 4, 2, 1)


def _contract(number: Integers) -> Texts:
    """Return the references of contracts: the first ones are of one supplier each."""
    return led("EX-C", number, 4)


def _odd_contracts(*_: object) -> list[Row]:
    """Return contracts with people, with several suppliers, of retired procedures, and on either side of the limit."""
    people = [_supplier(one) for one in (*PROTECTED, *UNSORTED, TWO_TYPES)]
    beside = [_supplier(one) | _CONTRACT for one in (ORGANISATIONS[3], PROTECTED[-1])]
    several = [_supplier(one) | {"Contract Ref": "EX/C-2"} for one in ORGANISATIONS[:2] * 2]
    titles = [{"Contract Ref": "EX/C-3", "Title": title} for title in ("Paper", "Paper and pens")]
    values = [{"Total Value": value} for value in ("10000.00", "10000.01", "0.00", "")]
    retired = [{"Procedure": "restricted", "Start Date": day, **_OPEN} for day in ("2024-01-01", "2025-03-01")]
    cells = [{"Contract Ref": "EX C 4"}, {"Description": "Fish &amp; chips"}, {"End Date": ""}]
    return [*people, *beside, *several, *titles, *values, *retired, *cells]


_CONTRACT = {"Contract Ref": "EX/C-1"}
_OPEN = {"End Date": "", "Extension End": "", "Review Date": ""}


def _supplier(payee: Supplier) -> Row:
    """Return the cells of a register that say who supplies something."""
    return {name: cell for name, cell in payee_cells(payee).items() if name in _NAMES}


_NAMES = ("Supplier Name", "Supplier Type", "Company No")
_HOLDERS = (
    *(Planted("gifts-and-hospitality", "Recipient Name", "name", name) for _, name in _FACTS["posts"] if name),
    *(Planted("gifts-and-hospitality", "Recipient Name", ON_PURPOSE, name) for name in _FACTS["holders"]),
)
_PLANTED = (*planted_suppliers(), Planted("ledger", "Contract Ref", "number", _HELD_CONTRACT))
LORE = Lore(
    truths=_truths,
    lists=lambda: {
        "supplier-types": supplier_type_lines(),
        "named-parties": named_party_lines(),
    },
    feeds={
        "ledger": FeedLore(share=0.4, most=20_000, empty="2023-12", amend=_amend, odd=_odd_lines, planted=_PLANTED),
        "contracts": FeedLore(most=20, amend=_running, odd=_odd_contracts),
        "gifts-and-hospitality": FeedLore(most=20, odd=_odd_gifts, planted=_HOLDERS),
    },
)
