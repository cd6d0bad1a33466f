"""Control totals: what the rows of a release's extract come to, by what became of them, kept beside the release.

A dataset that says where every row went is made of them.  They are private: a total of few rows tells about people.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from pipeline.model.accounts import Totals
    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable

ROWS: Final = "rows"
PENCE: Final = "pence"
TRANSACTIONS: Final = "transactions"
#: What is released, and copies of rows.
PUBLISHED: Final = "published"
COPIES: Final = "duplicate"
#: The code list of the parts of a ledger.
LEDGER_PARTS: Final = "spend-part"


class Judged(NamedTuple):
    """The rows of a period as they were read, with the reason of each, "published" where it is.

    ``treated`` are text columns of the rows at ``positions``: all that protect could treat.
    """

    raw: RawTable
    reasons: NDArray[np.object_]
    treated: pa.Table
    positions: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotals(ABC):
    """How the control totals of a period are counted."""

    @abstractmethod
    def of(self, judged: Judged, context: Context) -> Totals:
        """Return the totals of one period; every row that was read is in one part."""
