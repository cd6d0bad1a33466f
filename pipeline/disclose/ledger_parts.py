"""What the lines of a ledger come to by part: published, below the threshold, excluded, waiting, bad.

The source of the parts is the code list `spend-part`; together they are the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, mask_of, on_distinct, plain, whole
from pipeline.columns.groups import groups
from pipeline.columns.keys import fold_column
from pipeline.columns.money import money, pence
from pipeline.model.counting import COPIES, LEDGER_PARTS, PENCE, PUBLISHED, ROWS, TRANSACTIONS, ControlTotals
from pipeline.model.reasons import REASONS, Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.counting import Judged
    from pipeline.model.reasons import Totals

_BELOW: Final = "below-threshold"
_OWN_CODES: Final = "excluded-other"
#: An account that is an excluded one but for its writing may be of people as well.
_OF_REASONS: Final = {"payee-needs-review": "review", "account-needs-review": _OWN_CODES}
_BAD: Final = "bad-amount"
_NO_AMOUNT: Final = "bad-no-amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerParts(ControlTotals):
    """Counts lines, pence and different transactions of each part; ``net`` and ``currency`` are raw columns.

    ``is_card`` is the published column that tells purchasing cards.
    """

    transaction: tuple[str, str]
    net: str
    currency: str
    sterling: str = "GBP"
    is_card: str = "is_card"

    def of(self, judged: Judged, context: Context) -> Totals:
        """Return the totals by part, those of no line left out."""
        raw = judged.raw
        amounts = raw.cells[self.net]
        sterling = mask_of(pc.equal(plain(raw.cells[self.currency]), self.sterling))
        readable = filled(on_distinct(amounts, money)) & sterling
        parts = self._parts(judged, readable, context)
        exact = facts_of_distinct(amounts, pence, dtype=np.object_, empty=0)
        transaction = groups(*(fold_column(raw.cells[name]) for name in self.transaction))
        found: dict[str, dict[str, int]] = {}
        for part in sorted({*parts}):
            own = parts == part
            found[part] = {
                ROWS: int(own.sum()),
                PENCE: 0 if part == _NO_AMOUNT else sum(exact[own].tolist()),
                TRANSACTIONS: len(np.unique(transaction[own])),
            }
        if raw.ragged:
            none = found.setdefault(_NO_AMOUNT, {ROWS: 0, PENCE: 0, TRANSACTIONS: 0})
            none[ROWS] += len(raw.ragged)
        return found

    def _parts(self, judged: Judged, readable: Mask, context: Context) -> NDArray[np.object_]:
        """Return the part of each line."""
        excluded = {
            code: part
            for part, codes in context.codelists.read(LEDGER_PARTS).mapping("code", "excluded_codes").items()
            for code in codes.split()
        }
        known = excluded | _OF_REASONS | {PUBLISHED: PUBLISHED, COPIES: COPIES}
        parts = judged.reasons.copy()
        for reason in {*judged.reasons}:
            own = judged.reasons == reason
            if reason in REASONS and REASONS[reason].outcome is Outcome.QUARANTINED:
                parts[own] = np.where(readable[own], _BAD, _NO_AMOUNT)
            elif reason == _BELOW:
                parts[own] = np.where(self._by_card(judged)[own], "below-card", "below-other")
            else:
                parts[own] = known.get(reason, reason if reason in REASONS else _OWN_CODES)
        return parts

    def _by_card(self, judged: Judged) -> Mask:
        found = np.zeros(len(judged.reasons), np.bool_)
        found[judged.positions] = mask_of(pc.equal(plain(whole(judged.treated.column(self.is_card))), "true"))
        return found
