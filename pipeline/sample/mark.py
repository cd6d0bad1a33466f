"""How invented files are recognised: by a mark that stays in them when somebody edits and saves them."""

from __future__ import annotations

import mmap
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Where each kind of file carries its mark: crime references, other numbers, names of areas, workbooks' titles.
CRIME_MARK = "SAMPLE*"
NUMBER_MARK = "SAMPLE-"
AREA_MARK = "Sample Borough"
TITLE_MARK = "SAMPLE DATA"

#: A mark counts only in full: the bare word can stand in a real narrative.
_MARKS = tuple(
    (needle.encode(), re.compile(re.escape(needle.encode()) + tail))
    for needle, tail in ((CRIME_MARK, rb"\d\d\*\d{7}"), (NUMBER_MARK, rb"\d{4}"), (AREA_MARK, rb""))
)
#: The part of a workbook that holds its title, and the most of it that is read.
_PROPERTIES = "docProps/core.xml"
_MOST = 1 << 20


def bears_mark(path: Path) -> bool:
    """Return whether the file at ``path`` is, or was made from, a file of the sample.

    CSV and SQLite files are searched for marked numbers and names; a workbook's title is looked up in its
    properties, and when its zip is broken in the bytes as they stand.  Raises `OSError` when it cannot be read.
    """
    if zipfile.is_zipfile(path):
        return _title_marked(path)
    with path.open("rb") as file:
        if not file.seek(0, 2):
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            if view[:2] == b"PK":
                return view.find(TITLE_MARK.encode()) >= 0
            return any(_found(view, needle, whole) for needle, whole in _MARKS)


def _title_marked(path: Path) -> bool:
    """Return whether a workbook's properties hold the mark; False for a zip without readable properties."""
    try:
        with zipfile.ZipFile(path) as parts, parts.open(_PROPERTIES) as part:
            return TITLE_MARK.encode() in part.read(_MOST)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError):
        return False


def _found(view: mmap.mmap, needle: bytes, whole: re.Pattern[bytes]) -> bool:
    """Return whether ``whole`` matches where ``needle`` stands; the search for the needle is the quick part."""
    at = view.find(needle)
    while at >= 0:
        if whole.match(view, at):
            return True
        at = view.find(needle, at + 1)
    return False
