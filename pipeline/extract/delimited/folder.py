"""A folder of CSV files, one a month: the commonest export there is.

A fast reading (pyarrow, only the asked columns, both cores) under a check of every byte; when anything is
odd, an exact walk over the rows tells which.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipeline.columns.arrays import BLANKS, whole
from pipeline.columns.parallel import map_columns
from pipeline.errors import InputError
from pipeline.extract.cut import refuse_full
from pipeline.extract.delimited.request import Request, laid_out_otherwise
from pipeline.extract.delimited.stream import BLOCK, UTF_8, CheckedStream, Tap
from pipeline.extract.delimited.walk import Irregular, cut_off, filled_columns, first_records, walk
from pipeline.extract.forgiving import LAYOUT, OLD_LINE_ENDS, note_of
from pipeline.extract.given import FilesByPeriod
from pipeline.extract.header import LOOKED_BELOW, Around, match_header
from pipeline.extract.marking import refuse_marking
from pipeline.extract.paths import steadily
from pipeline.model.source import Form
from pipeline.model.tables import Extracted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from io import BufferedReader
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.model.source import Names


_FIRST_LINE = 16
#: A header and a row end in as many line feeds, unless carriage returns alone end their lines.
_FEWEST_LINES = 2
_LARGEST_BLOCK = (1 << 31) - 1
_SPACE = 0x20
#: First and last byte of a no-break space in UTF-8; the last also ends other letters, which costs only time.
_FIRST, _LAST = 0xC2, 0xA0


@dataclass(frozen=True, slots=True)
class Folder(FilesByPeriod):
    """One CSV file a month, at ``pattern`` below the folder of extracts.

    The header is the row below ``title_rows`` rows.  ``encodings`` are tried in turn, strictly; the one that
    fitted is noted in the receipt.
    """

    pattern: str
    encodings: tuple[str, ...] = (UTF_8,)
    title_rows: int = 0

    @property
    def form(self) -> Form:
        """How it is laid out."""
        return Form(self.pattern, self.title_rows)

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` of the file at ``path``, those in ``dictionaries`` dictionary-encoded.

        Every error is an `InputError` about the whole file; ragged rows are listed, not raised.
        """
        request = Request(path, tuple(columns), tuple(declared), tuple(dictionaries), self.title_rows + 1)
        return steadily(root, path, lambda file: ((found := self._read(file, request)), found.bytes))

    def _read(self, file: BufferedReader, request: Request) -> Extracted:
        """Return the file as agreed, else as it is laid out a little otherwise, which is noted."""
        try:
            return self._decoded(file, request)
        except InputError as error:
            found = laid_out_otherwise(file, self.encodings, request) if error.code in LAYOUT else None
            if found is None:
                raise
        request, words = found
        extracted = self._decoded(file, request)
        return replace(extracted, note=note_of([*words, *([OLD_LINE_ENDS] if extracted.note else [])]))

    def _decoded(self, file: BufferedReader, request: Request) -> Extracted:
        for encoding in self.encodings:
            file.seek(0)
            stream = CheckedStream(file, encoding, request.delimiter)
            extracted = read_decoded(file, stream, encoding, request)
            if extracted is not None:
                return extracted
            if stream.fault != "wrong-encoding":
                break
        raise not_text(file, stream, self.encodings, where=request.path)


def read_decoded(file: BufferedReader, stream: CheckedStream, encoding: str, request: Request) -> Extracted | None:
    """Return what was extracted, or nothing when the ``fault`` of ``stream`` says that it is no such text."""
    first = first_records(stream.peek(), request.header_row + LOOKED_BELOW, request.delimiter)
    if not stream.is_text():
        return None
    header = first[max(request.header_row - 1, 0)] if len(first) >= request.header_row else []
    places = _places(file, stream, first, request)
    if not stream.is_text():
        return None
    shape = _Shape(len(header), places)
    table, bad = _parsed(stream, shape, request, block=BLOCK)
    if table is None and stream.is_text() and not stream.open_quote:  # a cell longer than a block
        file.seek(0)
        table, bad = _parsed(CheckedStream(file, encoding, request.delimiter), shape, request, block=_LARGEST_BLOCK)
    if not stream.is_text():
        return None
    return _numbered(file, stream, table, _Look(encoding, len(header), request, bad=bad))


class _Shape(NamedTuple):
    """How many cells the header has, and where each declared column stands."""

    width: int
    places: Mapping[str, int]


def _places(
    file: BufferedReader, stream: CheckedStream, first: Sequence[Sequence[str]], request: Request
) -> Mapping[str, int]:
    """Return where each declared column stands; above the header and in it no marking stands."""
    if not stream.peek():
        what, fix = "the file is empty; a month without rows still has its header", "have the extract exported again"
        raise InputError("empty-file", what, where=request.path, fix=fix)
    row = request.header_row
    if request.every:
        return {name: int(name) for name in request.columns}
    where = f"{request.path}, row {row}"
    titles = [cell for cells in first[: row - 1] for cell in cells]
    refuse_marking(titles, where=request.path, place="title rows")
    header = [request.names.get(name.strip(BLANKS), name) for name in (first[row - 1] if len(first) >= row else [])]
    known = set(request.declared)
    refuse_marking((name for name in header if name.strip(BLANKS) not in known), where=where, place="header")
    unnamed = [place for place, name in enumerate(header) if not name.strip(BLANKS)]
    filled = filled_columns(file, stream.encoding, unnamed, row) if unnamed else set()
    found = [name if name.strip(BLANKS) or place in filled else None for place, name in enumerate(header)]
    near = {number: cells for number, cells in enumerate(first, start=1) if number != row}
    first_line = stream.peek()[:_FIRST_LINE].decode(errors="replace")
    return match_header(found, request.declared, where=where, around=Around(row, {row: header, **near}, first_line))


def _parsed(stream: CheckedStream, shape: _Shape, request: Request, *, block: int) -> tuple[pa.Table | None, bool]:
    """Return the asked columns and whether a row was ragged; no table when pyarrow could not go on."""
    bad: list[bool] = []

    def skip(_: object) -> str:
        bad.append(True)
        return "skip"

    wanted = request.columns or request.declared[:1]
    types = {str(shape.places[name]): pa.string() for name in wanted}
    names = [str(place) for place in range(shape.width)]  # of their own: a file may have columns without a name
    tap = Tap(stream)
    try:
        table = pa.csv.read_csv(
            pa.PythonFile(tap, mode="r"),
            read_options=pa.csv.ReadOptions(
                block_size=block, column_names=names, skip_rows_after_names=request.header_row
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter=request.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            convert_options=_as_text(types),
        )
    except MemoryError:
        tap.shut()
        raise
    except pa.ArrowException:  # its text may hold a cell
        table = None
    tap.shut()
    stream.drain()
    return (table.rename_columns(list(wanted)) if table is not None else None), bool(bad)


def _as_text(types: Mapping[str, pa.DataType]) -> pa.csv.ConvertOptions:
    return pa.csv.ConvertOptions(
        check_utf8=False,  # the stream has checked every byte
        include_columns=list(types),
        column_types=types,
        strings_can_be_null=True,
        null_values=[""],
    )


class _Look(NamedTuple):
    """What is known of a file besides its cells."""

    encoding: str
    width: int
    request: Request
    bad: bool


def _numbered(file: BufferedReader, stream: CheckedStream, table: pa.Table | None, look: _Look) -> Extracted:
    """Return the table with its row numbers, after an exact walk when something was odd."""
    path, header_row = look.request.path, look.request.header_row
    odd = Irregular(0, (), (), ())
    if stream.open_quote and not stream.unpaired:
        raise cut_off(path, "the file ends inside a quotation mark that is never closed")
    if table is None or stream.unpaired or look.bad or _has_blank_row(table):
        delimiter = look.request.delimiter
        stop_at = look.request.stop_at
        odd = walk(
            file, look.encoding, look.width, header_row=header_row, where=path, delimiter=delimiter, stop_at=stop_at
        )
    total = table.num_rows if table is not None else -1
    if table is None or (odd.rows and odd.rows - header_row - len(odd.unread) != total):
        raise _unlike_csv(path)
    numbers = np.arange(header_row + 1, header_row + 1 + total + len(odd.unread), dtype=np.int64)
    for rows in (stream.lines, header_row + len(numbers) - _blank_end(numbers, odd)):
        refuse_full(rows, where=path)
    numbers = numbers[~np.isin(numbers, odd.unread)]
    if odd.empty:
        kept = ~np.isin(numbers, odd.empty)
        table, numbers = table.filter(pa.array(kept)), numbers[kept]
    names = look.request.columns
    cells = dict(zip(names, map_columns(_finisher(table, look.request), names, rows=total), strict=True))
    return Extracted(
        path=path,
        bytes=stream.bytes,
        sha256=stream.sha256,
        encoding=look.encoding,
        cells=cells,
        rows=pa.array(numbers),
        ragged=odd.ragged,
        footers=odd.footers,
        note=note_of([OLD_LINE_ENDS]) if total > 0 and stream.lines < _FEWEST_LINES else "",
    )


def _blank_end(numbers: NDArray[np.int64], odd: Irregular) -> int:
    """Return how many blank lines end the file."""
    blank = np.isin(numbers, odd.empty)
    return len(numbers) - (int(np.flatnonzero(~blank)[-1]) + 1 if not blank.all() else 0)


def _finisher(table: pa.Table, request: Request) -> Callable[[str], pa.Array]:
    def finished(name: str) -> pa.Array:
        text = trimmed(table[name])
        # encoding afterwards is several times as fast as having the reader do it block by block
        return whole(text.dictionary_encode() if name in request.dictionaries else text)

    return finished


def _has_blank_row(table: pa.Table) -> bool:
    """Return whether a row has nothing in any column that was read: it may be a blank line."""
    if not all(column.null_count for column in table.columns):
        return False
    blank = pc.is_null(table.column(0))
    for column in table.columns[1:]:
        blank = pc.and_(blank, pc.is_null(column))
    return bool(pc.any(blank).as_py())


def _unlike_csv(path: str) -> InputError:
    what = "the file cannot be read as CSV: a cell is too long, or a row ends with an unusual character"
    fix = "have it exported as plain CSV with commas, quotation marks and ordinary line ends"
    return InputError("broken-file", what, where=path, fix=fix)


def not_text(file: BufferedReader, stream: CheckedStream, encodings: Sequence[str], *, where: str) -> InputError:
    """Return the error for a file whose bytes are no text of the ``encodings``."""
    file.seek(0)
    line = file.read(stream.fault_at).count(b"\n") + 1
    if stream.fault == "not-text":
        message = "a character is there that no text file holds (a NUL); it may be a workbook, a zip, or UTF-16"
        fix = "have it exported as CSV, in UTF-8"
    else:
        message = f"the text is not {' or '.join(encodings)}"
        fix = "have it exported in UTF-8, or name its encoding in the declaration or the mapping"
    return InputError(stream.fault, message, where=f"{where}, line {line}", fix=fix)


def trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a `string` ``column`` with its cells trimmed, empty ones null."""
    if not any(_may_have_blanks(chunk) for chunk in column.chunks):
        return column
    text = pc.utf8_trim(column, BLANKS)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _may_have_blanks(texts: pa.StringArray) -> bool:
    """Return whether a text of ``texts`` is empty, or begins or ends with a byte that a blank has there."""
    return any(found.any() for found in _suspicions(texts))


def _suspicions(texts: pa.StringArray) -> Iterator[NDArray[np.bool_]]:
    _, offsets, data = texts.buffers()
    if offsets is None or data is None or not len(texts):
        return
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    filled = ends[1:] > ends[:-1]
    every = np.frombuffer(data, np.uint8)
    first, last = every[ends[:-1][filled]], every[ends[1:][filled] - 1]
    yield (first == _SPACE) | (first == _FIRST)
    yield (last == _SPACE) | (last == _LAST)
