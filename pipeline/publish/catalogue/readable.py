"""Which releases can be read for a page: those whose rows are there, with the columns that the page is about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication, Release
    from pipeline.storage.looked import Looked

_Made = TypeVar("_Made")


def readable(
    publication: Publication | None, columns: Collection[str], looked: Looked | None = None
) -> Iterator[tuple[Period, Path]]:
    """Yield the Parquet file of each release that has these columns, the newest first; none of a plan has files.

    What ``looked`` knows of a file that nobody touched is not asked of the file again.
    """
    for release in sorted(publication.releases if publication else (), key=lambda each: each.month, reverse=True):
        if path := file_of(release, "parquet"):
            names = looked.of("columns", path, partial(_columns, path)) if looked else _columns(path)
            if {*columns} <= {*names.split("\n")}:
                yield release.month, path


def file_of(release: Release, kind: str) -> Path | None:
    """Return the file of a release in a format, None where it is not there, as in a plan."""
    path = next((file.path for file in release.files if file.format == kind), None)
    return path if path is not None and path.is_file() else None


def unless_damaged(read: Callable[[], _Made], *or_else: type[Exception]) -> _Made | None:
    """Return what is read of a file, None where that is damaged: whoever publishes it says so.

    ``or_else`` are further errors that cells of a damaged file can end in.
    """
    try:
        return read()
    except (pa.ArrowException, OSError, *or_else):
        return None


def rows_of(path: Path, columns: Sequence[str]) -> pa.Table:
    """Return some columns of a Parquet file, its texts as places among their values; as one file, by one thread.

    What the library does for many files at once takes longer for one, and more room.
    """
    with pq.ParquetFile(plain(path), read_dictionary=list(columns)) as file:
        return file.read(columns=list(columns), use_threads=False).select(list(columns)).unify_dictionaries()


def any_readable(
    publications: Sequence[Publication], wanted: Collection[tuple[str, Collection[str]]], looked: Looked
) -> bool:
    """Return whether a release of each wanted dataset can be read, with the columns named."""
    known = {publication.name: publication for publication in publications}
    return all(next(readable(known.get(name), columns, looked), None) for name, columns in wanted)


def _columns(path: Path) -> str:
    """Return the names of a file's columns, one a line; none of a file that cannot be read."""
    return unless_damaged(lambda: "\n".join(pq.read_schema(plain(path)).names)) or ""
