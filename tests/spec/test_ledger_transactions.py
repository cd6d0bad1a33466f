"""Transactions of a ledger: a bad line, a line that comes twice, accounts that are kept back, the threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.errors import InputError
from tests.lib.table import ledger

if TYPE_CHECKING:
    from pathlib import Path


def test_a_bad_line_holds_the_other_lines_of_its_transaction() -> None:
    ledger("""
        Body  | Transaction No | Line No | Net Amount | Supplier No || becomes
        OPCC  | 1              | 1       | 900.00     | S1          || quarantined: transaction-incomplete
        OPCC  | 1              | 2       |            | S1          || quarantined: bad-money
        OPCC  | 1              | 3       | 900.00     | S2          || quarantined: transaction-incomplete
        FORCE | 1              | 1       | 900.00     | S1          || published
        OPCC  | 2              | 1       | 900.00     | S1          || published
    """)


def test_a_line_without_a_transaction_holds_no_other_line() -> None:
    ledger("""
        Transaction No | Line No || becomes
                       | 1       || quarantined: blank-reference
                       | 2       || quarantined: blank-reference
        1              | 1       || published
    """)


def test_a_bad_line_holds_lines_of_excluded_accounts_too() -> None:
    ledger("""
        Transaction No | Line No | Account Code | Payment Method || becomes
        1              | 1       | 41010        | PAYPAL         || quarantined: unknown-code
        1              | 2       | 10010        | BACS           || quarantined: transaction-incomplete
    """)


def test_a_bad_line_holds_its_transaction_before_the_payee_or_the_threshold_is_looked_at() -> None:
    ledger("""
        Transaction No | Line No | Supplier No | Supplier Type | Net Amount | Currency || becomes
        1              | 1       | S1          | ORG           | 1.00       | EUR      || quarantined: other-currency
        1              | 2       | S1          | ORG           | 1.00       | GBP      || quarantined: transaction-incomplete
        2              | 1       | S9          |               | 900.00     | EUR      || quarantined: other-currency
        2              | 2       | S9          |               | 900.00     | GBP      || quarantined: transaction-incomplete
    """)  # noqa: E501 - six columns


def test_a_blank_reason_for_value_for_money_holds_its_transaction() -> None:
    ledger("""
        Transaction No | Line No | Value For Money || becomes
        1              | 1       |                 || quarantined: blank-value-for-money
        1              | 2       | Tender          || quarantined: transaction-incomplete
    """)


def test_the_same_line_twice_is_one_line() -> None:
    ledger("""
        Transaction No | Line No | Net Amount || becomes
        1              | 1       | 400.00     || withheld: below-threshold
        1              | 1       | 400.00     || withheld: duplicate
        2              | 1       | 400.00     || published
        2              | 2       | 200.00     || published
        2              | 1       | 400.00     || withheld: duplicate
        2              | 1       | 400.00     || withheld: duplicate
    """)


def test_the_same_line_with_other_cells_is_quarantined_and_holds_its_transaction() -> None:
    ledger("""
        Transaction No | Line No | Net Amount || becomes
        1              | 1       | 900.00     || quarantined: line-conflict
        1              | 1       | 901.00     || quarantined: line-conflict
        1              | 2       | 900.00     || quarantined: transaction-incomplete
        2              | 1       | 900.00     || published
    """)


def test_any_cell_makes_a_difference_a_withheld_one_too() -> None:
    ledger("""
        Transaction No | Line No | Narrative | Account No || becomes
        1              | 1       | locks     | 123        || quarantined: line-conflict
        1              | 1       | doors     | 123        || quarantined: line-conflict
        2              | 1       | locks     | 123        || quarantined: line-conflict
        2              | 1       | locks     | 124        || quarantined: line-conflict
        3              | 1       | locks     | 123        || published
        3              | 1       | " locks " | 123        || withheld: duplicate
    """)


@pytest.mark.parametrize("order", [(1, 1, 2), (1, 2, 1), (2, 1, 1)])
def test_the_same_line_three_times_is_a_conflict_when_one_differs(order: tuple[int, int, int]) -> None:
    lines = "\n".join(f"7 | 1 | 90{amount}.00 || quarantined: line-conflict" for amount in order)
    held = "7 | 2 | 1.00 || quarantined: transaction-incomplete"
    ledger(f"Transaction No | Line No | Net Amount || becomes\n{lines}\n{held}")


def test_a_copy_is_held_when_another_line_of_its_transaction_conflicts() -> None:
    ledger("""
        Transaction No | Line No | Net Amount || becomes
        1              | 1       | 900.00     || quarantined: line-conflict
        1              | 1       | 901.00     || quarantined: line-conflict
        1              | 2       | 900.00     || quarantined: transaction-incomplete
        1              | 2       | 900.00     || quarantined: transaction-incomplete
    """)


def test_the_same_line_number_in_another_transaction_or_body_is_another_line() -> None:
    ledger("""
        Body  | Transaction No | Line No || becomes
        OPCC  | 1              | 1       || published
        OPCC  | 2              | 1       || published
        FORCE | 1              | 1       || published
        OPCC  | 1              | 01      || published
    """)


def test_conflicts_on_excluded_accounts_are_conflicts_and_copies_are_copies() -> None:
    ledger("""
        Transaction No | Line No | Account Code | Net Amount || becomes
        1              | 1       | 10010        | 900.00     || quarantined: line-conflict
        1              | 1       | 10010        | 901.00     || quarantined: line-conflict
        1              | 2       | 41010        | 900.00     || quarantined: transaction-incomplete
        2              | 1       | 10010        | 900.00     || withheld: excluded-pay
        2              | 1       | 10010        | 900.00     || withheld: duplicate
    """)


def test_the_same_line_once_bad_and_once_good_is_quarantined_both_times() -> None:
    ledger("""
        Transaction No | Line No | Net Amount || becomes
        1              | 1       |            || quarantined: bad-money
        1              | 1       | 900.00     || quarantined: transaction-incomplete
        2              | 1       |            || quarantined: bad-money
        2              | 1       |            || quarantined: bad-money
    """)


def test_accounts_that_are_not_spending_are_kept_back_by_the_beginning_of_their_code() -> None:
    ledger("""
        Account Code || becomes
        10010        || withheld: excluded-pay
        100          || withheld: excluded-pay
        1019         || withheld: excluded-pensions
        10299        || withheld: excluded-tax
        1069999      || withheld: excluded-compensation
        10           || published
        107          || published
        20010        || published
        A100         || published
                     || quarantined: blank-value
    """)


def test_the_longest_beginning_counts_and_the_force_may_have_its_own_list(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("prefix,code,reason\n4,excluded-own,All\n41,excluded-pay,Pay\n", encoding="utf-8")
    ledger(
        """
        Account Code || becomes
        10010        || published
        40000        || withheld: excluded-own
        41010        || withheld: excluded-pay
        """,
        codelists=CodeLists(CODELISTS, {"excluded-account": own}),
    )


def test_a_force_s_own_list_may_have_been_saved_by_a_spreadsheet(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_bytes('\ufeffprefix,code,reason\r\n4,excluded-own,"All, of\r\nthem"\r\n'.encode())
    ledger(
        """
        Account Code || becomes
        10010        || published
        41010        || withheld: excluded-own
        """,
        codelists=CodeLists(CODELISTS, {"excluded-account": own}),
    )


def test_excluded_lines_are_checked_for_a_few_columns_only() -> None:
    ledger("""
        Account Code | Transaction No | Line No | Supplier No | Supplier Name | Cost Centre Name | Account Name | Value For Money | Payment Method | Irrecoverable VAT | Supplier Type || becomes
        10010        | 1              | 1       |             |               |                  |              |                 |                |                   |               || withheld: excluded-pay
        10010        | 2              | 1       | S1          | Acme          | Estates          | Pay          | x               | PAYPAL         | lots              | WHO           || withheld: excluded-pay
        10010        |                | 1       | S1          | Acme          | Estates          | Pay          | x               | BACS           |                   | ORG           || quarantined: blank-reference
        10010        | 3              |         | S1          | Acme          | Estates          | Pay          | x               | BACS           |                   | ORG           || quarantined: blank-value
        10010        | 4              | 1       | S1          | =Acme         | Estates          | Pay          | x               | BACS           |                   | ORG           || quarantined: formula-text
        10010        | 5              | 1       | S1          | Acme          | -Estates         | Pay          | x               | BACS           |                   | ORG           || quarantined: formula-text
    """)  # noqa: E501 - every column that is not checked
    ledger("""
        Account Code | Body | Period  | Payment Date | Net Amount | Currency || becomes
        10010        | OPCC | 2024-01 | 15/01/2024   | 900.00     | GBP      || withheld: excluded-pay
        10010        | BTP  | 2024-01 | 15/01/2024   | 900.00     | GBP      || quarantined: unknown-code
        10010        | OPCC | 2024-02 | 15/01/2024   | 900.00     | GBP      || quarantined: other-period
        10010        | OPCC | 2024-01 |              | 900.00     | GBP      || quarantined: bad-date
        10010        | OPCC | 2024-01 | 15/01/2024   | lots       | GBP      || quarantined: bad-money
        10010        | OPCC | 2024-01 | 15/01/2024   | 900.00     | EUR      || quarantined: other-currency
    """)


def test_a_bad_excluded_line_holds_its_transaction() -> None:
    ledger("""
        Transaction No | Line No | Account Code | Payment Date || becomes
        1              | 1       | 10010        | no date      || quarantined: bad-date
        1              | 2       | 41010        | 15/01/2024   || quarantined: transaction-incomplete
    """)


def test_excluded_lines_do_not_count_towards_the_threshold() -> None:
    ledger("""
        Transaction No | Line No | Account Code | Net Amount || becomes
        1              | 1       | 10010        | 900.00     || withheld: excluded-pay
        1              | 2       | 41010        | 500.00     || withheld: below-threshold
        2              | 1       | 10010        | -900.00    || withheld: excluded-pay
        2              | 2       | 41010        | 500.01     || published
    """)


def test_a_transaction_is_published_when_its_absolute_net_total_is_more_than_500() -> None:
    ledger("""
        Transaction No | Line No | Net Amount || becomes
        1              | 1       | 499.99     || withheld: below-threshold
        2              | 1       | 500.00     || withheld: below-threshold
        3              | 1       | 500.01     || published
        4              | 1       | -500.00    || withheld: below-threshold
        5              | 1       | (500.01)   || published
        6              | 1       | 0.00       || withheld: below-threshold
    """)


def test_split_invoices_and_credits_are_added_up() -> None:
    ledger("""
        Transaction No | Line No | Net Amount || becomes
        1              | 1       | 250.00     || published
        1              | 2       | 250.01     || published
        2              | 1       | 900.00     || withheld: below-threshold
        2              | 2       | -400.00    || withheld: below-threshold
        3              | 1       | 900.00     || published
        3              | 2       | -399.99    || published
        4              | 1       | 100.00     || published
        4              | 2       | -600.01    || published
        5              | 1       | 600.00     || withheld: below-threshold
        5              | 2       | -1,100.00  || withheld: below-threshold
        6              | 1       | 166.67     || published
        6              | 2       | 166.67     || published
        6              | 3       | 166.67     || published
    """)


def test_the_total_is_per_body_and_a_copy_counts_once() -> None:
    ledger("""
        Body  | Transaction No | Line No | Net Amount || becomes
        OPCC  | 1              | 1       | 300.00     || withheld: below-threshold
        FORCE | 1              | 1       | 300.00     || withheld: below-threshold
        OPCC  | 2              | 1       | 300.00     || withheld: below-threshold
        OPCC  | 2              | 1       | 300.00     || withheld: duplicate
    """)


def test_the_total_is_per_file() -> None:
    ledger("""
        file    | Transaction No | Line No | Net Amount || becomes
        2024-01 | 1              | 1       | 300.00     || withheld: below-threshold
        2024-02 | 1              | 2       | 300.00     || elsewhere
    """)


def test_card_lines_have_the_same_threshold() -> None:
    ledger("""
        Payment Method | Net Amount || becomes                   | is_card
        CARD           | 500.00     || withheld: below-threshold |
        CARD           | 500.01     || published                 | true
    """)


def test_irrecoverable_vat_does_not_count() -> None:
    ledger("""
        Net Amount | Irrecoverable VAT || becomes
        500.00     | 100.00            || withheld: below-threshold
    """)


def test_held_lines_and_blank_reasons_do_not_speak_against_their_file() -> None:
    bad = "\n".join(f"{number} | 1 | GBP | || quarantined: blank-value-for-money" for number in range(1, 31))
    good = "\n".join(f"{number} | 2 | GBP | Tender || quarantined: transaction-incomplete" for number in range(1, 31))
    table = f"Transaction No | Line No | Currency | Value For Money || becomes\n{bad}\n{good}"
    assert ledger(table).report.bad == {"ledger/2024-01": 0}
    euros = "\n".join(f"9{number} | 1 | EUR | || quarantined: other-currency" for number in range(10, 30))
    assert ledger(f"{table}\n{euros}").report.bad == {"ledger/2024-01": 20}


@pytest.mark.parametrize(
    "row", [",excluded-all,Everything", "4,,Nothing", "4,bad-date,Confusing", "4,published,Confusing"]
)
def test_a_list_of_excluded_accounts_that_would_exclude_all_or_confuse_the_accounts_is_refused(
    tmp_path: Path, row: str
) -> None:
    own = tmp_path / "own.csv"
    own.write_text(f"prefix,code,reason\n1,excluded-pay,Pay\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match="bad-code-list"):
        ledger("Account Code || becomes\n41010 || published", codelists=CodeLists(CODELISTS, {"excluded-account": own}))
