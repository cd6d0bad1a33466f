"""A connection that only reads, and errors that hold no cell and no address."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sql

    from pipeline.extract.database.patience import Watch

_BUSY = ("locked", "busy")


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
        raise _unusable(str(error.orig), where) from None
    except (SQLAlchemyError, ValueError, ArithmeticError, OSError):  # what drivers raise themselves; may hold a cell
        raise broken(where, damaged) from None
    finally:
        engine.dispose()


def has_table(connection: sql.Connection, table: str) -> bool:
    """Return whether a database has a table or a view, which may be named with its schema."""
    from sqlalchemy import inspect  # noqa: PLC0415 - the same

    schema, _, name = table.rpartition(".")
    inspected = inspect(connection)
    return inspected.has_table(name, schema=schema or None)


def no_table(table: str, where: str) -> InputError:
    """Return the error for a table that is not there."""
    fix = "correct the address, or the table's name in the dataset's declaration or in its mapping"
    return InputError("missing-table", f"the database has no table `{table}`", where=where, fix=fix)


def _unusable(text: str, where: str) -> InputError:
    """Return the error for a database that does not answer; ``text`` is looked at, never shown."""
    if any(word in text.lower() for word in _BUSY):
        return InputError(
            "database-busy", "the database is locked by another program", where=where, fix="run again in a while"
        )
    what = "the database cannot be reached or does not let us read"
    fix = "check its address, that it is running, and that the account may read the table"
    return InputError("database-unusable", what, where=where, fix=fix)


def broken(where: str, what: str) -> InputError:
    """Return the error for a database of which nothing can be made."""
    return InputError(
        "broken-database", f"the database cannot be read: {what}", where=where, fix="have it exported again, whole"
    )
