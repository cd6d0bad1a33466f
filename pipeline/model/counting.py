"""How rows are counted: into cells that are published in their place, and into control totals, which are private."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from pipeline.model.context import Context
    from pipeline.model.reasons import Totals
    from pipeline.model.tables import RawTable


class Suppressed(NamedTuple):
    """What was hidden of a counted release, as numbers: nothing tells which cells."""

    cells: int = 0
    hidden: int = 0
    totals_tested: int = 0
    totals_hidden: int = 0


class Counted(NamedTuple):
    """Cells as text, a column each, and how many of them were hidden."""

    columns: Mapping[str, pa.Array]
    suppressed: Suppressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How rows that stand are counted; ``reads`` are the columns that treatments make for it, which nobody else sees.

    ``needs`` are the lists below ``data/reference`` that it looks up, ``options`` the settings that it asks.
    """

    options: ClassVar[tuple[type[Any], ...]] = ()

    @property
    @abstractmethod
    def reads(self) -> tuple[str, ...]:
        """The columns of rows as treated."""

    @property
    @abstractmethod
    def makes(self) -> tuple[str, ...]:
        """The published columns."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The lists that it looks up."""
        return ()

    @property
    def placed(self) -> tuple[str, ...]:
        """The columns of rows as treated that a list of the force gives a place: with fewer lines fewer have one."""
        return ()

    @abstractmethod
    def count(self, rows: Mapping[str, pa.Array], context: Context) -> Counted:
        """Return the cells of one period; ``rows`` are those that stand, of all feeds, as text."""


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
