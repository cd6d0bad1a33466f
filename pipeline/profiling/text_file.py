"""Delimited text: its encoding and how sure that is, its delimiter and line ends, its rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple

from pipeline.errors import InputError
from pipeline.extract.delimited.stream import is_utf_8
from pipeline.profiling.grid import Table, gather

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLOCK = 1 << 22
_DELIMITERS = (",", ";", "\t", "|")
#: So many rows show which character stands between the cells.
_ENOUGH = 300
#: A longer cell is no cell: a quotation mark in it was never closed.
_LONGEST_CELL = 1 << 18
_SIGNS = bytes(range(0x80, 0x100))
#: A pound sign in the code pages of DOS, which cp1252 shows as another letter.
_DOS_POUND, _POUND = b"\x9c", b"\xa3"
_QUOTED = re.compile(r'"[^"]*"')
_WRONGLY_DECODED = ("Ã©", "Â£", "â€™", "â€“", "Ã¨", "Ã¶", "Ã¼")


class Layout(NamedTuple):
    """How a text file is written: ``remarks`` say how sure that is, and what is odd; no cell is in them."""

    encoding: str
    codec: str
    delimiter: str
    line_ends: tuple[str, ...]
    quoted: bool
    remarks: tuple[str, ...]


def read_text(file: BinaryIO, *, where: str) -> tuple[Layout, Table]:
    """Return how an open text file is laid out, and what it holds."""
    encoding, codec, remarks = _encoding(file)
    with _opened(file, codec) as text:
        head = text.read(_LONGEST_CELL)
    line = next(iter(head.lstrip("\ufeff").splitlines()), "").strip('"').lower()
    said = line[4:5] if line.startswith("sep=") and line[4:5] in _DELIMITERS else ""
    delimiter = said or max(_DELIMITERS, key=lambda sign: _regularity(head, sign))
    if said:
        remarks.append(f"row 1 is a `sep=` line, a note for spreadsheets: the cells are separated by {named(said)}")
    outside = _QUOTED.sub("", head)
    both = outside.count("\r\n")
    counts = {"CRLF": both, "LF": outside.count("\n") - both, "CR": outside.count("\r") - both}
    ends = tuple(sorted((name for name, count in counts.items() if count), key=lambda name: -counts[name]))
    if len(ends) > 1:
        remarks.append(f"line ends are mixed: {' and '.join(ends)}")
    if any(mark in head for mark in _WRONGLY_DECODED):
        remarks.append("some letters were read in the wrong encoding before the file was written")
    quoted = True
    try:
        table = gather(_rows(file, codec, delimiter, csv.QUOTE_MINIMAL), Table())
    except csv.Error:
        quoted = False
        remarks.append("quotation marks do not pair: a mapping cannot read the file until they do")
    if not quoted:
        try:
            table = gather(_rows(file, codec, delimiter, csv.QUOTE_NONE), Table())
        except csv.Error:
            what, fix = "a line is longer than any row of a table", "have it exported again as CSV"
            raise InputError("not-text", what, where=where, fix=fix) from None
    return Layout(encoding, codec, delimiter, ends, quoted, tuple(remarks)), table


def named(delimiter: str) -> str:
    """Return a delimiter in words."""
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}[delimiter]


def _encoding(file: BinaryIO) -> tuple[str, str, list[str]]:
    """Return the encoding as a mapping calls it, the codec to read with, and what there is to say."""
    head = file.read(_BLOCK)
    file.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "utf-16", ["encoding: UTF-16 (certain: it begins with its mark)"]
    if b"\0" in head:
        codec = "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
        return "utf-16", codec, ["encoding: UTF-16 without its mark (nearly certain: every other byte is zero)"]
    marked = head.startswith(codecs.BOM_UTF8)
    signs, is_utf = _signs_of(file)
    if is_utf and not signs:
        return "utf-8", "utf-8-sig", ["encoding: plain ASCII, read as UTF-8 (certain)"]
    if is_utf:
        return "utf-8", "utf-8-sig", [f"encoding: UTF-8 (certain){', with its byte order mark' if marked else ''}"]
    if marked:
        return "utf-8", "utf-8-sig", ["encoding: UTF-8 by its mark, but some bytes are not: ask for it once more"]
    return "cp1252", "cp1252", [*_sure_of_cp1252(signs)]


def _sure_of_cp1252(signs: Counter[int]) -> Iterator[str]:
    count = sum(signs.values())
    undefined = sum(signs[each] for each in (0x81, 0x8D, 0x8F, 0x90, 0x9D))
    if undefined:
        yield f"encoding: not UTF-8, and {undefined:,} bytes are in no cp1252 either: ask how it was written"
    elif signs[_DOS_POUND[0]] and not signs[_POUND[0]]:
        yield (
            "encoding: cp1252 (doubtful: what should be pound signs looks like a code page of DOS; names of columns "
            "are as cp1252 shows them)"
        )
    else:
        usual = sum(signs[each] for each in b"\xa3\x91\x92\x93\x94\x96\x97\xa0\xe9\xb0\xbd\x85\x80")
        sure = "nearly certain" if usual >= count / 2 else "likely"
        yield f"encoding: cp1252 ({sure}: {count:,} bytes that are no UTF-8)"


def _signs_of(file: BinaryIO) -> tuple[Counter[int], bool]:
    """Return how often each byte beyond ASCII stands in the file, and whether all of it is UTF-8."""
    signs: Counter[int] = Counter()
    is_utf, held = True, b""
    while block := file.read(_BLOCK):
        if not block.isascii():
            signs.update(block.translate(None, bytes(range(0x80))))
        if is_utf and (held or not block.isascii()):
            text = held + block
            whole = _whole_characters(text)
            held, is_utf = text[whole:], is_utf_8(text[:whole])
    file.seek(0)
    return signs, is_utf and not held


def _whole_characters(text: bytes) -> int:
    """Return how many bytes of ``text`` there are before a character that its end cuts."""
    for back in range(1, min(4, len(text)) + 1):
        byte = text[-back]
        if byte >= 0xC0:  # noqa: PLR2004 - the first byte of a character
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4  # noqa: PLR2004 - the bounds of UTF-8
            return len(text) - back if needed > back else len(text)
        if byte < 0x80:  # noqa: PLR2004 - ASCII
            break
    return len(text)


@contextmanager
def _opened(file: BinaryIO, codec: str) -> Iterator[io.TextIOWrapper]:
    """Give a file as text from its beginning, and leave it open."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=codec, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def _rows(file: BinaryIO, codec: str, delimiter: str, quoting: Literal[0, 3]) -> Iterator[Sequence[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    with _opened(file, codec) as text:
        yield from csv.reader(text, delimiter=delimiter, quoting=quoting)


def _regularity(head: str, delimiter: str) -> float:
    """Return how alike the rows are when ``delimiter`` stands between the cells: many of many cells count most."""
    try:
        rows = [row for row in islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), _ENOUGH) if row]
    except csv.Error:
        return 0.0
    widths = Counter(map(len, rows))
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0.0
    width, count = max(several.items(), key=lambda each: (each[1], each[0]))
    return count / len(rows) * (1 - 1 / (width + 1))
