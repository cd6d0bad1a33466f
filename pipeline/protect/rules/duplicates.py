"""The same record more than once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import plain
from pipeline.columns.groups import NO_BYTES, first_bytes, groups
from pipeline.model.handling import Judgement, nowhere
from pipeline.protect.rules.rule import RowRuleBase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True)
class _OneOfEach:
    """Keeps the first standing row of each group; ``group`` is -1 where a row is alone."""

    group: NDArray[np.int64]

    def settle(self, standing: Mask, _bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield the later copies."""
        copies = nowhere(len(standing))
        candidates = np.flatnonzero(standing & (self.group >= 0))
        _, first = np.unique(self.group[candidates], return_index=True)
        copies[candidates] = True
        copies[candidates[first]] = False
        yield "duplicate", copies


def _alike(column: pa.Array) -> NDArray[np.int64]:
    """Return the rows whose text begins with the same eight bytes as another row's: all equal ones are among them."""
    first = first_bytes(plain(column))
    ordered = np.sort(first)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    alike = pc.is_in(pa.array(first), value_set=pa.array(np.unique(again[again != NO_BYTES])))
    return np.flatnonzero(np.asarray(alike))


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRecord(RowRuleBase):
    """Withholds the extra copies of rows that agree in every published column, ``key`` included."""

    key: str

    def judge(self, _raw: RawTable, columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        """Return the groups of equal rows; rows whose key stands on a different row too are counted."""
        near = _alike(columns[self.key])
        equal = np.full(len(columns[self.key]), -1, np.int64)
        differing = nowhere(len(equal))
        if len(near):
            some = pa.array(near)
            keys = groups(columns[self.key].take(some))
            equal[near] = groups(*(column.take(some) for column in columns.values()))
            pairs = np.unique(np.column_stack([keys, equal[near]]), axis=0)
            differing[near] = np.bincount(pairs[:, 0])[keys] > 1
        return Judgement((_OneOfEach(equal),), quality={"shared_reference": differing})
