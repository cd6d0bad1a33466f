"""Text that is published: what a spreadsheet, a terminal or a reader could take for something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.columns.arrays import facts_of_distinct

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
_FORMULA = ("=", "+", "-", "@", "\t")


def is_formula(column: pa.Array) -> Mask:
    """Return where a spreadsheet would run the text as a formula (formula injection)."""
    return facts_of_distinct(column, lambda text: text.startswith(_FORMULA), dtype=np.bool_, empty=False)
