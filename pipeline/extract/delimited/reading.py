"""Delimited text as columns: a fast reading (pyarrow, only the asked columns, both cores) under a check of every byte.

When anything is odd, an exact walk over the rows tells which.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipeline.columns.arrays import BLANKS, map_columns, whole
from pipeline.errors import InputError
from pipeline.extract.delimited.stream import BLOCK, CheckedStream, Tap
from pipeline.extract.delimited.walk import Irregular, cut_off, walk
from pipeline.extract.header import OLD_LINE_ENDS, note_of
from pipeline.extract.marking import refuse_full
from pipeline.model.tables import Extracted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from io import BufferedReader

    from pipeline.extract.delimited.walk import Request

#: A header and a row end in as many line feeds, unless carriage returns alone end their lines.
_FEWEST_LINES = 2
_LARGEST_BLOCK = (1 << 31) - 1
#: What a text begins or ends with that may have to be trimmed: a blank, or the first and the last byte of a no-break
#: space in UTF-8; the last also ends other letters, which costs only time.
_FIRST, _LAST = (0x20, 0xC2), (0x20, 0xA0)


def read_decoded(
    file: BufferedReader, stream: CheckedStream, width: int, places: Mapping[str, int], request: Request
) -> Extracted | None:
    """Return what was extracted, or nothing when the ``fault`` of ``stream`` says that it is no such text.

    The header has ``width`` cells, the columns stand at their ``places``.
    """
    table, bad = _parsed(stream, width, places, request, block=BLOCK)
    if table is None and not stream.fault and not stream.quotes.open:  # a cell longer than a block
        file.seek(0)
        again = CheckedStream(file, stream.encoding, request.delimiter)
        table, bad = _parsed(again, width, places, request, block=_LARGEST_BLOCK)
    if stream.fault:
        return None
    if stream.quotes.open and not stream.quotes.unpaired:
        raise cut_off(request.path, "the file ends inside a quotation mark that is never closed")
    odd = Irregular(0, (), (), ())
    if table is None or stream.quotes.unpaired or bad or _has_blank_row(table):
        odd = walk(file, stream.encoding, width, request)
    header_row, total = request.header_row, table.num_rows if table is not None else -1
    if table is None or (odd.rows and odd.rows - header_row - len(odd.unread) != total):
        what = "the file cannot be read as CSV: a cell is too long, or a row ends with an unusual character"
        fix = "have it exported as plain CSV with commas, quotation marks and ordinary line ends"
        raise InputError("broken-file", what, where=request.path, fix=fix)
    numbers = np.arange(header_row + 1, header_row + 1 + total + len(odd.unread), dtype=np.int64)
    last_line = numbers[~np.isin(numbers, odd.empty)][-1:]
    for rows in (stream.lines, *(last_line.tolist() or [header_row])):
        refuse_full(rows, where=request.path)
    numbers = numbers[~np.isin(numbers, odd.unread)]
    if odd.empty:
        kept = ~np.isin(numbers, odd.empty)
        table, numbers = table.filter(pa.array(kept)), numbers[kept]

    def finished(name: str) -> pa.Array:
        text = trimmed(table[name])
        # encoding afterwards is several times as fast as having the reader do it block by block
        return whole(text.dictionary_encode() if name in request.dictionaries else text)

    return Extracted(
        path=request.path,
        bytes=stream.bytes,
        sha256=stream.sha256,
        encoding=stream.encoding,
        cells=dict(zip(request.columns, map_columns(finished, request.columns, rows=total), strict=True)),
        rows=pa.array(numbers),
        ragged=odd.ragged,
        footers=odd.footers,
        note=note_of([OLD_LINE_ENDS]) if total > 0 and stream.lines < _FEWEST_LINES else "",
    )


def _parsed(
    stream: CheckedStream, width: int, places: Mapping[str, int], request: Request, *, block: int
) -> tuple[pa.Table | None, bool]:
    """Return the asked columns and whether a row was ragged; no table when pyarrow could not go on."""
    bad: list[bool] = []

    def skip(_: object) -> str:
        bad.append(True)
        return "skip"

    wanted = request.columns or request.declared[:1]
    types = {str(places[name]): pa.string() for name in wanted}
    names = [str(place) for place in range(width)]  # of their own: a file may have columns without a name
    tap = Tap(stream)
    try:
        table = pa.csv.read_csv(
            pa.PythonFile(tap, mode="r"),
            pa.csv.ReadOptions(block_size=block, column_names=names, skip_rows_after_names=request.header_row),
            pa.csv.ParseOptions(
                delimiter=request.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            pa.csv.ConvertOptions(
                check_utf8=False,  # the stream has checked every byte
                include_columns=list(types),
                column_types=types,
                strings_can_be_null=True,
                null_values=[""],
            ),
        ).rename_columns(list(wanted))
    except pa.ArrowException as error:  # its text may hold a cell
        if isinstance(error, MemoryError):
            raise
        table = None
    finally:
        tap.shut()
    stream.drain()
    return table, bool(bad)


def _has_blank_row(table: pa.Table) -> bool:
    """Return whether a row has nothing in any column that was read: it may be a blank line."""
    if not all(column.null_count for column in table.columns):
        return False
    return bool(pc.any(reduce(pc.and_, map(pc.is_null, table.columns))).as_py())


def trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a `string` ``column`` with its cells trimmed, empty ones null."""
    if not any(map(_may_have_blanks, column.chunks)):
        return column
    text = pc.utf8_trim(column, BLANKS)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _may_have_blanks(texts: pa.StringArray) -> bool:
    """Return whether a text of ``texts`` begins or ends with a byte that a blank has there; none is empty."""
    _, offsets, data = texts.buffers()
    if offsets is None or data is None or not len(texts):
        return False
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    filled = ends[1:] > ends[:-1]
    every = np.frombuffer(data, np.uint8)
    first, last = every[ends[:-1][filled]], every[ends[1:][filled] - 1]
    return any(((side == one) | (side == other)).any() for side, (one, other) in ((first, _FIRST), (last, _LAST)))
