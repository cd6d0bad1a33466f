"""What may happen to a row."""

from pipeline.protect.rules.accounts import ExcludedAccounts
from pipeline.protect.rules.duplicates import OneRecord
from pipeline.protect.rules.events import AlreadyHeld, PublicVenue, SensitiveAudience
from pipeline.protect.rules.offences import OffenceAgrees
from pipeline.protect.rules.payees import Payee, Redaction
from pipeline.protect.rules.restricted import RestrictedRecord, RestrictedRow
from pipeline.protect.rules.transactions import OverThreshold, WholeTransactions

__all__ = [
    "AlreadyHeld",
    "ExcludedAccounts",
    "OffenceAgrees",
    "OneRecord",
    "OverThreshold",
    "Payee",
    "PublicVenue",
    "Redaction",
    "RestrictedRecord",
    "RestrictedRow",
    "SensitiveAudience",
    "WholeTransactions",
]
