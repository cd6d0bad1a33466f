"""The ledger's rules, once more, in plain loops written from the rules' own text, and compared row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.model.reasons import Outcome
from pipeline.release.files import csv_blocks, parquet_blocks
from tests.lib import examples
from tests.lib.ledger_rules import (
    CONFLICT,
    FORMULA,
    HELD,
    MONTH,
    RULES,
    SPEND,
    Payees,
    judge,
    kinds_of,
    published_as,
    trimmed,
)
from tests.lib.received import FIRST_ROW, Received
from tests.lib.table import GOOD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.build.corridor import BuildResult

    Row = dict[str, str]

# --- random ledgers ----------------------------------------------------------------------------------

NASTY = st.text(st.sampled_from(list("=+-@\t\",\n\r \u00a0'aé€😀\x1f0")), max_size=5)
AMOUNTS = ["500", "500.00", "500.01", "250.005", "(250.01)", "-1,000.00", "250.01", "1,000.50", "0", "499.99", "1e3"]
AMOUNTS += [".50", "-41.67", "1,234.50-", "£900.00", "-£900", "(£900)", "--1", "-", "1-1"]
BUSY = {
    "Body": ["OPCC", "OPCC", "OPCC", "FORCE"],
    "Transaction No": ["1", "1", "2", "3"],
    "Line No": ["1", "2", "3"],
    "Supplier No": ["S1", "S2", "S3", "S4"],
    "Supplier Type": ["ORG", "ORG", "ORG", "SOLE", "IND", "STAFF", "PROT", ""],
    "Account Code": ["41010", "41010", "41010", "41010", "10010", "1061"],
    "Net Amount": ["250.01", "500.00", "500.01", "-250.00", "(1,234.50)", "900"],
}
ODD = {
    "Body": ["BTP", "", "opcc"],
    "Period": ["2024-02", ""],
    "Transaction No": ["", "\u00a01 "],
    "Line No": ["", " 1"],
    "Supplier No": ["", "S1 ", "=S1", "s2", "00S3"],
    "Supplier Type": ["", "WHO", "org", "Prot", "PROT"],
    "Payment Date": ["2024-02-30", "31/01/2024", "2023-12-31", "", "15/01/2024 09:00"],
    "Account Code": ["", "10", "100"],
    "Value For Money": ["", "TENDER", "3  Quotes", "who knows"],
    "Net Amount": AMOUNTS,
    "Irrecoverable VAT": ["", "1.5", "(2)", "x", "-0"],
    "Currency": ["EUR", ""],
    "Payment Method": ["CARD", "", "card"],
    "Narrative": ["locks", "doors"],
    "Card Holder": ["A Person"],
}
FREE = ("Supplier Name", "Company No", "Cost Centre Name", "Account Name", "Contract Ref", "Value For Money")


@st.composite
def lines(draw: st.DrawFn) -> Row:
    row = {**GOOD["ledger"], "Period": MONTH}
    row |= {name: draw(st.sampled_from(cells)) for name, cells in BUSY.items()}
    if draw(st.integers(0, 5)):
        row["Supplier Name"] = f"Payee {row['Supplier No']}"
    if draw(st.integers(0, 3)) == 0:
        name = draw(st.sampled_from(sorted(ODD)))
        row[name] = draw(st.sampled_from(ODD[name]))
    if draw(st.integers(0, 3)) == 0:
        row[draw(st.sampled_from(FREE))] = draw(NASTY)
    return row


@st.composite
def ledgers(draw: st.DrawFn) -> list[Row]:
    rows = draw(st.lists(lines(), max_size=9))
    copies = draw(st.lists(st.integers(0, max(len(rows) - 1, 0)), max_size=3)) if rows else []
    return draw(st.permutations([*rows, *(dict(rows[place]) for place in copies)]))


TYPES = st.lists(
    st.tuples(st.sampled_from(["S1", "S2", "S3", "S9"]), st.sampled_from(["ORG", "IND", "PROT", "SOLE", ""])),
    max_size=3,
)


def received(own: list[Row], other: list[Row], types: Sequence[tuple[str, str]]) -> Received:
    return Received(
        dataset=SPEND, files={"ledger": {MONTH: own, "2024-02": other}}, supplier_types=types, judged_rows=1
    )


def bytes_of(product: BuildResult) -> tuple[bytes, ...]:
    facts = {"title": "t"}
    blocks = (csv_blocks(product.table), parquet_blocks(product.table, facts))
    return tuple(b"".join(block.to_pybytes() for block in each) for each in blocks)


@given(ledgers(), ledgers(), TYPES)
@settings(max_examples=examples(120), deadline=None)
def test_every_line_becomes_what_the_rules_say(own: list[Row], other: list[Row], types: list[tuple[str, str]]) -> None:
    rows, others = [trimmed(row) for row in own], [trimmed(row) for row in other]
    payees = Payees({MONTH: rows, "2024-02": others}, types)
    expected, kinds = judge(rows, payees), kinds_of(rows, payees)
    everything = received(own, other, types)
    if rows and not any(row["Value For Money"] for row in rows):
        with pytest.raises(InputError, match="no-value-for-money"):
            everything.month(MONTH)
        return
    product = everything.month(MONTH)
    fates = everything.fates(MONTH, product)
    for place, (outcome, reason) in enumerate(expected):
        fate = fates["ledger/" + MONTH, FIRST_ROW + place]
        assert fate.outcome == outcome, (place, reason, fate.codes)
        assert fate.codes & {HELD, CONFLICT} == ({reason} & {HELD, CONFLICT})
        if outcome == "published":
            assert fate.published == published_as(rows[place], kinds[place])
    counted: dict[Any, int] = {}
    for outcome, reason in expected:
        if outcome == "withheld":
            counted[reason] = counted.get(reason, 0) + 1
    assert {each.reason: each.rows for each in product.report.accounts if each.outcome is Outcome.WITHHELD} == counted


@given(ledgers(), TYPES, st.randoms(use_true_random=False))
@settings(max_examples=examples(40), deadline=None)
def test_the_accounts_add_up_and_the_order_of_the_extract_leaves_no_trace(
    own: list[Row],
    types: list[tuple[str, str]],
    chance: Any,  # noqa: ANN401 - random.Random
) -> None:
    product = received(own, [], types).month(MONTH)
    counts = dict.fromkeys(Outcome, 0)
    for each in product.report.accounts:
        counts[each.outcome] += each.rows
    assert sum(counts.values()) == len(own)
    assert counts[Outcome.PUBLISHED] == product.table.rows
    shuffled = list(own)
    chance.shuffle(shuffled)
    assert bytes_of(received(shuffled, [], types).month(MONTH)) == bytes_of(product)


@given(st.lists(st.tuples(st.sampled_from(FREE), NASTY), min_size=1, max_size=12))
@settings(max_examples=examples(40), deadline=None)
def test_no_published_text_begins_like_a_formula(cells: list[tuple[str, str]]) -> None:
    own = [
        {**GOOD["ledger"], "Transaction No": str(number), "Period": MONTH, name: cell}
        for number, (name, cell) in enumerate(cells)
    ]
    own.append({**GOOD["ledger"], "Transaction No": "good", "Period": MONTH})
    table = received(own, [], []).month(MONTH).table
    texts = [field.name for field in RULES.fields if field.type == "string"]
    for row in table.text.select(texts).to_pylist():
        assert not any(cell.startswith(FORMULA) for cell in row.values() if cell)
