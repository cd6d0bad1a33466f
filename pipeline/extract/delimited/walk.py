"""The slow, exact look at a CSV file, row by row: taken only when a fast reading met something odd.

Rows are numbered as a spreadsheet shows them: the header is row 1, a record with line breaks inside quotes
is one row, a blank line is counted but is no row.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from io import BufferedReader

_LONGEST_CELL = (1 << 31) - 1


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
    with contextlib.suppress(csv.Error):
        found.extend(itertools.islice(csv.reader(lines, strict=True, delimiter=delimiter), most))
    return found


def filled_columns(file: BufferedReader, encoding: str, places: Collection[int], below: int) -> set[int]:
    """Return which of the columns at ``places`` hold more than blanks in a row under row ``below``; ``file`` stays."""
    at = file.tell()
    file.seek(0)
    lines = io.TextIOWrapper(file, encoding=_with_mark(encoding), errors="replace", newline="")
    found: set[int] = set()
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        with contextlib.suppress(csv.Error):
            for row in itertools.islice(csv.reader(lines), below, None):
                found.update(place for place in places if place < len(row) and row[place].strip(BLANKS))
    finally:
        csv.field_size_limit(limit)
        lines.detach()
        file.seek(at)
    return found


def walk(
    file: BufferedReader,
    encoding: str,
    width: int,
    *,
    header_row: int,
    where: str,
    delimiter: str = ",",
    stop_at: str = "",
) -> Irregular:
    """Return the irregular rows of ``file`` below its header, which has ``width`` cells.

    A file that ends inside quotes or in a short row raises `InputError` ``cut-off``; one whose quotes do
    not pair ``broken-quotes``.
    """
    file.seek(0)
    lines = io.TextIOWrapper(file, encoding=_with_mark(encoding), newline="")
    empty: list[int] = []
    unread: list[int] = []
    ragged: list[int] = []
    footers: list[int] = []
    begins = stop_at.strip(BLANKS).casefold()
    number, last_cells, last_row, ends_with_comma = 0, width, 0, 0
    try:
        for number, row in _numbered(lines, delimiter, where=where):
            if number <= header_row:
                continue
            ends_with_comma += len(row) == width + 1 and not row[-1].strip(BLANKS)
            if begins and (footers or _first(row).startswith(begins)):
                footers.append(number)
            if len(row) == width:
                last_cells, last_row = width, number
            elif not row:
                empty.append(number)
            elif footers:
                unread.append(number)
                last_cells = width
            else:
                unread.append(number)
                if len(row) > 1 or row[0].strip(BLANKS):
                    ragged.append(number)
                    last_cells, last_row = len(row), number
    finally:
        lines.detach()  # else the file would be closed with it
    if ends_with_comma and ends_with_comma == number - header_row - len(empty):
        what = "every row ends with a comma, and the header does not"
        fix = "have the extract exported without a comma at the end of its rows"
        raise InputError("unknown-column", what, where=where, fix=fix)
    if last_cells < width:
        raise cut_off(f"{where}, row {last_row}", f"the last row has {last_cells} of {width} cells")
    short = set(unread)
    return Irregular(
        number, tuple(empty), tuple(unread), tuple(ragged), tuple(each for each in footers if each in short)
    )


def _first(row: Sequence[str]) -> str:
    """Return the first filled cell of a row, case aside."""
    return next((cell.strip(BLANKS) for cell in row if cell.strip(BLANKS)), "").casefold()


def cut_off(where: str, what: str) -> InputError:
    """Return the error for a file that ends in the middle of a row."""
    fix = "have it exported again, whole, and without a line below the last row"
    return InputError("cut-off", f"{what}; the file was probably cut off", where=where, fix=fix)


def _numbered(lines: io.TextIOWrapper, delimiter: str, *, where: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    number = 0
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        for number, row in enumerate(reader, start=1):
            yield number, row
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise cut_off(where, f"row {number + 1} opens a quotation mark that is never closed") from None
        what = "a quotation mark inside a quoted cell is not doubled, so the rows cannot be told apart"
        fix = "have the extract exported with every quotation mark inside a cell doubled"
        raise InputError("broken-quotes", what, where=f"{where}, row {number + 1}", fix=fix) from None
    finally:
        csv.field_size_limit(limit)


def _with_mark(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding
