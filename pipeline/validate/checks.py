"""The schema as checks of whole columns: which rows may be published, and what is wrong with the others.

What Frictionless would say, row by row and code by code, but stricter where `referee/differences.csv` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import mask_of, whole
from pipeline.errors import PipelineError, SettingsError
from pipeline.model.tables import Rejection
from pipeline.validate.cast import typed
from pipeline.validate.rules import breaks_a_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from pipeline.columns.arrays import Mask
    from pipeline.validate.cast import Field
    from pipeline.validate.schema import TableSchema

    #: What is wrong in one column: its number, the code, the rows.
    _Finding = tuple[int, str, Mask]


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


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The verdict on a table.

    ``positions`` (int64) are the rows that may be published, ``text`` those rows as given.  ``rejections`` are in
    order of position, then column; a cell is named once per code.  ``originals`` are the rows whose key a
    rejected row repeats.
    """

    schema: TableSchema
    positions: npt.NDArray[np.int64]
    text: pa.Table
    rejections: tuple[Rejection, ...] = ()
    originals: tuple[int, ...] = ()

    @cached_property
    def typed(self) -> pa.Table:
        """The rows that may be published in the schema's types; made when first asked for."""
        return typed_table(self.text, self.schema)


def validate(table: pa.Table, schema: TableSchema) -> Checked:
    """Return which rows of ``table`` keep the schema, and why the others do not.

    ``table`` holds the published columns in published order as text, `string` or `dictionary<int32, string>`,
    null for an empty cell.  A table with other columns, and a schema that still needs the settings, are errors.
    """
    _require_match(table, schema)
    columns = [Column.of(table.column(name), name) for name in schema.names]
    cells = [typed(field, column.values) for field, column in zip(schema.fields, columns, strict=True)]
    findings = [
        finding
        for number, field in enumerate(schema.fields)
        for finding in _cell_findings(number, field, columns[number], cells[number])
    ]
    found, originals = _key_findings(schema, columns, cells, table.num_rows)
    findings += found
    blank = [column.blank for column in columns]
    masks = [mask for mask in blank if mask is not None]
    # rows without a single cell: a reader of CSV would drop or refuse them
    if len(masks) == len(blank) and (empty := np.logical_and.reduce(masks)).any():
        findings.append((0, "blank-row", empty))
    if not findings:
        return Checked(schema=schema, positions=np.arange(table.num_rows), text=table)
    bad = np.logical_or.reduce([rows for _, _, rows in findings])
    named = {(at, field, code) for field, code, rows in findings for at in np.flatnonzero(rows).tolist()}
    return Checked(
        schema=schema,
        positions=np.flatnonzero(~bad),
        text=table.filter(pa.array(~bad)),
        rejections=tuple(Rejection(position, schema.names[field], code) for position, field, code in sorted(named)),
        originals=originals,
    )


def typed_table(text: pa.Table, schema: TableSchema) -> pa.Table:
    """Return rows that keep the schema in its types, as plain arrays.

    A dictionary still holds the values of rows that are gone; here only the rows' own values come through.
    """
    _require_match(text, schema)
    columns = [Column.of(text.column(name), name) for name in schema.names]
    cells = [column.rows(typed(field, column.values)) for field, column in zip(schema.fields, columns, strict=True)]
    return pa.table(cells, schema=schema.arrow)


def _require_match(table: pa.Table, schema: TableSchema) -> None:
    if schema.unsettled:
        raise SettingsError(
            "schema-refused", "values that the settings give are not filled in", where=f"columns {schema.unsettled}"
        )
    if tuple(table.column_names) != schema.names:
        raise PipelineError(
            "columns-differ", f"expected {list(schema.names)}, in this order", where="a table to be checked"
        )


def _cell_findings(number: int, field: Field, column: Column, cells: pa.Array) -> Iterator[_Finding]:
    """Yield what is wrong with cells by themselves; a cell of the wrong type breaks no further rule."""
    if cells.null_count > column.values.null_count:
        wrong = column.mask(pc.and_(column.values.is_valid(), cells.is_null()))
        if wrong is not None:
            yield number, "type-error", wrong
    broken = column.mask(breaks_a_rule(field, column.values, cells))
    if broken is not None:
        yield number, "constraint-error", broken
    if field.required and (blank := column.blank) is not None:
        yield number, "constraint-error", blank


def _key_findings(
    schema: TableSchema, columns: list[Column], cells: list[pa.Array], height: int
) -> tuple[list[_Finding], tuple[int, ...]]:
    """Return repeated keys as findings, and the rows that had them first."""
    keys: list[tuple[tuple[int, ...], str]] = [
        ((number,), "unique-error") for number, field in enumerate(schema.fields) if field.unique
    ]
    if schema.primary_key:
        keys.append((tuple(schema.names.index(name) for name in schema.primary_key), "primary-key"))
    findings, originals = [], set[int]()
    for numbers, code in keys:
        again, empty, first = _repeats([columns[number].rows(cells[number]) for number in numbers], height)
        rows = again | empty if code == "primary-key" else again
        if rows.any():
            findings.append((numbers[0], code, rows))
        originals |= set(first.tolist())
    return findings, tuple(sorted(originals))


def _repeats(columns: list[pa.Array], height: int) -> tuple[Mask, Mask, npt.NDArray[np.int64]]:
    """Return the rows whose key an earlier row has, those without any key, and the first rows of repeated keys.

    A key is the values of ``columns``, in their types, null where unreadable; one that is null throughout names nothing
    and repeats nothing.
    """
    codes = np.zeros(height, dtype=np.int64)
    empty = np.ones(height, dtype=np.bool_)
    for column in columns:
        encoded = column.dictionary_encode()
        part = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        empty &= part < 0
        # dense again after each column, so that the product never leaves 64 bits
        codes = np.unique(codes * (len(encoded.dictionary) + 1) + part + 1, return_inverse=True)[1]
    _, first, group = np.unique(codes, return_index=True, return_inverse=True)
    again = (first[group] != np.arange(height)) & ~empty
    return again, empty, np.unique(first[group[again]])
