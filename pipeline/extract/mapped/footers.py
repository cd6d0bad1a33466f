"""Rows below the lines of an export that are no lines: totals and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from pipeline.columns.arrays import filled, mask_on_distinct
from pipeline.columns.date_forms import read_dates
from pipeline.columns.dates import days
from pipeline.columns.money import money
from pipeline.columns.money_forms import read_money
from pipeline.errors import InputError
from pipeline.model.mapping import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from pipeline.extract.mapped.table import Kinds, Table
    from pipeline.model.mapping import ExportMapping

    Mask = NDArray[np.bool_]
    Fits = Callable[[pa.Array, ExportMapping], Mask]


def without_footers(table: Table, some: Mask, mapping: ExportMapping, kinds: Kinds) -> tuple[Mask, tuple[int, ...]]:
    """Return which rows are lines, of those with ``some`` cell, and the numbers of the footers.

    Raises `InputError` ``line-below-footer``: a row that `stop_at` cuts off has a readable date and amount.
    """
    keep = some.copy()
    dates = _places(table, mapping, kinds.dates)
    amounts = _places(table, mapping, kinds.amounts)
    if mapping.stop_at:
        first = pc.utf8_lower(pc.coalesce(*(column.cast("string") for column in table.columns)))
        begins = np.asarray(pc.starts_with(first, mapping.stop_at.strip().lower()).fill_null(False))  # noqa: FBT003
        stop = int(np.argmax(begins)) if begins.any() else len(keep)
        line = some & _readable(table, dates, mapping, is_date) & _readable(table, amounts, mapping, is_amount)
        if line[stop:].any():
            raise _line_below(table, int(table.rows[stop:][line[stop:]][0]), mapping)
        keep[stop:] = False
    last = np.flatnonzero(keep)[-1:]
    if len(last) and _only_money(table, int(last[0]), amounts, mapping):
        keep[last] = False
    return keep, tuple(table.rows[some & ~keep].tolist())


def is_date(column: pa.Array, mapping: ExportMapping) -> Mask:
    """Return where a cell is a date of the mapping's forms, else of the agreed ones."""
    cells = read_dates(column, mapping.dates).cells if mapping.dates else column
    return filled(days(cells, time_allowed=True))


def is_amount(column: pa.Array, mapping: ExportMapping) -> Mask:
    """Return where a cell is an amount of the mapping's forms or of the agreed ones."""
    read = read_money(column, mapping.money)
    return mask_on_distinct(read, lambda text: money(text) is not None)


def _places(table: Table, mapping: ExportMapping, agreed: Sequence[str]) -> list[int]:
    names = (folded(name) for column in agreed for name in mapping.columns.get(column, ()))
    return [table.places[name] for name in names if name in table.places]


def _readable(table: Table, places: Sequence[int], mapping: ExportMapping, fits: Fits) -> Mask:
    """Return the rows in which one of some columns is readable; every row where there are none to read."""
    if not places:
        return np.ones(len(table.rows), np.bool_)
    found: Mask = np.logical_or.reduce([fits(table.columns[place], mapping) for place in places])
    return found


def _only_money(table: Table, row: int, amounts: Sequence[int], mapping: ExportMapping) -> bool:
    """Return whether nothing but amounts is filled in a row; one of a column of no known kind has pence."""
    places = [place for place, column in enumerate(table.columns) if column[row].is_valid]
    if not set(places) & set(amounts):
        return False
    return all(
        bool(is_amount(table.columns[place].slice(row, 1), mapping)[0])
        and (place in amounts or _holds_pence(table.columns[place]))
        for place in places
    )


def _holds_pence(column: pa.Array) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, r"\.[0-9]{1,2}\D?\z")).as_py())


def _line_below(table: Table, row: int, mapping: ExportMapping) -> InputError:
    what = f"row {row:,} has a readable date and amount, and `stop_at` would leave it out"
    fix = f"give more of the footer's text as stop_at in [extracts.{mapping.feed}], or remove it"
    return InputError("line-below-footer", what, where=table.name, fix=fix)
