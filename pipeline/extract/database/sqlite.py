"""SQLite files, opened so that nothing is ever written: not the file, not a journal beside it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from pipeline.plain import open_plain

if TYPE_CHECKING:
    import sqlalchemy as sql
    from sqlalchemy.engine.interfaces import DBAPIConnection

NOT_SQLITE = "the file is no SQLite database"
_MAGIC = b"SQLite format 3\0"
#: Where the header says how the file is written, and the value for a write-ahead log (SQLite file format, 1.3).
_WRITE_VERSION = 18
_WRITE_AHEAD = 2
_PATIENCE_S = 5.0
#: What SQLite keeps beside a file that is being written to: log, index of the log, journal.
BESIDE = ("-wal", "-shm", "-journal")


def is_sqlite(file: BinaryIO) -> bool:
    """Return whether ``file`` begins as a SQLite database does; an empty file is none."""
    return file.read(len(_MAGIC)) == _MAGIC


def sqlite_file(address: str) -> Path | None:
    """Return the file that an address names, None where it names no SQLite file that is there."""
    _, _, place = address.partition("sqlite:///")
    return Path(place) if place and Path(place).is_file() else None


def sqlite_engine(path: Path | str | None) -> sql.Engine:
    """Return an engine on the SQLite file at ``path`` that can only read it; nothing is made when it is absent.

    A path may be written as a URI (`file:...?...`), whose options are left out.
    """
    from sqlalchemy import create_engine  # noqa: PLC0415 - takes half a second, and only who opens a database needs it
    from sqlalchemy.pool import NullPool  # noqa: PLC0415 - the same

    named = str(path or "").removeprefix("file:").partition("?")[0] if str(path).startswith("file:") else str(path)
    place = Path(named).absolute()

    def connect() -> DBAPIConnection:
        log, index = (place.with_name(f"{place.name}{ending}") for ending in BESIDE[:2])
        if log.exists() and not index.exists():  # left by a program that is gone: reading would write an index of it
            connection: sqlite3.Connection = _copied(place)
        else:
            connection = sqlite3.connect(f"file:{quote(str(place))}?{_options(place)}", uri=True, timeout=_PATIENCE_S)
        connection.text_factory = _text_or_bytes
        return connection  # type: ignore[return-value] # it has every method of the interface

    return create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)


class _OfACopy(sqlite3.Connection):
    """A connection to a private copy, which goes with it."""

    folder: TemporaryDirectory[str] | None = None

    def close(self) -> None:
        super().close()
        if self.folder:
            self.folder.cleanup()


def _copied(place: Path) -> _OfACopy:
    """Return a connection to a copy of the file and the log beside it, in a folder of the owner's only."""
    folder = TemporaryDirectory(prefix="pipeline-")
    try:
        for name in (place.name, f"{place.name}{BESIDE[0]}"):
            with open_plain(place.with_name(name)) as old, Path(folder.name, name).open("wb") as new:
                shutil.copyfileobj(old, new)
        copy = quote(str(Path(folder.name, place.name)))
        connection = sqlite3.connect(f"file:{copy}?mode=ro", uri=True, timeout=_PATIENCE_S, factory=_OfACopy)
    except OSError:
        folder.cleanup()
        raise sqlite3.OperationalError("cannot be copied") from None
    connection.folder = folder
    return connection


def _options(place: Path) -> str:
    """Return how to open: as unchanging when a log is due but none is there, else a log would be made beside it."""
    try:
        with open_plain(place) as file:
            header = file.read(_WRITE_VERSION + 1)
    except OSError:
        return "mode=ro"
    is_logged = header[_WRITE_VERSION:] == bytes([_WRITE_AHEAD])
    has_log = place.with_name(f"{place.name}-wal").exists()
    return "mode=ro&immutable=1" if is_logged and not has_log else "mode=ro"


def _text_or_bytes(raw: bytes) -> str | bytes:
    """Return text, or the bytes themselves when they are no UTF-8: the cell is reported, the rest is read."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
