"""What treatments of raw columns share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.columns.keys import is_damaged
from pipeline.model.handling import Problem, Treatment, columns_of, problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa


def key_problems(
    name: str, column: pa.Array, *others: Sequence[Problem], joined: Sequence[str] = ()
) -> tuple[Problem, ...]:
    """Return what is wrong with a raw column of keys: a damaged one is called that, whatever ``others`` say of it.

    Of a column in ``joined`` the parts of each key are judged.
    """
    damaged = is_damaged(column, joined=name in joined)
    rest = [found._replace(mask=found.mask & ~damaged) for each in others for found in each]
    return (*problem(name, "damaged-key", damaged), *(found for found in rest if found.mask.any()))


@dataclass(frozen=True, slots=True)
class OneColumn(Treatment):
    """A treatment of one raw column, into one published column or several of the same text."""

    into: str | tuple[str, ...]

    @property
    def makes(self) -> tuple[str, ...]:
        """The published columns."""
        return columns_of(self.into)

    def _same(self, text: pa.Array) -> dict[str, pa.Array]:
        return dict.fromkeys(columns_of(self.into), text)
