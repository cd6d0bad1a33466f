"""What handlings of raw columns share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.columns.keys import is_damaged
from pipeline.model.handling import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.columns.arrays import Mask


def columns_of(names: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that a declaration names: one, or several."""
    return (names,) if isinstance(names, str) else names


def key_problems(name: str, column: pa.Array, *others: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return what is wrong with a raw column of keys: a damaged one is called that, whatever ``others`` say of it."""
    damaged = is_damaged(column)
    rest = [found._replace(mask=found.mask & ~damaged) for each in others for found in each]
    return (*problem(name, "damaged-key", damaged), *(found for found in rest if found.mask.any()))


class HandlingBase:
    """What all fates share beside their reason: the defaults."""

    __slots__ = ()

    @property
    def identifies(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def open_text(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def dates(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def varied(self) -> tuple[str, ...]:
        """None."""
        return ()

    def quality(self, _columns: Mapping[str, pa.Array]) -> Mapping[str, Mask]:
        """Return no figure."""
        return {}


@dataclass(frozen=True, slots=True)
class OneColumn(HandlingBase):
    """A fate of one raw column, into one published column, several of the same text, or none."""

    column: str
    into: str | tuple[str, ...] = ()
    why: str = ""

    @property
    def settles(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    @property
    def reads(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    @property
    def makes(self) -> tuple[str, ...]:
        """The published columns."""
        return columns_of(self.into)

    def _same(self, text: pa.Array) -> dict[str, pa.Array]:
        return dict.fromkeys(columns_of(self.into), text)
