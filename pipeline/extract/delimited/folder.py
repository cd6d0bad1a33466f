"""Delimited files: a folder of CSV files, one a month, the commonest export there is; and one of any layout, whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError
from pipeline.extract.delimited.reading import read_decoded
from pipeline.extract.delimited.stream import UTF_8, CheckedStream
from pipeline.extract.delimited.walk import Request, filled_columns, first_records
from pipeline.extract.given import FilesByPeriod
from pipeline.extract.header import (
    DELIMITERS,
    LAYOUT,
    LOOKED_AT,
    LOOKED_BELOW,
    OLD_LINE_ENDS,
    Around,
    match_header,
    note_of,
    taken,
)
from pipeline.extract.marking import refuse_marking
from pipeline.extract.paths import steadily
from pipeline.model.source import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from io import BufferedReader
    from pathlib import Path

    from pipeline.model.source import Names
    from pipeline.model.tables import Extracted

    Rows = Sequence[Sequence[str]]

_FIRST_LINE = 16
#: So many rows are handed to whoever looks for the header of a file of any layout.
_HANDED_ON = 1_000


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
        request = Request(path, tuple(columns), self.title_rows + 1, tuple(declared), tuple(dictionaries))
        return steadily(root, path, lambda file: ((found := self._read(file, request)), found.bytes))

    def _read(self, file: BufferedReader, request: Request) -> Extracted:
        """Return the file as agreed, else as it is laid out a little otherwise, which is noted."""
        try:
            return self._decoded(file, request)
        except InputError as error:
            found = self._laid_out_otherwise(file, request) if error.code in LAYOUT else None
            if found is None:
                raise
        request, words = found
        extracted = self._decoded(file, request)
        return replace(extracted, note=note_of([*words, *([OLD_LINE_ENDS] if extracted.note else [])]))

    def _decoded(self, file: BufferedReader, request: Request) -> Extracted:
        for encoding in self.encodings:
            file.seek(0)
            stream = CheckedStream(file, encoding, request.delimiter)
            first = first_records(stream.peek(), request.header_row + LOOKED_BELOW, request.delimiter)
            if not stream.fault:
                header = first[request.header_row - 1] if len(first) >= request.header_row else []
                places = _places(file, stream, first, header, request)
                extracted = read_decoded(file, stream, len(header), places, request)
                if extracted is not None:
                    return extracted
            if stream.fault != "wrong-encoding":
                break
        raise _not_text(file, stream, self.encodings, where=request.path)

    def _laid_out_otherwise(self, file: BufferedReader, request: Request) -> tuple[Request, list[str]] | None:
        """Return how a file can be read that is not laid out as agreed, and in words what is taken for what."""
        for encoding in self.encodings:
            for delimiter, name in DELIMITERS.items():
                file.seek(0)
                rows = first_records(CheckedStream(file, encoding, delimiter).peek(), LOOKED_AT, delimiter)
                if found := taken(rows, request.declared, expected=request.header_row):
                    words = [f"having {name} between its cells"] if delimiter != request.delimiter else []
                    new = request._replace(header_row=found.header_row, delimiter=delimiter, names=found.names)
                    return new, [*words, *found.words]
        return None


def _places(
    file: BufferedReader, stream: CheckedStream, first: Rows, header: Sequence[str], request: Request
) -> Mapping[str, int]:
    """Return where each declared column stands; above the header and in it no marking stands."""
    if not stream.peek():
        what, fix = "the file is empty; a month without rows still has its header", "have the extract exported again"
        raise InputError("empty-file", what, where=request.path, fix=fix)
    row, where = request.header_row, f"{request.path}, row {request.header_row}"
    titles = (cell for cells in first[: row - 1] for cell in cells)
    refuse_marking(titles, where=request.path, place="title rows")
    names = [request.names.get(name.strip(BLANKS), name) for name in header]
    known = set(request.declared)
    refuse_marking((name for name in names if name.strip(BLANKS) not in known), where=where, place="header")
    unnamed = [place for place, name in enumerate(names) if not name.strip(BLANKS)]
    filled = filled_columns(file, stream.encoding, unnamed, row) if unnamed else set()
    found = [name if name.strip(BLANKS) or place in filled else None for place, name in enumerate(names)]
    near = {number: cells for number, cells in enumerate(first, start=1) if number != row}
    first_line = stream.peek()[:_FIRST_LINE].decode(errors="replace")
    return match_header(found, request.declared, where=where, around=Around(row, {row: names, **near}, first_line))


class Whole(NamedTuple):
    """A file with every column, called by its place from the left, and its header, empty where it has none."""

    extracted: Extracted
    header: Sequence[str]
    header_row: int


def read_whole(
    root: Path, path: str, *, encoding: str, delimiter: str, header_row: Callable[[Rows], int], stop_at: str
) -> Whole:
    """Return a file below ``root``; ``header_row`` says of the first rows which one is the header, 0 for none.

    From the row on that begins with ``stop_at`` rows may be short.

    Every error is an `InputError` about the whole file; ragged rows are listed.
    """

    def read(file: BufferedReader) -> tuple[Whole, int]:
        stream = CheckedStream(file, encoding, delimiter)
        first = first_records(stream.peek(), _HANDED_ON, delimiter)
        if stream.fault:
            raise _not_text(file, stream, (encoding,), where=path)
        if not first:
            fix = "have the extract exported again"
            raise InputError("empty-file", "the file is empty", where=path, fix=fix)
        row = header_row(first)
        refuse_marking((cell for cells in first[:row] for cell in cells), where=path, place="title rows or header")
        header = first[row - 1] if row else []
        places = {str(place): place for place in range(len(header or first[0]))}
        request = Request(path, tuple(places), row, delimiter=delimiter, stop_at=stop_at)
        extracted = read_decoded(file, stream, len(first[max(row - 1, 0)]), places, request)
        if extracted is None:
            raise _not_text(file, stream, (encoding,), where=path)
        return Whole(extracted, header, row), extracted.bytes

    return steadily(root, path, read)


def _not_text(file: BufferedReader, stream: CheckedStream, encodings: Sequence[str], *, where: str) -> InputError:
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
