"""The reason for value for money of a line of the ledger, and what is published where none is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.errors import InputError
from pipeline.protect.spend import SpendOptions
from tests.lib.table import ledger, parse, receive

if TYPE_CHECKING:
    from pathlib import Path


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
