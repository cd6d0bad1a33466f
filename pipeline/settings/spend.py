"""The settings of spending: which items are published, and what their references look like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Self

from pipeline.codelists import CODELISTS
from pipeline.model.context import CONTRACT_REFERENCE
from pipeline.settings import reader as checks

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from pipeline.settings.reader import Section


class Spend(NamedTuple):
    """Which spending is published: the threshold on a transaction's total, the accounts kept out, checks of cells.

    ``value_for_money_note`` is what the public is told where no reasons are recorded, else "".
    """

    threshold: Decimal
    operator: str
    basis: str
    excluded_accounts: Path
    payment_days: int = 92
    contract_reference: str = CONTRACT_REFERENCE
    value_for_money: str = "required"
    value_for_money_note: str = ""

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the rules for spending."""
        accounts = section.path("excluded_accounts") or CODELISTS / "excluded-account.csv"
        if not accounts.is_file():
            section.bad("excluded_accounts", "the path of a CSV file with the columns prefix,code,reason")
        return cls(
            section.money("threshold", low="0.00", high="25000.00", default="500.00"),
            section.choice("operator", (">", ">="), ">"),
            section.choice("basis", ("net",), "net"),
            accounts,
            section.whole("payment_days", low=0, high=366, default=92),
            _contract_reference(section),
            *_value_for_money(section),
        )


def _contract_reference(section: Section) -> str:
    """Return the pattern of a contract's reference; one that lets a name or a telephone number pass is a mistake."""
    pattern = section.text("contract_reference", checks.PATTERN, default=CONTRACT_REFERENCE)
    try:
        form = re.compile(pattern, re.ASCII)
    except (re.error, OverflowError, RecursionError):
        section.bad("contract_reference", "a regular expression")
        return CONTRACT_REFERENCE
    if any(form.fullmatch(text) for text in _NO_CONTRACTS):
        section.bad("contract_reference", "a pattern that fits no text with a blank, no name and no telephone number")
    return pattern


#: What no contract's reference looks like; made up.
_NO_CONTRACTS = ("", " ", "Jane", "JANE", "Jane Roe", "C Jane Roe", "C 1", "C-1 2", "2023 014", "C\t1",
                 "C/Jane Roe/1", "Jane-Roe", "07700900123", "+447700900123", "jane.roe@example.com")  # fmt: skip


def _value_for_money(section: Section) -> tuple[str, str]:
    """Return whether reasons are required, and the sentence for the public that is needed where they are not."""
    choice = section.choice("value_for_money", ("required", "not-recorded"), "required")
    note = section.text("value_for_money_note", checks.LABEL, default="")
    if choice == "not-recorded" and not note:
        section.missing("value_for_money_note", "a sentence that tells the public why no reasons are recorded")
    if choice == "required" and note:
        section.bad("value_for_money_note", "no such line where reasons are required", fix="remove the line")
    return choice, note
