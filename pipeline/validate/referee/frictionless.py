"""Frictionless itself, asked about rows as CSV: codes and places come back, its texts (which hold cells) do not."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from pipeline.errors import PrivacyError
from pipeline.model.tables import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from frictionless import Schema

    from pipeline.validate.schema import TableSchema

#: Codes that Frictionless gives to a row and not to a cell.
_ROW_CODES = frozenset({"blank-row", "primary-key"})
_CELL_CODES = frozenset({"type-error", "constraint-error", "unique-error"})
#: Frictionless counts the header as row 1.
_FIRST_ROW = 2


def frictionless_rejections(table: pa.Table, schema: TableSchema) -> set[Rejection]:
    """Return what Frictionless says of ``table`` (text columns, null for an empty cell), as our own rejections.

    What it says of a row stands at the first column of the key, or of the table.  `PrivacyError`
    ``referee-failed`` when it does not judge all rows.
    """
    if not table.num_rows:
        return set()  # Frictionless takes a third of a second to load, and most runs judge no row
    from frictionless import Dialect, Resource  # noqa: PLC0415
    from frictionless.formats import CsvControl  # noqa: PLC0415

    # what is not given, it guesses from the first rows
    every_setting = CsvControl(
        delimiter=",", quote_char='"', double_quote=True, line_terminator="\n", skip_initial_space=False
    )
    try:
        text = Resource(
            _as_csv(table),
            format="csv",
            encoding="utf-8",
            schema=_described(schema.text),
            dialect=Dialect(controls=[every_setting]),
        )
        report = text.validate(limit_errors=0)
        (task,) = report.tasks
        complete = not task.warnings and not report.errors and task.stats.get("rows", 0) == table.num_rows
    except Exception as error:  # noqa: BLE001 - whatever a library raises may hold a cell, and must not get out
        raise _failed(f"it stopped with {type(error).__name__}") from None
    if not complete:
        raise _failed("it did not read every row")
    return set(_rejections(task.errors, schema))


@lru_cache
def _described(schema: str) -> Schema:
    """Return Frictionless's own form of a schema, which takes as long to make as few rows take to judge."""
    from frictionless import Schema  # noqa: PLC0415 - see above

    return Schema.from_descriptor(json.loads(schema))


def _as_csv(table: pa.Table) -> bytes:
    columns = [pc.fill_null(column.cast(pa.string()), "") for column in table.columns]
    sink = pa.BufferOutputStream()
    options = pa_csv.WriteOptions(quoting_style="all_valid")
    pa_csv.write_csv(pa.table(columns, names=table.column_names), sink, options)
    text: bytes = sink.getvalue().to_pybytes()
    return text


def _rejections(errors: list[Any], schema: TableSchema) -> Iterator[Rejection]:
    for error in errors:
        if error.type in _CELL_CODES:
            column = error.field_name
        elif error.type in _ROW_CODES:
            column = schema.primary_key[0] if error.type == "primary-key" else schema.names[0]
        else:
            raise _failed(f"it says `{error.type}`")
        yield Rejection(error.row_number - _FIRST_ROW, column, error.type)


def _failed(reason: str) -> PrivacyError:
    fix = "run `make test`; if it passes, report this as a fault with the name of the dataset"
    return PrivacyError("referee-failed", f"Frictionless could not be asked: {reason}", fix=fix)
