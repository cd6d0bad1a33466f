"""How invented files are recognised: by a mark that stays in them when somebody edits and saves them."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import sqlite3
import struct
import zipfile
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

from pipeline.model.wording import SAMPLE_MARK
from pipeline.plain import open_plain, read_plain

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path

#: Where each kind of file carries its mark: crime references, other numbers; areas and workbooks by name.
CRIME_MARK = "SAMPLE*"
NUMBER_MARK = "SAMPLE-"

#: A mark counts only where a sample's file has it: as the first cell of a line, or as the whole name of an area, which
#: in JSON is the text of a member.  The same words inside a narrative say nothing.
_LINE = re.compile(
    rb'(?m)(?:^"?(?:SAMPLE\*\d\d\*\d{7}|SAMPLE-\d{4,12})"?|(?:^|,)"?Sample Borough(?: \d{3}[A-Z])?"?)(?:,|\r?$)'
    rb'|:\s*"Sample Borough"\s*[,}]'
)
#: An item of a service is told by its name; quotation marks within a text are escaped, so that no comment holds this.
_ITEM = re.compile(rb'"id":\s*"SAMPLE-\d{4,12}"')
_NUMBER = re.compile(r"SAMPLE\*\d\d\*\d{7}|SAMPLE-\d{4,12}", re.ASCII)
_AREA = re.compile(r"Sample Borough(?: \d{3}[A-Z])?", re.ASCII)
_KEY = re.compile(r"SAMPLE-\d{4,12}", re.ASCII)
_SQLITE = b"SQLite format 3\0"
#: The part of a workbook that holds its title, and the most of a file that is looked at.
_PROPERTIES = "docProps/core.xml"
_MOST = 1 << 20
_PACKINGS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
#: The sample's workbooks are a hundred times smaller; the directory of a larger zip could fill the memory.
_LARGEST_WORKBOOK = 16 << 20
#: What Python's reader of zips raises about a damaged or hostile one.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, LookupError, OverflowError, RuntimeError, ValueError),
)


def bears_mark(path: Path) -> bool:
    """Return whether the file at ``path`` is, or was made from, a file of the sample.

    A CSV is known by its first cells, JSON by the text of a member, a database by the keys of its tables, a workbook
    by its title, and when its zip is broken by the bytes as they stand.  Raises `OSError` when it cannot be read.
    """
    with open_plain(path) as file:
        if zipfile.is_zipfile(file):
            return _title_marked(file)
        file.seek(0)
        beginning = file.read(_MOST)
        if beginning[:2] == b"PK":
            return SAMPLE_MARK.encode() in beginning + file.read()
    if beginning.startswith(_SQLITE):
        return _keys_marked(path)
    if path.suffix == ".jsonl":
        return _ITEM.search(beginning) is not None
    return _LINE.search(beginning) is not None and (path.suffix == ".geojson" or _is_first_cell(beginning))


def _is_first_cell(beginning: bytes) -> bool:
    """Return whether the mark is a cell of a CSV that is read as one: a line within a narrative says nothing.

    Where the text is no CSV that can be read, the line counts.
    """
    try:
        rows = csv.reader(io.StringIO(beginning.decode("latin-1"), newline=""), strict=True)
        return any(
            _AREA.fullmatch(cell) or (not place and _NUMBER.fullmatch(cell))
            for row in rows
            for place, cell in enumerate(row)
        )
    except csv.Error:
        return True


def _keys_marked(path: Path) -> bool:
    """Return whether the first keys of a table of a database are the sample's; a damaged one is known by its bytes."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' LIMIT 100").fetchall()
            quoted = [name.replace('"', '""') for (name,) in names]
            found = [
                row[0]
                for name in quoted
                for row in connection.execute(f'SELECT * FROM "{name}" LIMIT 20').fetchall()  # noqa: S608 - quoted
            ]
    except sqlite3.Error:
        return b"SAMPLE-" in read_plain(path)
    return any(isinstance(number, str) and _KEY.fullmatch(number) for number in found)


def _title_marked(file: BufferedReader) -> bool:
    """Return whether a workbook's properties hold the mark; False for a zip without readable properties.

    What cannot be read is left to the reading of the extract, which refuses it with an error of its own.
    Only what workbooks are packed with is unpacked: the others unpack without a bound.
    """
    if os.fstat(file.fileno()).st_size > _LARGEST_WORKBOOK:
        return False
    try:
        with zipfile.ZipFile(file) as parts:
            if parts.getinfo(_PROPERTIES).compress_type not in _PACKINGS:
                return False
            with parts.open(_PROPERTIES) as part:
                return SAMPLE_MARK.encode() in part.read(_MOST)
    except _DAMAGE:
        return False
    except OSError as error:
        if error.errno != errno.EINVAL:  # the directory of the zip leads to before the file's beginning
            raise
        return False
