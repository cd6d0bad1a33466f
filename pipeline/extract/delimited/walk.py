"""The slow, exact look at a CSV file, row by row: taken only when a fast reading met something odd.

Rows are numbered as a spreadsheet shows them: the header is row 1, a record with line breaks inside quotes
is one row, a blank line is counted but is no row.
"""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager, suppress
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from io import BufferedReader

_LONGEST_CELL = (1 << 31) - 1


class Request(NamedTuple):
    """What is asked of one file, whose header must be the ``declared`` columns where there are any.

    ``names`` are the agreed names of those in the header that are written otherwise; from the row on that begins with
    ``stop_at`` rows may be short.
    """

    path: str
    columns: tuple[str, ...]
    header_row: int
    declared: tuple[str, ...] = ()
    dictionaries: tuple[str, ...] = ()
    delimiter: str = ","
    names: Mapping[str, str] = MappingProxyType({})
    stop_at: str = ""


class Irregular(NamedTuple):
    """The rows of a file that are not like the others, by number.

    ``rows`` is the number of the last one; ``empty`` are lines without a character; ``unread`` are lines
    whose number of cells is not the header's, ``ragged`` those of them that hold anything but blanks, and ``footers``
    those from the row on that begins as a footer.
    """

    rows: int
    empty: tuple[int, ...]
    unread: tuple[int, ...]
    ragged: tuple[int, ...]
    footers: tuple[int, ...] = ()


def first_records(block: bytes, most: int, delimiter: str = ",") -> list[list[str]]:
    """Return the cells of up to ``most`` first records of ``block`` (UTF-8), those before what is no CSV."""
    lines = io.TextIOWrapper(io.BytesIO(block), encoding="utf-8", errors="replace", newline="")
    found: list[list[str]] = []
    with suppress(csv.Error):
        found.extend(islice(csv.reader(lines, strict=True, delimiter=delimiter), most))
    return found


@contextmanager
def _rows(
    file: BufferedReader, encoding: str, errors: str, *, strict: bool, delimiter: str = ","
) -> Iterator[Iterable[list[str]]]:
    """Give the rows of ``file`` from its first on, however long their cells are; it stays open where it stood."""
    at = file.tell()
    file.seek(0)
    marked = "utf-8-sig" if encoding == "utf-8" else encoding
    lines = io.TextIOWrapper(file, encoding=marked, errors=errors, newline="")
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield csv.reader(lines, delimiter=delimiter, strict=strict)
    finally:
        csv.field_size_limit(limit)
        lines.detach()  # else the file would be closed with it
        file.seek(at)


def filled_columns(file: BufferedReader, encoding: str, places: Collection[int], below: int) -> set[int]:
    """Return which of the columns at ``places`` hold more than blanks in a row under row ``below``; ``file`` stays."""
    found: set[int] = set()
    with suppress(csv.Error), _rows(file, encoding, "replace", strict=False) as rows:
        for row in islice(rows, below, None):
            found.update(place for place in places if place < len(row) and row[place].strip(BLANKS))
    return found


def walk(file: BufferedReader, encoding: str, width: int, request: Request) -> Irregular:
    """Return the irregular rows of ``file`` below its header, which has ``width`` cells.

    A file that ends inside quotes or in a short row raises `InputError` ``cut-off``; one whose quotes do
    not pair ``broken-quotes``.
    """
    where, begins = request.path, request.stop_at.strip(BLANKS).casefold()
    empty, unread, ragged, footers = list[int](), list[int](), list[int](), list[int]()
    number, last_cells, last_row, ends_with_comma, is_footer = 0, width, 0, 0, False
    try:
        with _rows(file, encoding, "strict", strict=True, delimiter=request.delimiter) as rows:
            for number, row in enumerate(rows, start=1):
                if number <= request.header_row:
                    continue
                ends_with_comma += len(row) == width + 1 and not row[-1].strip(BLANKS)
                is_footer = is_footer or _begins(row, begins)
                if len(row) == width:
                    last_cells, last_row = width, number
                elif not row:
                    empty.append(number)
                else:
                    unread.append(number)
                    if is_footer:
                        footers.append(number)
                        last_cells = width
                    elif len(row) > 1 or row[0].strip(BLANKS):
                        ragged.append(number)
                        last_cells, last_row = len(row), number
    except csv.Error as error:
        raise _broken(error, number + 1, where=where) from None
    if ends_with_comma and ends_with_comma == number - request.header_row - len(empty):
        what = "every row ends with a comma, and the header does not"
        fix = "have the extract exported without a comma at the end of its rows"
        raise InputError("unknown-column", what, where=where, fix=fix)
    if last_cells < width:
        raise cut_off(f"{where}, row {last_row}", f"the last row has {last_cells} of {width} cells")
    return Irregular(number, tuple(empty), tuple(unread), tuple(ragged), tuple(footers))


def _begins(row: Iterable[str], word: str) -> bool:
    """Return whether the first filled cell of a row begins with a word, case aside."""
    first = next(filter(None, (cell.strip(BLANKS) for cell in row)), "")
    return bool(word) and first.casefold().startswith(word)


def _broken(error: csv.Error, row: int, *, where: str) -> InputError:
    if "unexpected end of data" in str(error):
        return cut_off(where, f"row {row} opens a quotation mark that is never closed")
    what = "a quotation mark inside a quoted cell is not doubled, so the rows cannot be told apart"
    fix = "have the extract exported with every quotation mark inside a cell doubled"
    return InputError("broken-quotes", what, where=f"{where}, row {row}", fix=fix)


def cut_off(where: str, what: str) -> InputError:
    """Return the error for a file that ends in the middle of a row."""
    fix = "have it exported again, whole, and without a line below the last row"
    return InputError("cut-off", f"{what}; the file was probably cut off", where=where, fix=fix)
