"""The cells of a ledger: amounts, dates, names and codes, and what is published of each."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.errors import InputError
from pipeline.protect.spend import SpendOptions
from tests.lib.received import KEYED
from tests.lib.table import ledger, parse, receive


def test_a_good_line_is_published_by_names_and_pseudonyms() -> None:
    ledger(f"""
        Transaction No || becomes   | body                                     | payment_date | transaction_id                                | supplier_name  | supplier_id                  | company_number | department | category         | purpose          | net_amount | irrecoverable_vat | value_for_money          | contract_reference | is_card | redaction
        5001234        || published | Police and Crime Commissioner for Example | 2024-01-15  | {KEYED.one("transaction", "OPCC", "5001234")} | Acme Locks Ltd | {KEYED.one("supplier", "S1")} | 01234567      | Estates    | Building repairs | Building repairs | 1234.50    |                   | Three written quotations | C7                 | false   |
    """)  # noqa: E501 - one row of the published file


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
    told = receive(rows, "spend-over-500", "ledger").month("2024-01").report
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


def test_withheld_texts_may_begin_like_a_formula() -> None:
    ledger("""
        Narrative | Cost Centre | Invoice No || becomes
        =1+1      | -3200       | @7         || published
    """)
