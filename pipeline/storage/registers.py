"""Registers on disk: what each source entered, in a file of its own beside the state, which names it by its sha256.

A file is written once, when its source is read, and never again while the source stays as it is.  It is there before a
state names it; one that is named and lost is an error, never an empty register: that would be a lost protection.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import ItemsView, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pyarrow as pa

from pipeline.errors import StorageError
from pipeline.plain import read_plain
from pipeline.storage.atomic import replace_file, writing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_SCHEMA = pa.schema([("key", pa.string()), ("value", pa.string())])
_SUFFIX = ".arrow"
_COMPACT = pa.ipc.IpcWriteOptions(compression="zstd")


class Entered(Mapping[str, str]):
    """What one source entered in a register: a value by key, as two columns in the order of the keys.

    One that is kept on disk is read when it is first looked at.
    """

    __slots__ = ("_file", "_sha256", "_table")

    def __init__(self, content: pa.Table | Path) -> None:
        """Take over the columns, or the file that keeps them: its name is its sha256."""
        self._table: pa.Table | None = None if isinstance(content, Path) else content
        self._file: Path | None = content if isinstance(content, Path) else None
        self._sha256 = self._file.stem if self._file else ""

    @property
    def table(self) -> pa.Table:
        """The columns ``key`` and ``value``."""
        if self._table is None:
            self._table = _read(cast("Path", self._file))
        return self._table

    @property
    def error(self) -> StorageError | None:
        """What is wrong with the file that keeps it, None where nothing is."""
        try:
            _ = self.table
        except StorageError as error:
            return error
        return None

    @property
    def sha256(self) -> str:
        """The sha256 of the file that keeps it."""
        self._sha256 = self._sha256 or hashlib.sha256(self._content()).hexdigest()
        return self._sha256

    def keep(self, folder: Path) -> str:
        """Have it in ``folder``, whole and on the disk; return its sha256."""
        if self._file is None or self._file.parent != folder:
            replace_file(_file(folder, self.sha256), self._content())
        return self.sha256

    def _content(self) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, _SCHEMA, options=_COMPACT) as file:
            file.write_table(self.table.combine_chunks())
        return bytes(sink.getvalue().to_pybytes())

    def __getitem__(self, key: str) -> str:
        """Return the value of one key."""
        keys = self.table.column("key")
        place = bisect_left(range(len(keys)), key, key=lambda at: keys[at].as_py())
        if place == len(keys) or keys[place].as_py() != key:
            raise KeyError(key)
        return str(self.table.column("value")[place].as_py())

    def __iter__(self) -> Iterator[str]:
        """Yield the keys in their order."""
        return iter(self.table.column("key").to_pylist())

    def __len__(self) -> int:
        """Return how many keys there are."""
        return int(self.table.num_rows)

    def items(self) -> ItemsView[str, str]:
        """Return keys and values, both columns read at once."""
        return _Items(self)

    def __eq__(self, other: object) -> bool:
        """Say whether the other one holds the same."""
        if isinstance(other, Entered):
            return self.sha256 == other.sha256
        return dict(self.items()) == other

    __hash__ = None  # type: ignore[assignment] # as any mapping


class _Items(ItemsView[str, str]):
    def __init__(self, entered: Entered) -> None:
        super().__init__(entered)
        self._columns = entered.table.columns

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return zip(*(column.to_pylist() for column in self._columns), strict=True)


def entered(entries: Mapping[str, str]) -> Entered:
    """Return what a source entered as columns."""
    if isinstance(entries, Entered):
        return entries
    ordered = sorted(entries.items())
    columns = ([key for key, _ in ordered], [value for _, value in ordered])
    return Entered(pa.table([pa.array(column, pa.string()) for column in columns], schema=_SCHEMA))


def kept(folder: Path, sha256: Mapping[str, str]) -> dict[str, Entered]:
    """Return what is kept in ``folder``, by the name before each sha256; one that is lost is an error once it is read.

    A state that names it can still be saved: it goes on naming it.
    """
    return {name: Entered(_file(folder, each)) for name, each in sha256.items()}


def _file(folder: Path, sha256: str) -> Path:
    return folder / f"{sha256}{_SUFFIX}"


def _lost(file: Path) -> StorageError:
    return StorageError(
        "bad-state",
        "a register of protections is not there as it was written",
        where=str(file),
        fix="put the extract back that it was read from, or restore data/private from its backup; where there is "
        "neither, `pipeline recover`: it keeps what it can, and says what is forgotten",
    )


def sweep_registers(folder: Path, named: Collection[str]) -> None:
    """Remove the registers that no state names any more, and what a killed run left."""
    keep = {_file(folder, sha256) for sha256 in named}
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry not in keep:
            with writing(entry):
                entry.unlink(missing_ok=True)


def _read(file: Path) -> pa.Table:
    try:
        content = read_plain(file)
        if hashlib.sha256(content).hexdigest() == file.stem:
            return pa.ipc.open_file(pa.py_buffer(content)).read_all().select(_SCHEMA.names)
    except (OSError, pa.ArrowInvalid, KeyError):
        pass
    raise _lost(file)
