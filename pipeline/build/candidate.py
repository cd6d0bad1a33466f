"""Building the stale periods of a dataset: each becomes a draft that is read back and checked."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.build.corridor import BuildReport, BuildResult, build
from pipeline.build.drafted import drafted
from pipeline.build.protected.kept_back import kept_back
from pipeline.build.protected.points import points_of, released_places
from pipeline.build.remember import folders
from pipeline.build.run_context import digest
from pipeline.columns.arrays import plain, whole
from pipeline.errors import PrivacyError
from pipeline.extract.partition import joined, late_slice, own_slice, undated_slice
from pipeline.release.leak_scan import Watched, check, not_of_rows, read_back

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pipeline.build.inputs import DatasetInputs, Stale
    from pipeline.model.declaration import Feed
    from pipeline.model.periods import Period
    from pipeline.model.release import Scanned
    from pipeline.model.tables import RawTable
    from pipeline.storage.draft import Draft, PassedDraft
    from pipeline.storage.state import Built


class CandidateRelease(NamedTuple):
    """A period that was built: the report on its rows, and the release that it may become."""

    stale: Stale
    report: BuildReport
    built: Built
    draft: PassedDraft


def raw_tables(inputs: DatasetInputs, month: Period) -> list[tuple[Feed, RawTable]]:
    """Return the raw rows of ``month``, one table a feed."""
    return [(feed, _raw_table(inputs, feed, month)) for feed in inputs.dataset.feeds]


def _raw_table(inputs: DatasetInputs, feed: Feed, month: Period) -> RawTable:
    reader, survey = inputs.reader, inputs.survey
    if whole := feed.source.whole:
        return joined([late_slice(reader.read(feed, whole, ""), month)], feed, feed.carried)
    months = survey.own[feed.name]
    own = [own_slice(reader.read(feed, path, month), month, survey.opened) for path in survey.of_month(feed, month)]
    late = [late_slice(reader.read(feed, path, months[path]), month) for path in survey.late(feed, month)]
    return joined([*own, *late], feed, feed.carried)


def product_of(
    inputs: DatasetInputs, month: Period, raws: Sequence[tuple[Feed, RawTable]], *, kept_back: Collection[str] = ()
) -> BuildResult:
    """Return the build result of the raw rows of ``month``."""
    work = inputs.work
    return build(
        inputs.dataset,
        raws,
        context=work.context(
            inputs.dataset,
            month,
            inputs.references_of(month),
            registers=inputs.survey.combined,
            file_months=inputs.survey.file_months,
            released_places=released_places(inputs, month),
            kept_back=kept_back,
        ),
        schema=work.schema(inputs.dataset),
        judge=work.settings.referee,
    )


def unplaced(inputs: DatasetInputs) -> BuildResult | None:
    """Return the build result of database rows without a period; raise `PrivacyError` if one would be published."""
    for feed in inputs.dataset.feeds:
        if whole := feed.source.whole:
            if not inputs.reader.files(feed):
                return None
            source, first = inputs.reader.read(feed, whole, ""), inputs.reader.first_month(feed)
            rows = joined(
                [undated_slice(source, tuple(inputs.survey.own[feed.name].values()), first)], feed, feed.carried
            )
            product = product_of(inputs, "", [(feed, rows)])
            if product.table.rows:
                raise PrivacyError(
                    "unjudged-row", "a row of no month would be published", where=f"extract `{feed.name}`"
                )
            return product
    return None


def whole_sources(inputs: DatasetInputs) -> dict[str, str]:
    """Return the digest of each extract that holds every month, by path."""
    return {
        whole: inputs.reader.read(feed, whole, "").extracted.sha256
        for feed in inputs.dataset.feeds
        if (whole := feed.source.whole)
    }


def candidate(inputs: DatasetInputs, stale: Stale) -> CandidateRelease:
    """Return the candidate release of a stale period, written as a draft, read back and checked for leaks.

    A plan writes nothing: it hashes the same bytes and checks the same text.
    """
    work, dataset = inputs.work, inputs.dataset
    raws = raw_tables(inputs, stale.month)
    product = product_of(inputs, stale.month, raws, kept_back=kept_back(inputs, stale))
    paths = [raw.paths for _, raw in raws]
    del raws
    where = f"dataset `{dataset.name}`, {stale.month}"
    passed = drafted(
        work,
        dataset,
        stale.month,
        product.table,
        references=inputs.references_of(stale.month),
        number=_name(inputs, stale),
        check=lambda draft, beside: check_for_leaks(inputs, product, draft, paths=paths, where=where, beside=beside),
    )
    built = passed.described(rows=product.table.rows, released_on=work.as_of, quality=product.report.quality)
    points = points_of(inputs.references_of(stale.month))
    built = replace(built, made_from=dict(stale.made_from), points=points, totals=product.report.totals)
    return CandidateRelease(stale, product.report, built, passed)


def _name(inputs: DatasetInputs, stale: Stale) -> str:
    """Return the name of a build, different from that of every other build of its period.

    Folders in use are part of it, because a decision can change the rows of the same extracts.
    """
    taken = folders([inputs.months[stale.month]]) if stale.month in inputs.months else ()
    return digest([dict(stale.inputs), dict(stale.made_from), *taken])[:12]


def check_for_leaks(
    inputs: DatasetInputs,
    product: BuildResult,
    draft: Draft,
    *,
    paths: Sequence[Sequence[str]],
    where: str,
    beside: Mapping[str, pa.Array] = MappingProxyType({}),
) -> Scanned:
    """Return the result of the scan; raise `PrivacyError` if an identifying cell of a row is in that row's open text.

    ``beside`` are the texts of further files, which belong to no row.
    """
    columns = inputs.dataset.open_text
    new = not_of_rows(beside, product.table.text)
    if not (columns or any(map(len, new.values()))) or not product.table.rows:
        return check(pa.table({}), (), where=where, files=draft.files, beside=new)
    texts = pa.table({})
    if columns:
        texts = read_back(draft.files, columns)[0] if inputs.work.writes else _as_written(product, columns)
    return check(texts, _watched(inputs, product, paths), where=where, files=draft.files, beside=new)


def _as_written(product: BuildResult, columns: Sequence[str]) -> pa.Table:
    text = product.table.text
    return pa.table({name: whole(text.column(name)).cast(pa.string()) for name in columns})


def _watched(inputs: DatasetInputs, product: BuildResult, paths: Sequence[Sequence[str]]) -> Iterator[Watched]:
    """Yield the identifying cells of every source of published rows, one column at a time."""
    table = product.table
    for number, feed in enumerate(inputs.dataset.feeds):
        for source, path in enumerate(paths[number]):
            positions = np.flatnonzero((table.feed == number) & (table.source == source))
            for extracted in inputs.reader.watchlist(feed, path) if len(positions) else ():
                numbers = np.asarray(extracted.rows)
                released = np.full(int(numbers.max(initial=0)) + 1, -1)
                released[table.row[positions]] = positions
                for column, cells in extracted.cells.items():
                    shown_in = feed.shown_in.get(column, ())
                    yield Watched(feed.name, column, released[numbers], plain(cells), shown_in)
                del extracted  # before the next columns are read
