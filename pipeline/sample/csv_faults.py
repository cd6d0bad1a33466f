"""What goes wrong with a CSV file or a database between the system that exports it and the folder it is dropped in."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from pipeline.sample.columns import csv_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Records = list[list[str]]
#: Enough bad rows to stop the dataset: more than one in twenty, and more than twenty.
_SPOILT = 40


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Return what makes a file hold its bytes as ``change`` returns them."""

    def spoil(path: Path) -> None:
        path.write_bytes(change(path.read_bytes()))

    return spoil


def _records(change: Callable[[Records], Records]) -> Callable[[Path], None]:
    """Return what makes a CSV hold its records, the header first, as ``change`` returns them."""

    def spoil(path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            records = list(csv.reader(file))
        path.write_text(csv_text(change(records)), encoding="utf-8", newline="")

    return spoil


def _spoilt(records: Records) -> Records:
    place = records[0].index("outcome_code")
    bad = [[*record[:place], "NEW-7", *record[place + 1 :]] for record in records[1 : 1 + _SPOILT]]
    return [records[0], *bad, *records[1 + _SPOILT :]]


# a narrative in the encoding of an old terminal, where `ü` is a byte that no UTF-8 text holds alone
encode_for_dos = _bytes(lambda whole: whole.replace(b"found smashed", "found by Müffelwart".encode("cp850"), 1))
# the end of the file in the middle of its last row, as a full disk has it, and inside a quoted cell
cut_in_row = _bytes(lambda whole: whole[: whole.rstrip(b"\n").rfind(b"\nSAMPLE*") + 60])
cut_in_quote = _bytes(lambda whole: whole[: whole.rfind(b',"') + 6])
# a column that nobody has declared, the second column left out, the second column twice
add_column = _records(lambda records: [[*each, "x" if n else "informant_phone"] for n, each in enumerate(records)])
drop_column = _records(lambda records: [[each[0], *each[2:]] for each in records])
double_column = _records(lambda records: [[*each, each[1]] for each in records])
# no header: the first row is somebody
drop_header = _records(lambda records: records[1:])
# an export that stopped before its first byte
make_empty = _bytes(lambda _: b"")
# a protective marking above the header
mark_first_row = _bytes(lambda whole: b"OFFICIAL-SENSITIVE\n" + whole)
# many rows with an outcome that no list knows, as a changed system writes them
spoil_rows = _records(_spoilt)
# a map point that stands for fewer than eight addresses, which points at somebody's home; one that comes twice
give_few_addresses = _records(lambda records: [records[0], [*records[1][:-1], "3"], *records[2:]])
repeat_last_row = _records(lambda records: [*records, records[-1]])
# half of a database
cut_database = _bytes(lambda whole: whole[: len(whole) // 2])


def copy_astray(path: Path) -> None:
    """Drop copies beside the file under names that no feed reads."""
    for name in (f"{path.stem} (1){path.suffix}", f"{path.stem.replace('-', '_')}{path.suffix}"):
        path.with_name(name).write_bytes(path.read_bytes())


def add_database_column(path: Path) -> None:
    """Add a column that nobody has declared to the table of events."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE event ADD COLUMN chair_name TEXT")
