"""Payees of a ledger: who is named, who is redacted, and whom somebody has to classify."""

from __future__ import annotations

from tests.lib.received import KEYED
from tests.lib.table import ledger


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
    assert [(each.reference, each.names, each.lines, each.total) for each in product.report.review] == [
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
    assert [(each.reference, each.names, each.lines, each.protected) for each in product.report.review] == [
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
