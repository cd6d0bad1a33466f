"""What is asked of a delimited file, and how one is read that is not laid out as agreed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.delimited.stream import CheckedStream
from pipeline.extract.delimited.walk import first_records
from pipeline.extract.forgiving import DELIMITERS, LOOKED_AT, taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from io import BufferedReader


class Request(NamedTuple):
    """What is asked of one file; ``every``: all its columns, called by their places, whatever the header says.

    ``names`` are the agreed names of those in the header that are written otherwise; from the row on that begins with
    ``stop_at`` rows may be short.
    """

    path: str
    columns: tuple[str, ...]
    declared: tuple[str, ...]
    dictionaries: tuple[str, ...]
    header_row: int
    delimiter: str = ","
    every: bool = False
    names: Mapping[str, str] = MappingProxyType({})
    stop_at: str = ""


def laid_out_otherwise(
    file: BufferedReader, encodings: Sequence[str], request: Request
) -> tuple[Request, list[str]] | None:
    """Return how a file can be read that is not laid out as agreed, and in words what is taken for what."""
    for encoding in encodings:
        for delimiter, name in DELIMITERS.items():
            file.seek(0)
            rows = first_records(CheckedStream(file, encoding, delimiter).peek(), LOOKED_AT, delimiter)
            found = taken(rows, request.declared, expected=request.header_row)
            if found:
                words = [f"having {name} between its cells"] if delimiter != request.delimiter else []
                new = request._replace(header_row=found.header_row, delimiter=delimiter, names=found.names)
                return new, [*words, *found.words]
    return None
