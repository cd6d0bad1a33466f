"""Showing the cells of bad rows to the person who may see them: from the raw file to a terminal, never kept."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from pipeline.build.run_context import Workplace
from pipeline.errors import InputError, PipelineError
from pipeline.extract.partition import digest_of_rows
from pipeline.extract.reader import anew
from pipeline.model.periods import NO_PERIOD
from pipeline.settings.key import sample_key
from pipeline.storage.quarantine import row_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.extract.reader import Reader
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Period
    from pipeline.model.reasons import Quarantined
    from pipeline.settings.settings import Settings


def reveal(
    settings: Settings,
    dataset: Dataset,
    months: Sequence[tuple[Period, Mapping[str, str], Sequence[Quarantined]]],
) -> Iterator[str]:
    """Yield the cell behind each reason, read from the raw file now; a file that has changed is refused."""
    work = Workplace(
        settings=settings, key=sample_key(), as_of=dt.date.min, sample=False, writes=False, say=lambda _: None
    )
    reader = work.reader
    feeds = {feed.name: feed for feed in dataset.feeds}
    for month, files, rows in months:
        for path in sorted({row.path for row in rows}):
            wanted = [row for row in rows if row.path == path and row.column in feeds[row.feed].declared]
            if wanted:
                feed = feeds[wanted[0].feed]
                if not _same(reader, feed, path, files, month=month):
                    raise _changed(path)
                yield from _cells(reader, feed, path, wanted)


def _same(reader: Reader, feed: Feed, path: str, files: Mapping[str, str], *, month: Period) -> bool:
    """Return whether a source still holds the rows that were put into quarantine."""
    try:
        if not feed.source.whole:
            return feed.source.sha256(reader.root, path, anew) == files.get(path)
        source = reader.read(feed, path, "")
        if month == NO_PERIOD:
            return source.extracted.sha256 == files.get(path)
        found = digest_of_rows(source, month, held_before="", dated_by=feed.dated_by)
        name = f"{path}#{month}"
        return (found.rows, found.numbers) == (files.get(name), files.get(row_numbers(name)))
    except PipelineError:
        return False


def _changed(path: str) -> InputError:
    return InputError(
        "file-changed",
        "the source has changed since its rows were put into quarantine",
        where=path,
        fix="run `pipeline publish` again, then look at the new list",
    )


def _cells(reader: Reader, feed: Feed, path: str, rows: Sequence[Quarantined]) -> Iterator[str]:
    columns = tuple(dict.fromkeys(row.column for row in rows))
    extracted = reader.columns(feed, path, columns)
    numbers = np.asarray(extracted.rows)
    for each in sorted(rows, key=lambda each: (each.row, each.column)):
        place = int(np.searchsorted(numbers, each.row))
        if place < len(numbers) and numbers[place] == each.row:
            cell = extracted.cells[each.column][place].as_py()
            shown = "(empty)" if cell is None else repr(cell)
            yield f"{path}, row {each.row:,}, column {feed.in_words(each.column)}: {each.code}: {shown}"
