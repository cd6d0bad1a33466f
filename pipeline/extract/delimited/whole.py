"""A delimited file of any layout, whole: every column by its place, once somebody has said where its header is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import InputError
from pipeline.extract.delimited.folder import not_text, read_decoded
from pipeline.extract.delimited.request import Request
from pipeline.extract.delimited.stream import CheckedStream
from pipeline.extract.delimited.walk import first_records
from pipeline.extract.marking import refuse_marking
from pipeline.extract.paths import steadily

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from io import BufferedReader
    from pathlib import Path

    from pipeline.model.tables import Extracted

#: So many rows are handed to whoever looks for the header.
LOOKED_AT = 1_000


class Whole(NamedTuple):
    """A file with every column, called by its place from the left, and its header, empty where it has none."""

    extracted: Extracted
    header: Sequence[str]
    header_row: int


def read_whole(
    root: Path,
    path: str,
    *,
    encoding: str,
    delimiter: str,
    header_row: Callable[[Sequence[Sequence[str]]], int],
    stop_at: str = "",
) -> Whole:
    """Return a file below ``root``; ``header_row`` says of the first rows which one is the header, 0 for none.

    From the row on that begins with ``stop_at`` rows may be short.

    Every error is an `InputError` about the whole file; ragged rows are listed.
    """
    asked = Request(path, (), (), (), 0, delimiter, every=True, stop_at=stop_at)
    return steadily(root, path, lambda file: _read(file, encoding, asked, header_row))


def _read(
    file: BufferedReader, encoding: str, asked: Request, header_row: Callable[[Sequence[Sequence[str]]], int]
) -> tuple[Whole, int]:
    path, delimiter = asked.path, asked.delimiter
    stream = CheckedStream(file, encoding, delimiter)
    first = first_records(stream.peek(), LOOKED_AT, delimiter)
    if not stream.is_text():
        raise not_text(file, stream, (encoding,), where=path)
    if not first:
        fix = "have the extract exported again"
        raise InputError("empty-file", "the file is empty", where=path, fix=fix)
    row = header_row(first)
    refuse_marking((cell for cells in first[:row] for cell in cells), where=path, place="title rows or header")
    header = first[row - 1] if row else []
    places = tuple(str(place) for place in range(len(header or first[0])))
    request = asked._replace(columns=places, declared=places, header_row=row)
    extracted = read_decoded(file, stream, encoding, request)
    if extracted is None:
        raise not_text(file, stream, (encoding,), where=path)
    return Whole(extracted, header, row), extracted.bytes
