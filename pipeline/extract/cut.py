"""Extracts that a spreadsheet program has cut, or that go on elsewhere: rows would be missing without a word."""

from __future__ import annotations

from pipeline.errors import InputError

#: The most rows that a sheet holds, in old spreadsheet programs and in new ones.
SPREADSHEET_ROWS = frozenset((65_536, 1_048_576))


def refuse_full(rows: int, *, where: str) -> None:
    """Return unless an extract ends in exactly the last row that a sheet may have: then it was very likely cut."""
    if rows in SPREADSHEET_ROWS:
        raise cut_or_continued(
            f"it ends in row {rows:,} exactly: a spreadsheet program keeps no more rows and leaves the rest out",
            where=where,
            fix="have it exported by the system itself, or in parts, without opening it in a spreadsheet program",
        )


def cut_or_continued(message: str, *, where: str, fix: str) -> InputError:
    """Return the error for an extract of which a part would not be read."""
    return InputError("cut-or-continued", message, where=where, fix=fix)
