"""A table of a relational database: only the named table, only the asked columns, and never a write.

An address may hold a password, and a database's own errors may hold cells: neither ever reaches a message.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

import pyarrow as pa

from pipeline.errors import SettingsError
from pipeline.extract.database.connected import Watch, broken, connected, has_table, no_table, within
from pipeline.extract.database.sqlite import BESIDE, NOT_SQLITE, is_sqlite, sqlite_engine, sqlite_file
from pipeline.extract.database.texts import NO_TEXT, text_of
from pipeline.extract.given import Given, text_columns
from pipeline.extract.header import match_header
from pipeline.extract.paths import below, exists, open_regular, safe_path
from pipeline.model.source import Form
from pipeline.model.tables import CellProblem, Extracted
from pipeline.settings.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import sqlalchemy as sql

    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Address, Connections, Names, Remember

    #: Says of the names of all columns which are asked for, by their places.
    Choose = Callable[[Sequence[str]], Sequence[int]]

_BATCH = 5_000
_USUAL = Sources()


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
        asked = Asked(path, self.table, self.key, tuple(columns), tuple(declared), tuple(dictionaries))
        engine, where = self._opened(root)
        watch = Watch(self.connections, where=where)
        return within(watch, lambda: _extracted(_read(engine, asked, watch, where=where), asked))

    def read_chosen(self, root: Path, path: str, query: str, choose: Choose) -> Extracted:
        """Return the columns of the table, or of what a ``query`` selects, that ``choose`` chooses of all their names.

        They are called by their places; rows come in the order of all columns.
        """
        engine, where = self._opened(root)
        watch = Watch(self.connections, where=where)
        asked = Asked(path, self.table, "", (), ())
        return within(watch, lambda: _read_chosen(engine, asked, query, choose, watch, where=where))

    def _opened(self, root: Path) -> tuple[sql.Engine, str]:
        """Return what opens the database, and what errors call it."""
        if address := self._address:
            return self._engine(address), self._where
        with open_regular(root, self.default) as file:
            if not is_sqlite(file):
                raise broken(self.default, NOT_SQLITE)
        return sqlite_engine(safe_path(root, self.default)), self.default

    def _present(self, root: Path) -> bool:
        if self._address is None:
            return exists(root, self.default)
        engine, watch = self._engine(self._address), Watch(self.connections, where=self._where)

        def ask() -> bool:
            with connected(engine, watch, where=self._where) as connection:
                return not self.table or has_table(connection, self.table)

        return within(watch, ask)

    @property
    def _address(self) -> Address | None:
        return self.connections.address(self.source)

    @property
    def _where(self) -> str:
        return f"database, table `{self.table}`" if self.table else "database"

    def _engine(self, address: Address) -> sql.Engine:
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


class Asked(NamedTuple):
    """What is asked of one table, which receipts call ``path``; ``key`` orders its rows."""

    path: str
    table: str
    key: str
    columns: tuple[str, ...]
    declared: tuple[str, ...]
    dictionaries: tuple[str, ...] = ()


def _read_chosen(
    engine: sql.Engine, asked: Asked, query: str, choose: Choose, watch: Watch, *, where: str
) -> Extracted:
    damaged = "it does not understand the query of the mapping, or is damaged" if query else "it is damaged"
    with connected(engine, watch, where=where, damaged=damaged) as connection:
        if asked.table and not has_table(connection, asked.table):
            raise no_table(asked.table, where)
        schema, _, name = asked.table.rpartition(".")
        quote = connection.dialect.identifier_preparer.quote
        source = f"({query}) AS export" if query else ".".join(map(quote, filter(None, (schema, name))))
        only_read = connection.execution_options(yield_per=_BATCH, no_parameters=True)
        # the settings' own query, on a connection that only reads
        names = tuple(only_read.exec_driver_sql(f"SELECT * FROM {source} WHERE 1 = 0").keys())  # noqa: S608
        chosen = tuple(choose(names))
        columns, order = (", ".join(quote(names[place]) for place in places) for places in (chosen, range(len(names))))
        rows = only_read.exec_driver_sql(f"SELECT {columns} FROM {source} ORDER BY {order}")  # noqa: S608
        places = tuple(map(str, chosen))
        batches = []
        for batch in rows.partitions():
            watch.came(len(batch))
            batches.append(_as_text(batch, places))
    return _extracted(batches, asked._replace(columns=places, declared=places))


def _read(engine: sql.Engine, asked: Asked, watch: Watch, *, where: str) -> Sequence[Mapping[str, list[str | None]]]:
    import sqlalchemy as sql  # noqa: PLC0415 - the same

    with connected(engine, watch, where=where) as connection:
        if not has_table(connection, asked.table):
            raise no_table(asked.table, where)
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
    return {name: [text_of(value) for value in column] for name, column in zip(names, columns, strict=True)}


def _extracted(batches: Sequence[Mapping[str, list[str | None]]], asked: Asked) -> Extracted:
    names = asked.columns or asked.declared[:1]
    cells = {name: [cell for batch in batches for cell in batch[name]] for name in names}
    readable = {name: [None if cell == NO_TEXT else cell for cell in cells[name]] for name in asked.columns}
    unreadable = [(row, name) for name in asked.columns for row, cell in enumerate(cells[name], 1) if cell == NO_TEXT]
    digest, size = _digest([cells[name] for name in names])
    return Extracted(
        path=asked.path,
        bytes=size,
        sha256=digest,
        encoding="database",
        cells=text_columns(readable, asked.dictionaries),
        rows=pa.array(range(1, len(cells[names[0]]) + 1), pa.int64()),
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
