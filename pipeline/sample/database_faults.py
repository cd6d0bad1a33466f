"""What goes wrong with a database: its maker adds a column, or the copy stops half way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def add_column(path: Path) -> None:
    """Add a column that nobody has declared to the table of events."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE event ADD COLUMN chair_name TEXT")


def cut(path: Path) -> None:
    """Leave half of the file."""
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
