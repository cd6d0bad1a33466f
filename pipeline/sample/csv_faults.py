"""What goes wrong with a CSV file between the system that exports it and the folder it is dropped in."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Records = list[list[str]]
#: Enough bad rows to stop the dataset: more than one in twenty, and more than twenty.
_SPOILT = 40


def encode_for_dos(path: Path) -> None:
    """Leave a narrative in the encoding of an old terminal, where `ü` is a byte that no UTF-8 text holds alone."""
    path.write_bytes(path.read_bytes().replace(b"found smashed", "found smashed by Müffelwart".encode("cp850"), 1))


def cut_in_row(path: Path) -> None:
    """End the file in the middle of its last row, as a full disk does."""
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\nSAMPLE*")
    path.write_bytes(whole[: last + 60])


def cut_in_quote(path: Path) -> None:
    """End the file inside a quoted cell."""
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rfind(b',"') + 6])


def add_column(path: Path) -> None:
    """Add a column that nobody has declared."""
    _change(path, lambda records: [[*record, "x" if n else "informant_phone"] for n, record in enumerate(records)])


def drop_column(path: Path) -> None:
    """Leave out the second column."""
    _change(path, lambda records: [[record[0], *record[2:]] for record in records])


def double_column(path: Path) -> None:
    """Write the second column twice."""
    _change(path, lambda records: [[*record, record[1]] for record in records])


def drop_header(path: Path) -> None:
    """Leave out the header: the first row is somebody."""
    _change(path, lambda records: records[1:])


def make_empty(path: Path) -> None:
    """Leave nothing, as an export does that stopped before its first byte."""
    path.write_bytes(b"")


def mark_first_row(path: Path) -> None:
    """Put a protective marking above the header."""
    path.write_bytes(b"OFFICIAL-SENSITIVE\n" + path.read_bytes())


def spoil_rows(path: Path) -> None:
    """Give many rows an outcome that no list knows, as a changed system does."""

    def change(records: Records) -> Records:
        place = records[0].index("outcome_code")
        spoilt = [[*record[:place], "NEW-7", *record[place + 1 :]] for record in records[1 : 1 + _SPOILT]]
        return [records[0], *spoilt, *records[1 + _SPOILT :]]

    _change(path, change)


def copy_astray(path: Path) -> None:
    """Drop copies beside the file under names that no feed reads."""
    for name in (f"{path.stem} (1){path.suffix}", f"{path.stem.replace('-', '_')}{path.suffix}"):
        path.with_name(name).write_bytes(path.read_bytes())


def give_few_addresses(path: Path) -> None:
    """Make a map point stand for fewer than eight addresses: it would point at somebody's home."""
    _change(path, lambda records: [records[0], [*records[1][:-1], "3"], *records[2:]])


def repeat_last_row(path: Path) -> None:
    """List the last map point twice."""
    _change(path, lambda records: [*records, records[-1]])


def _change(path: Path, change: Callable[[Records], Records]) -> None:
    """Write the records of the file as ``change`` returns them."""
    with path.open(encoding="utf-8", newline="") as file:
        records = list(csv.reader(file))
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(change(records))
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
