"""A table of a relational database: only the named table, only the asked columns, and never a write.

An address may hold a password, and a database's own errors may hold cells: neither ever reaches a message.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Self
from zoneinfo import ZoneInfo

import pyarrow as pa

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError, SettingsError
from pipeline.extract.database.connected import Watch, broken, connected, has_table, within
from pipeline.extract.database.sqlite import BESIDE, NOT_SQLITE, is_sqlite, sqlite_engine, sqlite_file
from pipeline.extract.given import Given, plain_decimal, text_columns
from pipeline.extract.header import match_header
from pipeline.extract.paths import below, exists, open_regular, safe_path
from pipeline.model.source import Connections, Form
from pipeline.model.tables import CellProblem, Extracted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import sqlalchemy as sql

    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Names, Remember, Secret

    Cells = list[str | None]
    #: Says of the names of all columns which are asked for, by their places; and by which rows are ordered.
    Choose = Callable[[Sequence[str]], Sequence[int]]
    ChooseAndOrder = Callable[[Sequence[str]], tuple[Sequence[int], Sequence[int]]]

_BATCH = 5_000
_USUAL = Connections()
_LONDON = ZoneInfo("Europe/London")
#: Stands for a value that no text stands for; no text of a database begins with it after reading.
NO_TEXT = "\0unreadable"
_SCHEME = "database:"


def is_file(path: str) -> bool:
    """Return whether the path of a receipt is a file's, not a database's."""
    return not path.startswith(_SCHEME)


@dataclass(frozen=True, slots=True)
class Database(Given):
    """A table with a ``key``, in the database that the settings call ``source``.

    Where they give no address for it, the database is the SQLite file ``default`` below the folder of extracts.
    """

    source: str
    default: str
    table: str
    key: str
    connections: Connections = field(default=_USUAL, repr=False, compare=False)

    #: No file is expected for a period.
    pattern: ClassVar[str] = ""

    @property
    def whole(self) -> str:
        """What receipts call it: the same whichever database it is."""
        return f"{_SCHEME}{self.table}"

    @property
    def name(self) -> str:
        """What the settings call it."""
        return self.source

    @property
    def form(self) -> Form:
        """How it is laid out."""
        return Form(self.default, table=self.table, key=self.key)

    @property
    def first_month(self) -> str:
        """The first month that counts, as the settings say."""
        return self.connections.first_month(self.source)

    def at(self, connections: Connections) -> Self:
        """Return the same table, at the address that the settings give."""
        return replace(self, connections=connections)

    def check(self) -> None:
        """Raise `SettingsError` unless a driver that is installed can open the address; nothing is opened."""
        if address := self._address:
            self._engine(address).dispose()

    def extracts(self, root: Path, _kind: PeriodKind, _remember: Remember) -> dict[str, Period]:
        """Return the table as one extract without a month of its own, without reading a row; nothing where it is not.

        At an address the table must be there; without one, the file below ``root``.
        """
        return {self.whole: ""} if self._present(root) else {}

    def sha256(self, _root: Path, _path: str, _remember: Remember) -> str:
        """It is whole: its rows are read, and tell."""
        return ""

    def files(self, root: Path, _kind: PeriodKind) -> tuple[str, ...]:
        """Return the file below ``root`` that is read, with what SQLite keeps beside it; none where it is elsewhere."""
        address = self._address
        path = self.default if address is None else below(root, sqlite_file(address.reveal()))
        return tuple(f"{path}{ending}" for ending in ("", *BESIDE)) if path else ()

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` at its address, or without one from the file below ``root``, in the key's order.

        Numbers, dates and times become text; a value that no text stands for is listed in ``problems``.
        ``sha256`` is a digest of all that was selected.
        """
        names = (*columns,) or (*declared[:1],)

        def choose(found: Sequence[str]) -> tuple[Sequence[int], Sequence[int]]:
            places = match_header(found, declared, where=self._where)
            chosen = [places[name] for name in names]
            return chosen, [places[self.key], *chosen]

        selected = self._selected(root, "", choose, damaged="it is damaged, or no database")
        return _extracted(path, dict(zip(names, selected.values(), strict=True)), columns, dictionaries)

    def read_chosen(self, root: Path, path: str, query: str, choose: Choose) -> Extracted:
        """Return the columns of the table, or of what a ``query`` selects, that ``choose`` chooses of all their names.

        They are called by their places; rows come in the order of all columns.
        """
        damaged = "it does not understand the query of the mapping, or is damaged" if query else "it is damaged"
        found = self._selected(root, query, lambda names: (choose(names), range(len(names))), damaged=damaged)
        cells = {str(place): column for place, column in found.items()}
        return _extracted(path, cells, (*cells,), ())

    def _selected(self, root: Path, query: str, choose: ChooseAndOrder, *, damaged: str) -> dict[int, Cells]:
        """Return columns by their places: those that ``choose`` chooses of all names, in the order that it chooses."""
        engine, watch = self._opened(root), Watch(self.connections, where=self._where)

        def select() -> dict[int, Cells]:
            with connected(engine, watch, where=self._where, damaged=damaged) as connection:
                if self.table and not has_table(connection, self.table):
                    fix = "correct the address, or the table's name in the dataset's declaration or in its mapping"
                    what = f"the database has no table `{self.table}`"
                    raise InputError("missing-table", what, where=self._where, fix=fix)
                quote = connection.dialect.identifier_preparer.quote
                source = (
                    f"({query}) AS export"
                    if query
                    else ".".join(map(quote, filter(None, self.table.rpartition(".")[::2])))
                )
                only_read = connection.execution_options(yield_per=_BATCH, no_parameters=True)
                # the settings' own query, on a connection that only reads
                names = tuple(only_read.exec_driver_sql(f"SELECT * FROM {source} WHERE 1 = 0").keys())  # noqa: S608
                chosen, ordered = choose(names)
                columns, order = (", ".join(quote(names[place]) for place in each) for each in (chosen, ordered))
                rows = only_read.exec_driver_sql(f"SELECT {columns} FROM {source} ORDER BY {order}")  # noqa: S608
                found: dict[int, Cells] = {place: [] for place in chosen}
                for batch in rows.partitions():
                    watch.came(len(batch))
                    for cells, values in zip(found.values(), zip(*batch, strict=True), strict=True):
                        cells.extend(map(text_of, values))
            return found

        return within(watch, select)

    def _opened(self, root: Path) -> sql.Engine:
        if address := self._address:
            return self._engine(address)
        with open_regular(root, self.default) as file:
            if not is_sqlite(file):
                raise broken(self.default, NOT_SQLITE)
        return sqlite_engine(safe_path(root, self.default))

    def _present(self, root: Path) -> bool:
        if self._address is None:
            return exists(root, self.default)
        engine, watch = self._engine(self._address), Watch(self.connections, where=self._where)

        def ask() -> bool:
            with connected(engine, watch, where=self._where) as connection:
                return not self.table or has_table(connection, self.table)

        return within(watch, ask)

    @property
    def _address(self) -> Secret[str] | None:
        return self.connections.addresses.get(self.source)

    @property
    def _where(self) -> str:
        """What errors call it."""
        if self._address is None:
            return self.default
        return f"database, table `{self.table}`" if self.table else "database"

    def _engine(self, address: Secret[str]) -> sql.Engine:
        from sqlalchemy import create_engine, make_url  # noqa: PLC0415 - takes half a second, and only who opens a database needs it
        from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError  # noqa: PLC0415 - the same

        try:
            url = make_url(address.reveal())
            if url.get_backend_name() == "sqlite":
                return sqlite_engine(url.database)
            return create_engine(url, hide_parameters=True)
        except (NoSuchModuleError, ImportError):
            what = "no driver for its kind of database is installed"
        except (SQLAlchemyError, ValueError):
            what = "it is no address of a database"
        raise SettingsError(
            "bad-setting",
            f"the address cannot be used: {what}",
            where=f"the address of the source `{self.source}`",
            fix="write it as SQLAlchemy does: kind://user:password@host/database",
        )


def text_of(value: object) -> str | None:
    """Return the text that stands for a value: None when empty, `NO_TEXT` when none does.

    A moment is civil time in Europe/London; one without a zone is that already.
    """
    text: str | None = NO_TEXT
    match value:
        case None:
            text = None
        case str():
            text = NO_TEXT if "\0" in value else value.strip(BLANKS) or None
        case bool():
            text = "TRUE" if value else "FALSE"
        case int():
            text = str(value)
        case float() if math.isfinite(value):
            text = plain_decimal(value)
        case Decimal() if value.is_finite():
            text = format(value, "f")
        case dt.datetime():
            with suppress(OverflowError, ValueError):  # at the ends of the calendar
                local = value.astimezone(_LONDON) if value.utcoffset() is not None else value
                text = f"{local:%Y-%m-%d %H:%M:%S}"
        case dt.date():
            text = value.isoformat()
    return text


def _extracted(path: str, read: Mapping[str, Cells], columns: Names, dictionaries: Names) -> Extracted:
    """Return ``columns`` of those that were ``read``, each of which counts for the digest."""
    readable = {name: [None if cell == NO_TEXT else cell for cell in read[name]] for name in columns}
    unreadable = [(row, name) for name in columns for row, cell in enumerate(read[name], 1) if cell == NO_TEXT]
    digest, size = _digest([*read.values()])
    return Extracted(
        path=path,
        bytes=size,
        sha256=digest,
        encoding="database",
        cells=text_columns(readable, dictionaries),
        rows=pa.array(range(1, len(next(iter(read.values()))) + 1), pa.int64()),
        problems=tuple(CellProblem(row, name, "unreadable-cell") for row, name in sorted(unreadable)),
    )


def _digest(columns: Sequence[Sequence[str | None]]) -> tuple[str, int]:
    """Return a digest of the rows, and how many bytes went into it; no cell can be taken for two."""
    digest = hashlib.sha256()
    size = 0
    for row in zip(*columns, strict=True):
        line = "".join("-" if cell is None else f"{len(cell)}:{cell}" for cell in row).encode("utf-8", "surrogatepass")
        digest.update(line + b"\n")
        size += len(line) + 1
    return digest.hexdigest(), size
