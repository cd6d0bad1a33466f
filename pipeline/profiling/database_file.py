"""SQLite files: their tables and views."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import InputError
from pipeline.extract.database.sqlite import sqlite_engine
from pipeline.profiling.grid import Table, gather

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def read_database(path: Path, *, where: str) -> list[Table]:
    """Return what each table and view of a SQLite file holds; nothing is written."""
    engine = sqlite_engine(path)
    try:
        with engine.connect() as connection:
            seen = sql.inspect(connection)
            names = [*seen.get_table_names(), *seen.get_view_names()]
            return [_table(connection, name, [each["name"] for each in seen.get_columns(name)]) for name in names]
    except SQLAlchemyError:  # its text may hold a cell
        raise InputError(
            "broken-database", "the SQLite file is damaged", where=where, fix="have it copied again"
        ) from None
    finally:
        engine.dispose()


def _table(connection: sql.Connection, name: str, columns: Sequence[str]) -> Table:
    return gather(_rows(connection, name, columns), Table(name=name, names=tuple(columns)))


def _rows(connection: sql.Connection, name: str, columns: Sequence[str]) -> Iterator[Sequence[str]]:
    every: sql.Select[*tuple[object, ...]] = sql.select(*map(sql.column, columns)).select_from(sql.table(name))
    for row in connection.execution_options(stream_results=True).execute(every):
        yield ["" if value is None or isinstance(value, bytes) else str(value) for value in row]
