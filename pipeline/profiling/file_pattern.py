"""How files of one export are named: what in a name is the month, and what stays the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.extract.paths import below
from pipeline.model.file_names import gives_period, month_said, named
from pipeline.model.mapping import FILE, SHEET

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model.declaration import Feed

_MONTH = "(?:0[1-9]|1[0-2])"
_YEAR = "20[0-9]{2}"
_LONG = "january|february|march|april|june|july|august|september|october|november|december"
_SHORT = "jan|feb|mar|apr|may|jun|jul|aug|sept|sep|oct|nov|dec"
_START, _END = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"
#: What in a name is a part of a period, the longest first; only one of those that share a mark is used.
_PARTS = (
    (rf"(?<![0-9]){_YEAR}-{_MONTH}(?![0-9]|-[0-9])", "{month}"),
    (rf"(?<![0-9])({_YEAR})({_MONTH})(?![0-9])", "{year}{mm}"),
    (rf"(?<![0-9])({_YEAR})([._ ])({_MONTH})(?![0-9])", r"{year}\2{mm}"),
    (rf"(?<![0-9])({_MONTH})([._ -])({_YEAR})(?![0-9])", r"{mm}\2{year}"),
    (rf"(?<![0-9]){_YEAR}-[0-9]{{2}}(?![0-9-])", "{fy}"),
    (rf"(?<![0-9]){_YEAR}(?![0-9])", "{year}"),
    (rf"(?<![A-Za-z])(?:{_LONG})(?![a-z])", "{month_name}"),
    (rf"(?<![A-Za-z])(?:{_SHORT})(?![a-z])", "{mon}"),
    (r"(?<=\{mon\})([ '_-]?)([0-9]{2})(?![0-9])", r"\1{yy}"),
    (r"(?<=\{month_name\})([ '_-]?)([0-9]{2})(?![0-9])", r"\1{yy}"),
    (rf"^([12][0-9])({_MONTH})(?=\.)", "{yy}{mm}"),
)


def file_pattern(path: Path, feed: Feed, raw: Path) -> str:
    """Return the pattern of a file's name, below the folder of extracts where it lies there."""
    name = path.name
    for form, mark in _PARTS:
        marks = set(re.findall(r"\{[a-z_]+\}", mark))
        if "{month}" in name or marks & set(re.findall(r"\{[a-z_]+\}", name)) or ("{fy}" in name and "{year}" in marks):
            continue
        changed = re.sub(form, mark, name, count=1, flags=re.IGNORECASE)
        if named(changed, path.name) is not None:
            name = changed
    placed = below(raw, path)
    folder = placed.rpartition("/")[0] if placed else (feed.source.pattern or feed.name).rpartition("/")[0]
    return f"{folder}/{name}" if folder else name


def months_by(pattern: str, sheets: Sequence[str], feed: Feed, path: Path) -> str:
    """Return what gives the period of a row: "" for the file's name, `sheet`, or `file` where a column has to."""
    if gives_period(pattern, feed.period) or feed.source.whole:
        return ""
    told = named(pattern.rpartition("/")[2], path.name)
    return SHEET if all(month_said(sheet, told) for sheet in sheets if sheet) and any(sheets) else FILE
