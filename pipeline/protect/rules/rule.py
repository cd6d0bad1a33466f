"""What row rules share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import mask_on_distinct, plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pipeline.columns.arrays import Mask


@dataclass(frozen=True, slots=True)
class Marked:
    """Settles the rows of one mask with one reason."""

    code: str
    mask: Mask

    def settle(self, standing: Mask, _bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield the marked rows that still stand."""
        yield self.code, self.mask & standing


def only(column: pa.Array, keys: Collection[str]) -> pa.Array:
    """Return a column of keys without those that are none of ``keys``."""
    every = plain(column).cast(pa.string())
    return pc.if_else(pc.is_in(every, value_set=pa.array(sorted(keys), pa.string())), every, None)


def is_flag(column: pa.Array) -> Mask:
    """Return where a flag is `Y` or `N`."""
    return mask_on_distinct(column, {"Y", "N"}.__contains__)


def written_differently(path: str, rows: Iterable[int]) -> str:
    """Return the remark about keys of a file that differ only in case, blanks, zeros or the like, by row number."""
    return f"keys-written-differently: {path}, {these_rows(rows)}: the same key is written otherwise elsewhere"


def these_rows(rows: Iterable[int]) -> str:
    """Return rows by their numbers, in words; of many the first."""
    numbers = sorted(rows)
    shown = ", ".join(f"{row:,}" for row in numbers[:_SHOWN]) + (" ..." if len(numbers) > _SHOWN else "")
    return f"row{'s' if len(numbers) > 1 else ''} {shown}"


_SHOWN = 20
