"""How standing rows are counted into cells: what a counted dataset publishes in the place of its rows."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context


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
