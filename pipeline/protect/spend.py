"""The settings of spending: which items are published, and what their references look like."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Self

from pipeline.codelists import CODELISTS
from pipeline.plain import read_plain
from pipeline.settings import reader as checks
from pipeline.settings.options import Options

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings.reader import Section

#: What a contract's reference looks like where the settings do not say: a digit in it, no telephone number.
CONTRACT_REFERENCE: Final = r"(?=.*[0-9])(?!.*[0-9]{10})[A-Za-z0-9][A-Za-z0-9._/-]{0,39}"
_OPERATORS = {">": "more than", ">=": "at least"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendOptions(Options):
    """Which spending is published: the threshold on a transaction's total, the accounts kept out, checks of cells.

    ``payment_days`` are the days that a payment may lie outside the period of its accounts, ``contract_reference`` the
    pattern of a contract's reference.  ``value_for_money_note`` is what the public is told where no reasons are
    recorded, else "".
    """

    section = "spend"
    threshold: Decimal = Decimal("500.00")
    operator: str = ">"
    basis: str = "net"
    excluded_accounts: Path = CODELISTS / "excluded-account.csv"
    payment_days: int = 92
    contract_reference: str = CONTRACT_REFERENCE
    value_for_money: str = "required"
    value_for_money_note: str = ""

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the rules for spending."""
        usual = cls()
        accounts = section.path("excluded_accounts") or usual.excluded_accounts
        if not accounts.is_file():
            section.bad("excluded_accounts", "the path of a CSV file with the columns prefix,code,reason")
        return cls(
            threshold=section.money("threshold", low="0.00", high="25000.00", default=str(usual.threshold)),
            operator=section.choice("operator", tuple(_OPERATORS), ">"),
            basis=section.choice("basis", ("net",), "net"),
            excluded_accounts=accounts,
            payment_days=section.number("payment_days", low=0, high=366, default=usual.payment_days),
            contract_reference=_contract_reference(section),
            value_for_money=(said := _value_for_money(section))[0],
            value_for_money_note=said[1],
        )

    def facts(self) -> dict[str, str]:
        """Return the settings as text, the excluded accounts by what stands in them."""
        accounts = hashlib.sha256(read_plain(self.excluded_accounts)).hexdigest()
        return Options.facts(self) | {"excluded_accounts": accounts}

    def words(self) -> dict[str, str]:
        """Return what may be said of the threshold, and of reasons."""
        amount = f"{self.threshold:,.2f}"
        short = amount.removesuffix(".00")
        return {
            "basis": self.basis,
            "operator_words": _OPERATORS[self.operator],
            "threshold": amount,
            "value_for_money_note": self.value_for_money_note,
            "over": f"over £{short}" if self.operator == ">" else f"of £{short} or more",
        }

    def codelists(self) -> dict[str, Path]:
        """Return the force's excluded accounts."""
        return {"excluded-account": self.excluded_accounts}


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
    absent = section.reader.absent.get("Value For Money", "")
    if absent and choice == "required":
        section.bad("value_for_money", "`not-recorded`: the mapping says that the system holds no reasons")
    reason = absent if choice == "not-recorded" else ""
    note = section.text("value_for_money_note", checks.LABEL, default=reason)
    if choice == "not-recorded" and not note:
        section.missing("value_for_money_note", "a sentence that tells the public why no reasons are recorded")
    if choice == "required" and note:
        section.bad("value_for_money_note", "no such line where reasons are required", fix="remove the line")
    return choice, note
