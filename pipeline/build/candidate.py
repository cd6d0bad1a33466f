"""Building the stale months of a dataset: each becomes a draft that is read back and checked before it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.build.corridor import Product, Told, build
from pipeline.build.run_context import digest
from pipeline.columns.arrays import plain, whole
from pipeline.errors import InputError, PipelineError, PrivacyError
from pipeline.extract.database.database import Database
from pipeline.extract.partition import joined, late_slice, own_slice, undated_slice
from pipeline.release.files import csv_blocks, parquet_blocks
from pipeline.release.leak_scan import Watched, check, read_back

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.build.due import Stale
    from pipeline.build.inventory import Survey
    from pipeline.build.run_context import Workplace
    from pipeline.extract.reader import Reader
    from pipeline.extract.reference import Reference
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Month
    from pipeline.model.tables import Extracted, RawTable
    from pipeline.storage.state import Built
    from pipeline.storage.store import Draft

#: Identifying columns are read a few at a time, so that memory stays bounded.
_COLUMNS_AT_ONCE = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """What building the months of one dataset needs."""

    work: Workplace
    dataset: Dataset
    reader: Reader
    found: Survey
    references: Mapping[str, Reference]


class Candidate(NamedTuple):
    """A month that was built, without its rows: the account of them, and the release that it would be."""

    stale: Stale
    told: Told
    built: Built
    draft: Draft


def raw_tables(bench: Bench, month: Month) -> list[tuple[Feed, RawTable]]:
    """Return the rows that ``month`` accounts for, one table a feed."""
    return [(feed, _raw_table(bench, feed, month)) for feed in bench.dataset.feeds]


def _raw_table(bench: Bench, feed: Feed, month: Month) -> RawTable:
    reader, found = bench.reader, bench.found
    own = found.own[feed.name][month]
    if isinstance(feed.source, Database):
        return joined([late_slice(reader.read(feed, feed.source.path, ""), month)], feed, feed.used)
    months = {path: each for each, path in found.own[feed.name].items()}
    late = [late_slice(reader.read(feed, path, months[path]), month) for path in found.late(feed, month)]
    return joined([own_slice(reader.read(feed, own, month), month, found.opened), *late], feed, feed.used)


def product_of(bench: Bench, month: Month, raws: Sequence[tuple[Feed, RawTable]]) -> Product:
    """Return what the rows of ``month`` come to."""
    work = bench.work
    return build(
        bench.dataset,
        raws,
        place=work.place(month, bench.references, restricted=bench.found.restricted(), payees=bench.found.payees()),
        schema=work.schema(bench.dataset),
        judge=work.settings.referee,
    )


def unplaced(bench: Bench) -> Product | None:
    """Return what the rows of a database that belong to no month came to; none of them is published."""
    for feed in bench.dataset.feeds:
        if isinstance(feed.source, Database) and bench.found.own[feed.name] is not None:
            if not bench.reader.files(feed):
                return None
            source = bench.reader.read(feed, feed.source.path, "")
            first = bench.work.settings.engagement.first_month
            rows = joined([undated_slice(source, tuple(bench.found.own[feed.name]), first)], feed, feed.used)
            product = product_of(bench, "", [(feed, rows)])
            if product.table.rows:
                raise PrivacyError("unjudged-row", "a row of no month would be published", where=f"feed `{feed.name}`")
            return product
    return None


def candidate(bench: Bench, stale: Stale) -> Candidate:
    """Return the release that a stale month would be, written beside the others, read back and checked.

    In a plan nothing is written: the same bytes are hashed, and the same text is checked.
    """
    work, dataset = bench.work, bench.dataset
    raws = raw_tables(bench, stale.month)
    product = product_of(bench, stale.month, raws)
    paths = [raw.paths for _, raw in raws]
    del raws
    name = f"{stale.month}-{_name(stale)}"
    files = {
        f"{dataset.name}-{stale.month}.csv": csv_blocks(product.table),
        f"{dataset.name}-{stale.month}.parquet": parquet_blocks(product.table, work.file_facts(dataset)),
    }
    if work.writes:
        draft = work.store.build(dataset.name, name, files=files, references=product.table.references)
    else:
        draft = work.store.weigh(dataset.name, name, files=files)
    try:
        check_for_leaks(bench, product, draft, paths=paths, where=f"dataset `{dataset.name}`, {stale.month}")
    except PipelineError:
        if work.writes:
            draft.discard()
        raise
    built = draft.described(rows=product.table.rows, released_on=work.as_of, quality=product.told.quality)
    return Candidate(stale, product.told, built, draft)


def _name(stale: Stale) -> str:
    return digest([dict(stale.inputs), dict(stale.made_from)])[:12]


def check_for_leaks(
    bench: Bench, product: Product, draft: Draft, *, paths: Sequence[Sequence[str]], where: str
) -> None:
    """Stop unless no identifying cell of a row stands in the text that was written for that row."""
    columns = tuple(dict.fromkeys(name for feed in bench.dataset.feeds for name in feed.open_text))
    if not columns or not product.table.rows:
        return
    texts = read_back(draft.files, columns) if bench.work.writes else [_as_written(product, columns)]
    check(texts[0], _watched(bench, product, paths), where=where)


def _as_written(product: Product, columns: Sequence[str]) -> pa.Table:
    text = product.table.text
    return pa.table({name: whole(text.column(name)).cast(pa.string()) for name in columns})


def _watched(bench: Bench, product: Product, paths: Sequence[Sequence[str]]) -> Iterator[Watched]:
    """Yield the identifying cells of every source of published rows, a few columns at a time.

    They come from the very bytes that the rows came from: a source that changed meanwhile is an error.
    """
    table = product.table
    for number, feed in enumerate(bench.dataset.feeds):
        for place, path in enumerate(paths[number]):
            positions = np.flatnonzero((table.feed == number) & (table.source == place))
            if len(positions):
                for extracted, columns in _identifying(bench, feed, path):
                    numbers = np.asarray(extracted.rows)
                    released = np.full(int(numbers.max(initial=0)) + 1, -1)
                    released[table.row[positions]] = positions
                    for column in columns:
                        cells = plain(whole(extracted.cells.column(column)))
                        yield Watched(feed.name, column, released[numbers], cells)
                    del extracted, cells  # before the next columns are read


def _identifying(bench: Bench, feed: Feed, path: str) -> Iterator[tuple[Extracted, tuple[str, ...]]]:
    """Yield the identifying columns of a source, and make sure that it is the one that was built from."""
    every = feed.identifying
    if isinstance(feed.source, Database):  # the used columns come with them in one query, to be compared
        extracted = bench.reader.columns(feed, path, tuple(dict.fromkeys((*feed.used, *every))))
        before = bench.reader.read(feed, path, "").extracted
        pairs = [(whole(extracted.cells.column(name)), whole(before.cells.column(name))) for name in feed.used]
        _refuse_changed(path, same=all(plain(now).equals(plain(then)) for now, then in pairs))
        yield extracted, every
        return
    for start in range(0, len(every), _COLUMNS_AT_ONCE):
        columns = every[start : start + _COLUMNS_AT_ONCE]
        # a row without any of these would look like a blank line; a used column tells it from one
        extracted = bench.reader.columns(feed, path, tuple(dict.fromkeys((*columns, *feed.used[:1]))))
        _refuse_changed(path, same=extracted.sha256 == bench.found.receipts[feed.name][path].sha256)
        yield extracted, columns
        del extracted  # before the next columns are read


def _refuse_changed(path: str, *, same: bool) -> None:
    if not same:
        raise InputError(
            "changed-while-read",
            "the source changed while a release was made from it",
            where=path,
            fix="run again when the export has finished",
        )
