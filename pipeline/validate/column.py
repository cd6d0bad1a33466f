"""A column of text as distinct values and where they stand, so that a check looks at each value once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import mask_of, whole
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from pipeline.columns.arrays import Mask


class Column(NamedTuple):
    """Text of a column: ``values``, and for a dictionary column the ``indices`` of the rows into them.

    A null (of either) is an empty cell.  Without indices the values are the rows.
    """

    values: pa.StringArray
    indices: pa.Int32Array | None

    @classmethod
    def of(cls, column: pa.ChunkedArray, name: str) -> Column:
        """Return ``column``, an empty text made null; anything but text is a fault of the caller."""
        cells = whole(column)
        values, indices = (cells.dictionary, cells.indices) if pa.types.is_dictionary(cells.type) else (cells, None)
        if values.type != pa.string():
            raise PipelineError("columns-differ", "a column to be checked is not text", where=f"column `{name}`")
        empty = pc.equal(pc.binary_length(values), 0)
        if pc.any(empty).as_py():
            values = pc.if_else(empty, pa.scalar(None, pa.string()), values)
        return cls(values, indices)

    @property
    def length(self) -> int:
        """The number of rows."""
        return len(self.values if self.indices is None else self.indices)

    @property
    def blank(self) -> Mask | None:
        """Where a row's cell is empty; None when no cell is."""
        if self.values.null_count:
            return self.mask(self.values.is_null(), beside=True)
        if self.indices is None or not self.indices.null_count:
            return None
        return mask_of(self.indices.is_null())

    def rows(self, values: pa.Array) -> pa.Array:
        """Return ``values``, one for each distinct value, as one for each row."""
        return values if self.indices is None else pc.take(values, self.indices)

    def mask(self, flags: pa.BooleanArray | None, *, beside: bool = False) -> Mask | None:
        """Return flags of the values as a mask of the rows, ``beside`` where there is no value; None when empty.

        A dictionary may hold values that no row has.
        """
        if flags is None or not pc.any(flags).as_py():
            return None
        rows = mask_of(pc.fill_null(self.rows(flags), fill_value=beside))
        return rows if rows.any() else None
