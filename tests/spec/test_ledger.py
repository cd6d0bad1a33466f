"""The ledger: a transaction stands or falls whole, people are not named, small sums stay out; rules (a) to (f)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.errors import InputError
from pipeline.protect.options.spend import SpendOptions
from pipeline.protect.pseudonyms import Pseudonyms
from tests.lib.received import KEY
from tests.lib.table import ledger, parse, receive

if TYPE_CHECKING:
    from pathlib import Path

KEYED = Pseudonyms(KEY)


def test_a_good_line_is_published_by_names_and_pseudonyms() -> None:
    ledger(f"""
        Transaction No || becomes   | body                                     | payment_date | transaction_id                                | supplier_name  | supplier_id                  | company_number | department | category         | purpose          | net_amount | irrecoverable_vat | value_for_money          | contract_reference | is_card | redaction
        5001234        || published | Police and Crime Commissioner for Example | 2024-01-15  | {KEYED.one("transaction", "OPCC", "5001234")} | Acme Locks Ltd | {KEYED.one("supplier", "S1")} | 01234567      | Estates    | Building repairs | Building repairs | 1234.50    |                   | Three written quotations | C7                 | false   |
    """)  # noqa: E501 - one row of the published file


# --- treatments --------------------------------------------------------------------------------------


def test_a_body_is_published_by_its_name_and_an_unknown_one_is_quarantined() -> None:
    ledger("""
        Body  || becomes                   | body
        OPCC  || published                 | Police and Crime Commissioner for Example
        FORCE || published                 | Chief Constable of Example Police
        opcc  || quarantined: unknown-code |
        BTP   || quarantined: unknown-code |
              || quarantined: unknown-code |
    """)


def test_a_line_s_period_is_its_file_s_month() -> None:
    ledger("""
        Period     || becomes
        2024-01    || published
        2024-02    || quarantined: other-period
        2023-12    || quarantined: other-period
        2024-01-01 || quarantined: other-period
        Jan 2024   || quarantined: other-period
                   || quarantined: other-period
    """)


def test_a_payment_may_have_been_made_in_another_month_and_has_no_time() -> None:
    ledger("""
        Payment Date     || becomes               | payment_date
        15/01/2024       || published             | 2024-01-15
        2024-01-15       || published             | 2024-01-15
        02/02/2024       || published             | 2024-02-02
        31/12/2023       || published             | 2023-12-31
        15/01/2024 09:00 || quarantined: bad-date |
        30/02/2024       || quarantined: bad-date |
        45306            || quarantined: bad-date |
                         || quarantined: bad-date |
    """)


def test_amounts_are_numbers_of_pounds_and_pence() -> None:
    ledger("""
        Net Amount         || becomes                | net_amount
        1234.5             || published              | 1234.50
        1,234.50           || published              | 1234.50
        12,345,678.90      || published              | 12345678.90
        1234               || published              | 1234.00
        -1234.50           || published              | -1234.50
        (1,234.50)         || published              | -1234.50
        (1234.5)           || published              | -1234.50
        -1,234.50          || published              | -1234.50
        0600               || published              | 600.00
        600.1234569        || quarantined: bad-money |
        600.0000009        || published              | 600.00
        600.0000010        || published              | 600.00
        600.0000011        || quarantined: bad-money |
        599.9999990        || published              | 600.00
        599.9999989        || quarantined: bad-money |
        600.005            || quarantined: bad-money |
        £600.00            || published              | 600.00
        -£600.00           || published              | -600.00
        (£600.00)          || published              | -600.00
        £1,600.00-         || published              | -1600.00
        £ 600.00           || quarantined: bad-money |
        $600.00            || quarantined: bad-money |
        600.               || quarantined: bad-money |
        .                  || quarantined: bad-money |
        600.00 CR          || quarantined: bad-money |
        +600.00            || quarantined: bad-money |
        (-600.00)          || quarantined: bad-money |
        - 600.00           || quarantined: bad-money |
        600.00-            || published              | -600.00
        600.00 -           || quarantined: bad-money |
        -600.00-           || quarantined: bad-money |
        (600.00)-          || quarantined: bad-money |
        -(600.00)          || quarantined: bad-money |
        --600.00           || quarantined: bad-money |
        6,00.00            || quarantined: bad-money |
        1234,567.00        || quarantined: bad-money |
        ,600.00            || quarantined: bad-money |
        1 234.50           || quarantined: bad-money |
        1.234,50           || quarantined: bad-money |
        6e2                || quarantined: bad-money |
        NaN                || quarantined: bad-money |
        99999999999999999  || quarantined: bad-money |
        "\u0666\u0660\u0660"              || quarantined: bad-money |
                           || quarantined: bad-money |
    """)


def test_irrecoverable_vat_may_be_blank_but_not_wrong() -> None:
    ledger("""
        Irrecoverable VAT || becomes                | irrecoverable_vat
                          || published              |
        0                 || published              | 0.00
        -0.00             || published              | 0.00
        (20.5)            || published              | -20.50
        n/a               || quarantined: bad-money |
    """)


def test_the_reason_for_value_for_money_is_a_known_route_or_recorded_in_the_ledger() -> None:
    ledger(r"""
        Value For Money         || becomes                            | value_for_money
        3 quotes                || published                          | Three written quotations
        "3   QUOTES"            || published                          | Three written quotations
        Three Quotes            || published                          | Three written quotations
        "Framework\u00a0 agreement" || published                      | Framework agreement call-off
        Tender                  || published                          | Competitive tender
        WAIVER                  || published                          | Single tender waiver
        statutory               || published                          | Statutory or fixed charge
        grant                   || published                          | Grant
        Single quote            || published                          | Single quotation below the quotation threshold
        3quotes                 || published                          | Recorded in the ledger
        the boss's brother      || published                          | Recorded in the ledger
        =cmd()                  || published                          | Recorded in the ledger
                                || quarantined: blank-value-for-money |
    """)


def test_a_route_that_was_retired_is_bad_in_later_months(tmp_path: Path) -> None:
    routes = tmp_path / "procurement-route.csv"
    routes.write_text(
        "code,label,valid_from,valid_to\ntender,Competitive tender,,2023-12\nrecorded,Recorded in the ledger,,\n",
        encoding="utf-8",
    )
    ledger(
        """
        Value For Money || becomes                   | value_for_money
        Tender          || quarantined: unknown-code |
        something else  || published                 | Recorded in the ledger
        """,
        codelists=CodeLists(CODELISTS, {"procurement-route": routes}),
    )


def test_amounts_in_another_currency_are_quarantined() -> None:
    ledger("""
        Currency || becomes
        GBP      || published
        EUR      || quarantined: other-currency
        gbp      || quarantined: other-currency
        £        || quarantined: damaged-key
        "GB\u200bP" || quarantined: damaged-key
                 || quarantined: other-currency
    """)


def test_card_payments_are_marked() -> None:
    ledger("""
        Payment Method || becomes                   | is_card
        BACS           || published                 | false
        CARD           || published                 | true
        CHQ            || published                 | false
        Card           || quarantined: unknown-code |
        PAYPAL         || quarantined: unknown-code |
                       || quarantined: unknown-code |
    """)


def test_names_and_numbers_that_must_be_there() -> None:
    ledger("""
        Transaction No | Line No | Supplier No | Supplier Name | Cost Centre Name | Account Name || becomes
        1              | 1       | S1          | Acme Ltd      | Estates          | Repairs      || published
                       | 1       | S1          | Acme Ltd      | Estates          | Repairs      || quarantined: blank-reference
        3              |         | S1          | Acme Ltd      | Estates          | Repairs      || quarantined: blank-value
        4              | 1       |             | Acme Ltd      | Estates          | Repairs      || quarantined: blank-reference
        5              | 1       | S1          |               | Estates          | Repairs      || quarantined: blank-value
        6              | 1       | S1          | Acme Ltd      |                  | Repairs      || quarantined: blank-value
        7              | 1       | S1          | Acme Ltd      | Estates          |              || quarantined: blank-value
    """)  # noqa: E501 - six columns that must be filled


def test_company_number_and_contract_may_be_blank() -> None:
    ledger("""
        Company No | Contract Ref || becomes   | company_number | contract_reference
        SC123456   | C/7          || published | SC123456       | C/7
                   |              || published |                |
    """)


def test_texts_that_a_spreadsheet_would_run_are_quarantined() -> None:
    ledger(r"""
        Supplier Name    | Company No | Cost Centre Name | Account Name | Contract Ref || becomes
        =HYPERLINK("x")  | 01234567   | Estates          | Repairs      | C7           || quarantined: formula-text
        @SUM(A1)         | 01234567   | Estates          | Repairs      | C7           || quarantined: formula-text
        -Acme            | 01234567   | Estates          | Repairs      | C7           || quarantined: formula-text
        "\tAcme"         | 01234567   | Estates          | Repairs      | C7           || quarantined: formula-text
        Acme Ltd         | 01234567   | -                | Repairs      | C7           || quarantined: formula-text
        Acme Ltd         | 01234567   | Estates          | =1+1         | C7           || quarantined: formula-text
        "\uff1d1+1"      | 01234567   | Estates          | Repairs      | C7           || quarantined: formula-text
        "\u200b=1+1"     | 01234567   | Estates          | Repairs      | C7           || quarantined: formula-text
        "\n=1+1"         | 01234567   | Estates          | Repairs      | C7           || quarantined: formula-text
        Acme Ltd         | 01234567   | "\u2003\u2212Estates" | Repairs   | C7           || quarantined: formula-text
        a;=1+1           | 01234567   | Estates          | Repairs      | C7           || quarantined: formula-text
        "  =Acme"        | 01234567   | Estates          | Repairs      | C7           || quarantined: formula-text
        A=B; C Ltd     | 0-1        | Estates+         | Re@pairs     | C-7          || published
    """)


def test_open_text_is_undamaged_and_a_name() -> None:
    ledger(r"""
        Supplier Name      | Cost Centre Name | Account Name || becomes                  | supplier_name
        Caf\u00e9 Ltd        | Estates          | Repairs      || published                | Caf\u00e9 Ltd
        "\u2007 Acme\u00a0Ltd" | Estates          | Repairs      || published                | Acme Ltd
        "#N/A"             | Estates          | Repairs      || quarantined: damaged-text |
        "########"         | Estates          | Repairs      || quarantined: damaged-text |
        NULL               | Estates          | Repairs      || quarantined: damaged-text |
        n/a                | Estates          | Repairs      || quarantined: damaged-text |
        "O\x92Brien Ltd"   | Estates          | Repairs      || quarantined: damaged-text |
        "Caf\ufffd Ltd"    | Estates          | Repairs      || quarantined: damaged-text |
        "Caf\u00c3\u00a9 Ltd" | Estates          | Repairs      || quarantined: damaged-text |
        "\u202eLtd Acme"   | Estates          | Repairs      || quarantined: damaged-text |
        "Acme\u200b Ltd"   | Estates          | Repairs      || quarantined: damaged-text |
        "Acme\nLtd"        | Estates          | Repairs      || quarantined: damaged-text |
        "A\tB"             | Estates          | Repairs      || quarantined: damaged-text |
        Acme Ltd           | "#REF!"          | Repairs      || quarantined: damaged-text |
        Acme Ltd           | Estates          | "Repairs\u200f" || quarantined: damaged-text |
        "\u3000"           | Estates          | Repairs      || quarantined: blank-value  |
    """)


def test_a_company_number_has_the_form_of_one_or_is_left_blank() -> None:
    ledger(r"""
        Company No            || becomes   | company_number
        01234567              || published | 01234567
        SC123456              || published | SC123456
        R0000123              || published | R0000123
        IP12345R              || published | IP12345R
        SP1234RS              || published | SP1234RS
        1234567               || published |
        0                     || published |
        00000000              || published |
        N/A                   || published |
        SC12                  || published |
        1.23E+06              || published |
        12 Elm Road, Jane Roe || published |
        "01234567\u200b"      || published |
        =1+1                  || published |
    """)


def test_a_contract_reference_has_the_form_that_the_settings_give_or_is_left_blank() -> None:
    text = r"""
        Contract Ref             || becomes   | contract_reference
        C-2023-014               || published | {usual}
        Police/C.7_a             || published | {usual2}
        C/Jane Roe/07700900123   || published |
        C/07700900123            || published |
        Jane-Roe                 || published |
        "C-1\u200b"              || published |
        "C-1\n"                  || published |
        -C1                      || published |
        CN0042                   || published | CN0042
    """
    ledger(text.format(usual="C-2023-014", usual2="Police/C.7_a"))
    ledger(text.format(usual="", usual2=""), spend=SpendOptions(contract_reference="CN[0-9]{4}"))


def test_what_is_left_blank_is_counted() -> None:
    rows = parse(
        """
        Company No | Contract Ref || becomes
        1234567    | C-1          || published
        01234567   | Jane Roe     || published
                   |              || published
        x          | 2023 014     || published
        """,
        "ledger",
    )
    told = receive(rows, "spend-over-500", "ledger").month("2024-01").told
    assert (told.quality["other_company_number"], told.quality["other_contract_reference"]) == (2, 2)


def test_a_payment_lies_near_its_period_and_not_after_the_day_of_the_run() -> None:
    text = """
        Payment Date || becomes
        15/01/2024   || published
        01/10/2023   || published
        30/09/2023   || quarantined: implausible-date
        21/02/2024   || published
        22/02/2024   || quarantined: implausible-date
        01/12/2024   || quarantined: implausible-date
        15/01/0024   || quarantined: implausible-date
        1900-01-01   || quarantined: implausible-date
        15/01/2204   || quarantined: implausible-date
        2024-05-01   || quarantined: implausible-date
    """
    ledger(text, as_of=dt.date(2024, 2, 21))
    ledger(
        """
        Payment Date || becomes
        31/12/2023   || quarantined: implausible-date
        01/02/2024   || quarantined: implausible-date
        01/01/2024   || published
        """,
        spend=SpendOptions(payment_days=0),
    )
    ledger(
        """
        Payment Date || becomes
        31/12/2022   || published
        30/12/2022   || quarantined: implausible-date
        """,
        spend=SpendOptions(payment_days=366),
    )


def test_dates_that_may_be_month_first_stop_the_file() -> None:
    rows = parse(
        """
        Payment Date || becomes
        01/13/2024   || quarantined
        05/01/2024   || published
        2024-01-20   || published
        """,
        "ledger",
    )
    with pytest.raises(InputError, match="dates-in-doubt") as caught:
        receive(rows, "spend-over-500", "ledger").month("2024-01")
    assert "`Payment Date`" in str(caught.value)
    assert "2024" not in str(caught.value).replace("ledger/2024-01", "")


def test_a_key_that_cannot_be_trusted_is_bad_in_every_column_that_is_compared() -> None:
    ledger(r"""
        Body          | Period      | Transaction No | Supplier No   | Payment Method || becomes
        "FORCE\u200b" | 2024-01     | T1             | S1            | BACS           || quarantined: damaged-key
        FORCE         | "2024-01\t" | T2             | S1            | BACS           || quarantined: damaged-key
        FORCE         | 2024-01     | 5.0E+06        | S1            | BACS           || quarantined: damaged-key
        FORCE         | 2024-01     | T4             | "S1\u00a01"   | BACS           || quarantined: damaged-key
        FORCE         | 2024-01     | T5             | "\ufeffS1"    | BACS           || quarantined: damaged-key
        FORCE         | 2024-01     | T6             | 000           | BACS           || quarantined: damaged-key
        FORCE         | 2024-01     | T7             | S1            | "BACS\u202f"   || quarantined: damaged-key
        FORCE         | 2024-01     | T8             | S 1           | BACS           || published
    """)
    ledger(r"""
        Line No    | Account Code  || becomes
        "1\u200b"  | 41010         || quarantined: damaged-key
        1          | "41010\t"     || quarantined: damaged-key
        1          | 4.1E+04       || quarantined: damaged-key
        1          | 41010         || published
    """)


def test_where_no_reason_is_recorded_the_public_is_told() -> None:
    text = r"""
        Value For Money    || becomes                  | value_for_money
        3 quotes           || published                | Three written quotations
                           || published                | Not recorded
        the cheapest       || published                | Recorded in the ledger
        "ten\u200bder"     || quarantined: damaged-key |
        -                  || quarantined: damaged-key |
        "waiver\n"         || published                | Single tender waiver
    """
    ledger(text, spend=SpendOptions(value_for_money="not-recorded"))
    ledger(text.replace("published                | Not recorded", "quarantined: blank-value-for-money |"))


def test_a_ledger_without_any_reason_stops_and_names_the_setting() -> None:
    rows = parse(
        """
        Value For Money || becomes | value_for_money
                        || x       | Not recorded
                        || x       | Not recorded
        """,
        "ledger",
    )
    with pytest.raises(InputError, match="no-value-for-money") as caught:
        receive(rows, "spend-over-500", "ledger").month("2024-01")
    assert 'value_for_money = "not-recorded"' in str(caught.value)
    receive(rows, "spend-over-500", "ledger", spend=SpendOptions(value_for_money="not-recorded")).month("2024-01")


def test_withheld_texts_may_begin_like_a_formula() -> None:
    ledger("""
        Narrative | Cost Centre | Invoice No || becomes
        =1+1      | -3200       | @7         || published
    """)


# --- (a) a bad line holds its transaction ------------------------------------------------------------


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


# --- (b) the same line twice -------------------------------------------------------------------------


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


# --- (c) excluded accounts ---------------------------------------------------------------------------


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


# --- (d) and (f) payees ------------------------------------------------------------------------------


def test_people_are_redacted() -> None:
    ledger(f"""
        Supplier No | Supplier Type | Supplier Name || becomes   | supplier_name          | redaction | supplier_id                   | company_number | contract_reference | department | category         | purpose
        S1          | ORG           | Acme Ltd      || published | Acme Ltd               |           | {KEYED.one("supplier", "S1")} | 01234567       | C7                 | Estates    | Building repairs | Building repairs
        S2          | SOLE          | J Smith       || published | J Smith                |           | {KEYED.one("supplier", "S2")} | 01234567       | C7                 | Estates    | Building repairs | Building repairs
        S3          | IND           | K Jones       || published | REDACTED PERSONAL DATA | personal  |                               |                |                    | Estates    | Building repairs | Building repairs
        S4          | STAFF         | L Brown       || published | REDACTED PERSONAL DATA | personal  |                               |                |                    | Estates    | Building repairs | Building repairs
        S5          | PROT          | M White       || published | REDACTED OTHER         | other     |                               |                |                    |            |                  |
    """)  # noqa: E501 - every column that redaction touches


def test_an_account_or_cost_centre_called_after_somebody_redacted_is_blank_in_every_line() -> None:
    ledger("""
        Supplier No | Supplier Type | Supplier Name | Cost Centre Name | Account Name      || becomes   | supplier_name          | department  | category          | purpose
        S1          | IND           | Stone, Bob    | Bob Stone injury | Claims            || published | REDACTED PERSONAL DATA |             | Claims            | Claims
        S2          | ORG           | Acme Ltd      | Stone works      | Payments B. STONE || published | Acme Ltd               | Stone works | Payments B. STONE | Payments B. STONE
        S3          | ORG           | Beta Ltd      | Estates          | bob stone, fees   || published | Beta Ltd               | Estates     |                   |
    """)  # noqa: E501 - every column that may name somebody


def test_a_payee_takes_the_most_protective_type_of_all_lines() -> None:
    ledger("""
        Supplier No | Supplier Type || becomes   | redaction
        S1          | ORG           || published | personal
        S1          | IND           || published | personal
        S2          | STAFF         || published | other
        S2          | PROT          || published | other
        S2          |               || published | other
        S3          | ORG           || published |
        S3          | SOLE          || published |
        S4          | SOLE          || published | personal
        S4          | STAFF         || published | personal
        S5          | ORG           || published |
        S5          |               || published |
        S6          | ORG           || withheld: payee-needs-review |
        S6          | WHO           || withheld: payee-needs-review |
        S7          | Ind           || withheld: payee-needs-review |
    """)


def test_bad_held_and_excluded_lines_count_for_the_type_too() -> None:
    ledger("""
        Transaction No | Line No | Supplier No | Supplier Type | Account Code | Net Amount || becomes                | redaction
        1              | 1       | S1          | ORG           | 41010        | 900.00     || published              | personal
        2              | 1       | S1          | IND           | 41010        | lots       || quarantined: bad-money |
        3              | 1       | S2          | ORG           | 41010        | 900.00     || published              | other
        4              | 1       | S2          | PROT          | 10010        | 900.00     || withheld: excluded-pay |
        5              | 1       | S3          |               | 41010        | 900.00     || published              |
        6              | 1       | S3          | ORG           | 41010        | 1.00       || withheld: below-threshold |
    """)  # noqa: E501 - seven columns


def test_a_name_protected_on_a_line_without_a_number_is_held_under_every_number() -> None:
    ledger("""
        Supplier No | Supplier Name     | Supplier Type || becomes                      | redaction
                    | Robin Safehouse   | PROT          || published                    | other
        S1          | Robin Safehouse   | ORG           || withheld: payee-needs-review |
        --          | Wren Exampleson   | IND           || quarantined: damaged-key     |
        S2          | WREN  EXAMPLESON. | SOLE          || withheld: payee-needs-review |
        S3          | Acme Locks Ltd    | ORG           || published                    |
    """)


def test_a_protected_line_protects_its_transaction_however_bad_it_is() -> None:
    ledger(r"""
        Transaction No | Line No | Body   | Supplier No | Supplier Type | Account Code | Net Amount || becomes                   | redaction | department
        1              | 1       | OPCC   | S1          | PROT          | 41010        | 0.01       || published                 | other     |
        1              | 2       | OPCC   | S3          | ORG           | 41010        | 900.00     || published                 | other     |
        2              | 1       | OPCC   | S1          | PROT          | 10010        | 900.00     || withheld: excluded-pay    |           |
        2              | 2       | OPCC   | S3          | ORG           | 41010        | 900.00     || published                 | other     |
        3              | 1       | nobody | S1          | PROT          | 41010        | 900.00     || quarantined: unknown-code |           |
        3              | 2       | OPCC   | S3          | ORG           | 41010        | 900.00     || published                 | other     |
        4              | 1       |        | S1          | PROT          | 41010        | 900.00     || quarantined: unknown-code |           |
        4              | 2       | FORCE  | S3          | ORG           | 41010        | 900.00     || published                 | other     |
        "5\u200b"      | 1       | OPCC   | S1          | PROT          | 41010        | 900.00     || quarantined: damaged-key  |           |
        5              | 2       | OPCC   | S3          | ORG           | 41010        | 900.00     || published                 | other     |
        6              | 1       | OPCC   | S1          | PROT          | 41010        | 900.00     || published                 | other     |
        6              | 1       | FORCE  | S3          | ORG           | 41010        | 900.00     || published                 |           | Estates
    """)  # noqa: E501 - nine columns


def test_the_type_is_looked_up_in_every_file_before_and_after() -> None:
    ledger("""
        file    | Supplier No | Supplier Type || becomes   | redaction
        2023-12 | S1          | IND           || elsewhere |
        2024-01 | S1          | ORG           || published | personal
        2024-01 | S2          | ORG           || published | other
        2024-01 | S3          |               || published |
        2024-02 | S2          | PROT          || elsewhere |
        2024-02 | S3          | ORG           || elsewhere |
    """)


def test_the_force_s_own_list_settles_unknown_types_and_makes_nobody_less_protected() -> None:
    ledger(
        """
        Supplier No | Supplier Type || becomes                      | redaction
        S1          |               || published                    |
        S2          | WHO           || published                    | personal
        S3          | IND           || published                    | personal
        S4          | ORG           || published                    | other
        S5          |               || withheld: payee-needs-review |
        S6          |               || published                    | other
        S7          | ORG           || published                    |
        """,
        supplier_types=[
            ("S1", "ORG"),
            ("S2", "STAFF"),
            ("S3", "ORG"),
            ("S4", "PROT"),
            ("S5", "WHO"),
            ("S6", "ORG"),
            ("S6", "PROT"),
            ("S7", ""),
            ("S8", "IND"),
        ],
    )


def test_an_unknown_payee_keeps_the_whole_transaction_back_and_is_listed_for_review() -> None:
    product = ledger("""
        Transaction No | Line No | Supplier No | Supplier Type || becomes
        1              | 1       | S1          | ORG           || withheld: payee-needs-review
        1              | 2       | S8          |               || withheld: payee-needs-review
        2              | 1       | S9          | org           || withheld: payee-needs-review
        3              | 1       | S1          | ORG           || published
    """)
    assert [(each.reference, each.names, each.lines, each.total) for each in product.told.review] == [
        ("S8", ("Payee S8",), 1, 123_450),
        ("S9", ("Payee S9",), 1, 123_450),
    ]


def test_an_unknown_payee_who_is_protected_under_another_number_is_asked_about_as_such() -> None:
    product = ledger("""
        Supplier No | Supplier Type | Supplier Name || becomes
        S1          | STAFF         | Jane Roe Ltd  || withheld: payee-needs-review
        S2          | PROT          | JANE ROE LTD  || published
        00S8        |               | Jane Roe Ltd  || withheld: payee-needs-review
        S8          |               | Acme Ltd      || withheld: payee-needs-review
        S9          | ORG           | Jane Roe Ltd  || withheld: payee-needs-review
    """)
    assert [(each.reference, each.names, each.lines, each.protected) for each in product.told.review] == [
        ("S1", ("Jane Roe Ltd",), 1, "PROT"),
        ("00S8", ("Acme Ltd", "Jane Roe Ltd"), 2, "PROT"),
        ("S9", ("Jane Roe Ltd",), 1, "PROT"),
    ]


def test_an_unknown_payee_of_a_small_sum_is_reviewed_all_the_same() -> None:
    ledger("""
        Supplier No | Supplier Type | Net Amount || becomes
        S8          |               | 1.00       || withheld: payee-needs-review
    """)


def test_an_unknown_payee_of_an_excluded_line_does_not_keep_the_other_lines_back() -> None:
    ledger("""
        Transaction No | Line No | Account Code | Supplier No | Supplier Type || becomes
        1              | 1       | 10010        | S8          |               || withheld: excluded-pay
        1              | 2       | 41010        | S1          | ORG           || published
    """)


def test_blanks_and_formulas_that_redaction_takes_away_are_forgiven() -> None:
    ledger("""
        Supplier No | Supplier Type | Supplier Name | Company No | Contract Ref | Cost Centre Name | Account Name || becomes                      | supplier_name
        S1          | IND           |               | =1         | @1           | Estates          | Repairs      || published                    | REDACTED PERSONAL DATA
                    | IND           | J Smith       |            |              | Estates          | Repairs      || published                    | REDACTED PERSONAL DATA
                    | STAFF         |               |            |              | Estates          | Repairs      || published                    | REDACTED PERSONAL DATA
        S2          | STAFF         | =J Smith      |            |              | Estates          | Repairs      || published                    | REDACTED PERSONAL DATA
        S3          | PROT          | =K Jones      |            |              |                  |              || published                    | REDACTED OTHER
                    | PROT          |               |            |              | =1               | =1           || published                    | REDACTED OTHER
        S4          | IND           | J Smith       |            |              |                  | Repairs      || quarantined: blank-value     |
        S5          | STAFF         | J Smith       |            |              | Estates          |              || quarantined: blank-value     |
        S6          | IND           | J Smith       |            |              | -Estates         | Repairs      || quarantined: formula-text    |
        S7          | IND           | J Smith       |            |              | Estates          | =Repairs     || quarantined: formula-text    |
        S8          | SOLE          |               |            |              | Estates          | Repairs      || quarantined: blank-value     |
                    | SOLE          | L Brown       |            |              | Estates          | Repairs      || quarantined: blank-reference |
                    |               | M White       |            |              | Estates          | Repairs      || quarantined: blank-reference |
    """)  # noqa: E501 - every column that redaction touches


def test_redaction_by_another_line_forgives_too() -> None:
    ledger("""
        Supplier No | Supplier Type | Supplier Name || becomes   | supplier_name
        S1          | ORG           |               || published | REDACTED PERSONAL DATA
        S1          | IND           | J Smith       || published | REDACTED PERSONAL DATA
    """)


def test_redaction_forgives_no_damaged_number() -> None:
    ledger(r"""
        Supplier No | Supplier Type || becomes                  | redaction
        S1          | PROT          || published                | other
        "S1\u200b"  | ORG           || quarantined: damaged-key |
        "S2\t"      | IND           || quarantined: damaged-key |
        S2          | ORG           || published                | personal
    """)


def test_redaction_forgives_nothing_else() -> None:
    ledger("""
        Supplier Type | Value For Money | Payment Method | Net Amount || becomes
        PROT          |                 | BACS           | 900.00     || quarantined: blank-value-for-money
        PROT          | Tender          | PAYPAL         | 900.00     || quarantined: unknown-code
        PROT          | Tender          | BACS           |            || quarantined: bad-money
    """)


def test_a_formula_is_bad_before_the_payee_is_reviewed_or_the_sum_looked_at() -> None:
    ledger("""
        Supplier No | Supplier Type | Supplier Name | Net Amount || becomes
        S8          |               | =1            | 900.00     || quarantined: formula-text
        S1          | ORG           | =1            | 1.00       || quarantined: formula-text
    """)


def test_a_redacted_payee_s_pseudonym_is_kept_for_the_private_index_only() -> None:
    product = ledger("""
        Supplier No | Supplier Type || becomes   | supplier_id
        S3          | IND           || published |
    """)
    assert product.table.references["supplier"].to_pylist() == [KEYED.one("supplier", "S3")]


# --- (e) the threshold -------------------------------------------------------------------------------


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


# --- figures that stop a dataset ---------------------------------------------------------------------


def test_held_lines_and_blank_reasons_do_not_speak_against_their_file() -> None:
    bad = "\n".join(f"{number} | 1 | GBP | || quarantined: blank-value-for-money" for number in range(1, 31))
    good = "\n".join(f"{number} | 2 | GBP | Tender || quarantined: transaction-incomplete" for number in range(1, 31))
    table = f"Transaction No | Line No | Currency | Value For Money || becomes\n{bad}\n{good}"
    assert ledger(table).told.bad == {"ledger/2024-01": 0}
    euros = "\n".join(f"9{number} | 1 | EUR | || quarantined: other-currency" for number in range(10, 30))
    assert ledger(f"{table}\n{euros}").told.bad == {"ledger/2024-01": 20}


# --- a list of the force's own -----------------------------------------------------------------------


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
