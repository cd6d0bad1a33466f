"""A table of a relational database: only the named table, only the asked columns, and never a write.

An address may hold a password, and a database's own errors may hold cells: neither ever reaches a message.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import sqlalchemy as sql
from sqlalchemy.exc import NoSuchModuleError, OperationalError, SQLAlchemyError

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError, SettingsError
from pipeline.extract.database.options import EngagementOptions
from pipeline.extract.database.patience import Watch, within
from pipeline.extract.database.sqlite import NOT_SQLITE, is_sqlite, sqlite_engine
from pipeline.extract.header import match_header
from pipeline.extract.number import plain_decimal
from pipeline.extract.paths import exists, open_regular, safe_path
from pipeline.model.tables import CellProblem, Extracted
from pipeline.settings.sections import Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.settings.options import Options
    from pipeline.settings.secret import Secret

_BATCH = 5_000
_BUSY = ("locked", "busy")
_LONDON = ZoneInfo("Europe/London")
_USUAL = Sources()


_SCHEME = "database:"


def is_file(path: str) -> bool:
    """Return whether the path of a receipt is a file's, not a database's."""
    return not path.startswith(_SCHEME)


@dataclass(frozen=True, slots=True)
class Database:
    """A table with a ``key``, in the database whose address the setting ``setting`` holds.

    Where that setting is empty, the database is the SQLite file ``default`` below the folder of extracts.
    """

    options: ClassVar[tuple[type[Options], ...]] = (EngagementOptions,)
    setting: str
    default: str
    table: str
    key: str

    @property
    def path(self) -> str:
        """What receipts call it: the same whichever database it is."""
        return f"{_SCHEME}{self.table}"

    def check(self, address: Secret[str]) -> None:
        """Raise `SettingsError` unless a driver that is installed can open ``address``; nothing is opened."""
        self._engine(address).dispose()

    def present(self, root: Path, address: Secret[str] | None, limits: Sources = _USUAL) -> bool:
        """Return whether the database is there, without reading a row.

        At an ``address`` the table must be there; without one, the file below ``root``.
        """
        if address is None:
            return exists(root, self.default)
        engine, watch = self._engine(address), Watch(limits, where=self._where)

        def ask() -> bool:
            with _connected(engine, watch, where=self._where) as connection:
                return sql.inspect(connection).has_table(self.table)

        return within(watch, ask)

    def read_from(
        self,
        root: Path,
        address: Secret[str] | None,
        columns: Sequence[str],
        declared: Sequence[str],
        *,
        dictionaries: Sequence[str] = (),
        limits: Sources = _USUAL,
    ) -> Extracted:
        """Return the asked ``columns`` from the database at ``address``, or without one from the file below ``root``.

        Numbers, dates and times become text; a value that no text stands for is listed in ``problems``.
        ``sha256`` is a digest of all that was selected.
        """
        if address is None:
            return self.read(root, self.default, columns, declared, dictionaries=dictionaries, limits=limits)
        asked = Asked(self.table, self.key, tuple(columns), tuple(declared), tuple(dictionaries))
        return _read_within(self._engine(address), asked, Watch(limits, where=self._where), where=self._where)

    def read(
        self,
        root: Path,
        path: str,
        columns: Sequence[str],
        declared: Sequence[str],
        *,
        dictionaries: Sequence[str] = (),
        limits: Sources = _USUAL,
    ) -> Extracted:
        """Return the asked ``columns`` of the table in the SQLite file at ``path``, in the order of the key."""
        with open_regular(root, path) as file:
            if not is_sqlite(file):
                raise _broken(path, NOT_SQLITE)
        engine = sqlite_engine(safe_path(root, path))
        asked = Asked(self.table, self.key, tuple(columns), tuple(declared), tuple(dictionaries))
        return _read_within(engine, asked, Watch(limits, where=path), where=path)

    @property
    def _where(self) -> str:
        return f"database, table `{self.table}`"

    def _engine(self, address: Secret[str]) -> sql.Engine:
        try:
            url = sql.make_url(address.reveal())
            if url.get_backend_name() == "sqlite":
                return sqlite_engine(url.database)
            return sql.create_engine(url, hide_parameters=True)
        except (NoSuchModuleError, ImportError):
            what = "no driver for its kind of database is installed"
        except (SQLAlchemyError, ValueError):
            what = "it is no address of a database"
        raise SettingsError(
            "bad-setting",
            f"the address cannot be used: {what}",
            where=f"setting `{self.setting}`",
            fix="write it as SQLAlchemy does: kind://user:password@host/database",
        )


class Asked(NamedTuple):
    """What is asked of one table; ``key`` orders its rows."""

    table: str
    key: str
    columns: tuple[str, ...]
    declared: tuple[str, ...]
    dictionaries: tuple[str, ...] = ()


@contextmanager
def _connected(engine: sql.Engine, watch: Watch, *, where: str) -> Iterator[sql.Connection]:
    """Give a connection that only reads; whatever goes wrong with it becomes an error of ours."""
    try:
        with engine.connect().execution_options(postgresql_readonly=True) as connection:
            watch.connected(connection)
            yield connection
    except OperationalError as error:
        raise _unusable(str(error.orig), where) from None
    except (SQLAlchemyError, ValueError, ArithmeticError, OSError):  # what drivers raise themselves; may hold a cell
        raise _broken(where, "it is damaged, or no database") from None
    finally:
        engine.dispose()


def _read_within(engine: sql.Engine, asked: Asked, watch: Watch, *, where: str) -> Extracted:
    return _extracted(within(watch, lambda: _read(engine, asked, watch, where=where)), asked)


def _read(engine: sql.Engine, asked: Asked, watch: Watch, *, where: str) -> Sequence[Mapping[str, list[str | None]]]:
    with _connected(engine, watch, where=where) as connection:
        if not sql.inspect(connection).has_table(asked.table):
            raise InputError(
                "missing-table",
                f"the database has no table `{asked.table}`",
                where=where,
                fix="correct the address, or the table's name in the dataset's declaration",
            )
        everything: sql.Select[tuple[object]] = (
            sql.select(sql.literal_column("*")).select_from(sql.table(asked.table)).limit(0)
        )
        found = list(connection.execute(everything).keys())
        places = match_header(found, asked.declared, where=where)
        table = sql.table(asked.table, *[sql.column(name) for name in found])
        names = asked.columns or asked.declared[:1]
        chosen = [table.c[found[places[name]]] for name in names]
        query = sql.select(*chosen).order_by(table.c[found[places[asked.key]]], *chosen)
        rows = connection.execution_options(yield_per=_BATCH).execute(query)
        batches = []
        for batch in rows.partitions():
            watch.came(len(batch))
            batches.append(_as_text(batch, names))
    return batches


def _as_text(batch: Sequence[sql.Row[tuple[object, ...]]], names: Sequence[str]) -> Mapping[str, list[str | None]]:
    columns = zip(*batch, strict=True)
    return {name: [_text(value) for value in column] for name, column in zip(names, columns, strict=True)}


def _extracted(batches: Sequence[Mapping[str, list[str | None]]], asked: Asked) -> Extracted:
    names = asked.columns or asked.declared[:1]
    cells = {name: [cell for batch in batches for cell in batch[name]] for name in names}
    length = len(cells[names[0]])
    unreadable = [(row, name) for name in asked.columns for row, cell in enumerate(cells[name], 1) if cell == _NO_TEXT]
    digest, size = _digest([cells[name] for name in names])
    return Extracted(
        path=f"{_SCHEME}{asked.table}",
        bytes=size,
        sha256=digest,
        encoding="database",
        cells=pa.table({name: _column(cells[name], encode=name in asked.dictionaries) for name in asked.columns}),
        rows=pa.array(np.arange(1, length + 1, dtype=np.int64)),
        problems=tuple(CellProblem(row, name, "unreadable-cell") for row, name in sorted(unreadable)),
    )


#: Stands for a value that no text stands for; no text of a database begins with it after reading.
_NO_TEXT = "\0unreadable"


def _text(value: object) -> str | None:
    """Return the text that stands for a value: None when empty, `_NO_TEXT` when none does."""
    if value is None:
        return None
    if isinstance(value, str):
        return _NO_TEXT if "\0" in value else value.strip(BLANKS) or None
    return _number_text(value) or _time_text(value) or _NO_TEXT


def _number_text(value: object) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return plain_decimal(value)
        case Decimal() if value.is_finite():
            return format(value, "f")
    return ""


def _time_text(value: object) -> str:
    match value:
        case dt.datetime():
            return _local_text(value)
        case dt.date():
            return value.isoformat()
    return ""


def _local_text(value: dt.datetime) -> str:
    """Return a time as civil time in Europe/London; one without a zone is that already."""
    try:
        local = value.astimezone(_LONDON) if value.utcoffset() is not None else value
    except (OverflowError, ValueError):  # at the ends of the calendar
        return ""
    return f"{local:%Y-%m-%d %H:%M:%S}"


def _column(cells: Sequence[str | None], *, encode: bool) -> pa.Array:
    texts = pa.array([None if cell == _NO_TEXT else cell for cell in cells], pa.string())
    return texts.dictionary_encode() if encode else texts


def _digest(columns: Sequence[Sequence[str | None]]) -> tuple[str, int]:
    """Return a digest of the rows, and how many bytes went into it; no cell can be taken for two."""
    digest = hashlib.sha256()
    size = 0
    for row in zip(*columns, strict=True):
        line = "".join("-" if cell is None else f"{len(cell)}:{cell}" for cell in row).encode("utf-8", "surrogatepass")
        digest.update(line + b"\n")
        size += len(line) + 1
    return digest.hexdigest(), size


def _unusable(text: str, where: str) -> InputError:
    """Return the error for a database that does not answer; ``text`` is looked at, never shown."""
    if any(word in text.lower() for word in _BUSY):
        return InputError(
            "database-busy", "the database is locked by another program", where=where, fix="run again in a while"
        )
    return InputError(
        "database-unusable",
        "the database cannot be reached or does not let us read",
        where=where,
        fix="check its address, that it is running, and that the account may read the table",
    )


def _broken(where: str, what: str) -> InputError:
    return InputError(
        "broken-database", f"the database cannot be read: {what}", where=where, fix="have it exported again, whole"
    )
