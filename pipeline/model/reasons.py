"""What became of rows, and why one is not published: every reason code, once.

The documentation's table is made from this.

A quarantined row is bad and can be mended at its source; a withheld row is good and a named rule keeps it back.
Codes of excluded accounts come from their own list (`schemas/codelists/excluded-account.csv` or the force's own).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias


class Outcome(StrEnum):
    """What became of a row that was read."""

    PUBLISHED = "published"
    QUARANTINED = "quarantined"
    WITHHELD = "withheld"


class Reason(NamedTuple):
    """A reason code: what becomes of the row, and what the code means.

    ``apart`` are bad rows that do not speak against their file: lines held by another line, and a cell that many
    ledgers lack.  They never stop a dataset.
    """

    outcome: Outcome
    meaning: str
    apart: bool = False


_BAD = Outcome.QUARANTINED
_KEPT = Outcome.WITHHELD

REASONS = MappingProxyType(
    {
        # quarantined where it is read
        "ragged-row": Reason(_BAD, "the row has fewer or more cells than the header"),
        "unreadable-cell": Reason(_BAD, "an error cell, a formula without a stored result, or bytes that are no text"),
        "bad-date": Reason(_BAD, "no date (or date and time) of a known form, or no day of the calendar"),
        "damaged-key": Reason(
            _BAD,
            "a reference, number or code that cannot be trusted: a character that is not seen, a stray blank, a number "
            "that a spreadsheet has rounded, or nothing but signs",
        ),
        "month-after-file": Reason(_BAD, "the row's month is later than its file's"),
        # quarantined by a treatment
        "blank-value": Reason(_BAD, "a cell that must be filled is empty"),
        "blank-reference": Reason(_BAD, "a part of a reference is empty, so no pseudonym can be made"),
        "blank-value-for-money": Reason(_BAD, "no reason why value for money was expected", apart=True),
        "unknown-code": Reason(_BAD, "a code that is not in its code list, or not in that month"),
        "implausible-date": Reason(
            _BAD, "a date that cannot be: to come, long past, or a payment far from the period of its accounts"
        ),
        "unknown-reference": Reason(_BAD, "a reference to something that is itself not published"),
        "offence-mismatch": Reason(_BAD, "the offence code belongs to another crime type"),
        "other-force": Reason(_BAD, "the row is another force's"),
        "other-period": Reason(_BAD, "the line's period is not its file's month"),
        "other-currency": Reason(_BAD, "the amount is not in sterling"),
        "bad-coordinates": Reason(_BAD, "located exactly or to a street, but without two whole-metre coordinates"),
        "bad-flag": Reason(_BAD, "a flag that is neither Y nor N"),
        "bad-number": Reason(_BAD, "no whole number, or a negative one"),
        "bad-money": Reason(_BAD, "no amount in pounds and pence"),
        "damaged-text": Reason(
            _BAD,
            "text to be published that is damaged: a character that is not seen, a wrong encoding, an error word of a "
            "spreadsheet, or no name at all",
        ),
        "formula-text": Reason(_BAD, "text to be published that a spreadsheet would run as a formula"),
        # quarantined by the schema of the published table (names as in Frictionless)
        "type-error": Reason(_BAD, "the published cell is not of its column's type"),
        "constraint-error": Reason(_BAD, "the published cell breaks a rule of its column's schema"),
        "unique-error": Reason(_BAD, "the published cell must be unique and is not"),
        "blank-row": Reason(_BAD, "the published row has no cell that is filled"),
        "primary-key": Reason(_BAD, "the published row's key is empty or already used"),
        # quarantined with what belongs together
        "date-order": Reason(_BAD, "a date lies before the one that it must follow"),
        "other-month": Reason(_BAD, "an item of another month than was asked for"),
        "item-conflict": Reason(_BAD, "rows of one entry that contradict each other"),
        "line-conflict": Reason(_BAD, "the same line of the same transaction comes twice with different cells"),
        "transaction-incomplete": Reason(_BAD, "another line of the same transaction is bad", apart=True),
        # withheld
        "month-not-open": Reason(_KEPT, "its date is in a month for which no file has come"),
        "restricted": Reason(_KEPT, "the record is restricted"),
        "duplicate": Reason(_KEPT, "the same record comes more than once; one copy is published"),
        "payee-needs-review": Reason(_KEPT, "nobody has said yet that this payee may be named"),
        "account-needs-review": Reason(
            _KEPT, "the account is an excluded one but for case, blanks or zeros, and nobody has said whether it is"
        ),
        "below-threshold": Reason(_KEPT, "the transaction's total does not reach the threshold"),
        "not-yet-held": Reason(_KEPT, "the event starts on or after the day of the run"),
        "private-venue": Reason(_KEPT, "the event is at a kind of venue that is not public"),
        "not-for-inventory": Reason(_KEPT, "that the asset is held must be kept quiet"),
    }
)


def meaning(code: str) -> str:
    """Return what a reason code means; codes of excluded accounts come from their own list."""
    return REASONS[code].meaning if code in REASONS else "an account whose lines are not published"


#: Control totals: numbers by what they count, by the part of an extract that they are of.
Totals: TypeAlias = Mapping[str, Mapping[str, int]]


class Account(NamedTuple):
    """How many rows of a feed had one outcome for one reason."""

    feed: str
    outcome: Outcome
    reason: str
    rows: int


class Quarantined(NamedTuple):
    """Where a bad row stands, and why it is bad: never the row."""

    feed: str
    path: str
    row: int
    column: str
    code: str
