"""A connection that only reads, errors that hold no cell and no address, and how long a database may take.

It may take so long until its first row, and as a whole.  The query runs in a thread of its own, so that the run goes on
even where a driver cannot be interrupted.
"""

from __future__ import annotations

import contextlib
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sql

    from pipeline.model.source import Connections


_Made = TypeVar("_Made")
#: How long a query that was interrupted may take to end, in seconds, before it is left alone.
_GRACE_S = 2.0
_BUSY = ("locked", "busy")


class Watch:
    """What is known of a query under way: whether its first row has come, and how it can be interrupted."""

    def __init__(self, limits: Connections, *, where: str) -> None:
        """Begin before the connection is made; ``where`` is what errors call the database."""
        self.limits = limits
        self.begun = threading.Event()
        self.where = where
        self._connection: object = None
        self._rows = 0

    def connected(self, connection: sql.Connection) -> None:
        """Keep the driver's own connection, and tell a PostgreSQL server the limit as well."""
        self._connection = connection.connection.dbapi_connection
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET statement_timeout = {self.limits.query_seconds * 1000}")

    def came(self, rows: int) -> None:
        """Count rows that came; more than any extract has raise `InputError` ``database-endless``."""
        self.begun.set()
        self._rows += rows
        if self._rows > self.limits.most_rows:
            raise self.endless(f"more than {self.limits.most_rows:,} rows")

    def interrupt(self) -> None:
        """Interrupt the query, as far as the driver can do that from another thread."""
        for name in ("interrupt", "cancel"):
            call = getattr(self._connection, name, None)
            if callable(call):
                with contextlib.suppress(Exception):
                    call()

    def endless(self, amount: str) -> InputError:
        """Return the error for a query that does not end."""
        what = f"the table gave {amount} and had not ended: it may be a view that never ends"
        fix = "ask those who run the database; the limits are `query_seconds` and `most_rows` in [sources]"
        return InputError("database-endless", what, where=self.where, fix=fix)


def within(watch: Watch, work: Callable[[], _Made]) -> _Made:
    """Return what ``work`` returns, or raise what it raises, within the limits of ``watch``."""
    made: list[_Made] = []
    failed: list[BaseException] = []
    ended = threading.Event()

    def run() -> None:
        try:
            made.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            failed.append(error)
        finally:
            ended.set()
            watch.begun.set()

    started = time.monotonic()
    threading.Thread(target=run, daemon=True, name="database").start()
    try:
        if not watch.begun.wait(watch.limits.first_row_seconds):
            what = f"no row came within {watch.limits.first_row_seconds} seconds"
            fix = "ask those who run the database; where it is always so slow, see `first_row_seconds` in [sources]"
            raise InputError("database-slow", what, where=watch.where, fix=fix)
        if not ended.wait(max(started + watch.limits.query_seconds - time.monotonic(), 0)):
            raise watch.endless(f"more than {watch.limits.query_seconds} seconds")
    finally:
        if not ended.is_set():
            watch.interrupt()
            ended.wait(_GRACE_S)
    if failed:
        raise failed[0]
    return made[0]


@contextmanager
def connected(
    engine: sql.Engine, watch: Watch, *, where: str, damaged: str = "it is damaged, or no database"
) -> Iterator[sql.Connection]:
    """Give a connection that only reads; whatever goes wrong with it becomes an error of ours.

    ``damaged`` says what is wrong with a database that answers otherwise than it should.
    """
    from sqlalchemy.exc import OperationalError, SQLAlchemyError  # noqa: PLC0415 - takes half a second, and only who opens a database needs it

    try:
        with engine.connect().execution_options(postgresql_readonly=True) as connection:
            watch.connected(connection)
            yield connection
    except OperationalError as error:
        if any(word in str(error.orig).lower() for word in _BUSY):  # its text is looked at, never shown
            what, fix = "the database is locked by another program", "run again in a while"
            raise InputError("database-busy", what, where=where, fix=fix) from None
        what = "the database cannot be reached or does not let us read"
        fix = "check its address, that it is running, and that the account may read the table"
        raise InputError("database-unusable", what, where=where, fix=fix) from None
    except (SQLAlchemyError, ValueError, ArithmeticError, OSError):  # what drivers raise themselves; may hold a cell
        raise broken(where, damaged) from None
    finally:
        engine.dispose()


def has_table(connection: sql.Connection, table: str) -> bool:
    """Return whether a database has a table or a view, which may be named with its schema."""
    from sqlalchemy import inspect  # noqa: PLC0415 - the same

    schema, _, name = table.rpartition(".")
    return inspect(connection).has_table(name, schema=schema or None)


def broken(where: str, what: str) -> InputError:
    """Return the error for a database of which nothing can be made."""
    fix = "have it exported again, whole"
    return InputError("broken-database", f"the database cannot be read: {what}", where=where, fix=fix)
