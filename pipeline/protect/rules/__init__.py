"""What may happen to a row."""

from pipeline.protect.rules.accounts import ExcludedAccounts
from pipeline.protect.rules.assets import FilledWhen, KeptQuiet, NamesDataset
from pipeline.protect.rules.duplicates import OneIncident, OneRecord, SameRecord
from pipeline.protect.rules.entries import InOrder, OfItsFile, OneEntry, OneItem
from pipeline.protect.rules.events import AlreadyHeld, PublicVenue, SensitiveAudience
from pipeline.protect.rules.named import Redaction
from pipeline.protect.rules.offences import OffenceAgrees
from pipeline.protect.rules.parties import Party
from pipeline.protect.rules.payees import Payee
from pipeline.protect.rules.protected_record import BlankWhen
from pipeline.protect.rules.restricted import RestrictedRecord
from pipeline.protect.rules.transactions import OverThreshold, WholeTransactions
