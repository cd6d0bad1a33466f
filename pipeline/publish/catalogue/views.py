"""What the pages say about a dataset, worked out from its publication: no markup here, and no clock.

Two facts depend on the day: whether the next release is overdue, and whether a month is over.  Each changes on one
day, so an unchanged night still writes nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from pipeline.metadata.listed import Listed
from pipeline.model.wording import day_in_words, figure
from pipeline.publish.catalogue.chart import Chart, draw_chart
from pipeline.publish.plan import period_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication, PublishedColumn, Release, ReleasedFile
    from pipeline.model.wording import Figure

_THOUSAND = 1000


class KeptFile(NamedTuple):
    """A month's file that the catalogue holds and that has no release here: name, size in bytes, sha256."""

    name: str
    bytes: int
    sha256: str


class OtherDataset(NamedTuple):
    """A dataset that the catalogue holds and that is not among those published now: folder and title."""

    name: str
    title: str


class Download(NamedTuple):
    """One file to download: its name, its size in words and in bytes, its sha256."""

    name: str
    size: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    """One published month: its name without the year, its rows ("" when not known), its files, a remark."""

    month: Period
    label: str
    name: str
    year: str
    rows: str
    files: dict[str, Download]
    remark: str


class YearView(NamedTuple):
    """The published months of a year, newest first."""

    year: str
    months: tuple[MonthView, ...]


class ColumnView(NamedTuple):
    """A published column, and the file that lists its codes ("" when it has none)."""

    column: PublishedColumn
    codelists: tuple[str, ...]


class QualityView(NamedTuple):
    """Quality figures: what each is called and counts, then a row of texts for each month, newest first."""

    figures: tuple[Figure, ...]
    months: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """Everything that the page of one dataset says, in words; ``facts`` is the publication itself."""

    facts: Publication
    last_published: str
    next_due: str
    overdue: bool
    due_words: str
    span: str
    rows: str
    years: tuple[YearView, ...]
    missing: tuple[str, ...]
    withdrawn: tuple[tuple[str, str], ...]
    held: tuple[tuple[str, str], ...]
    columns: tuple[ColumnView, ...]
    quality: QualityView | None
    chart: Chart | None

    @property
    def downloads(self) -> tuple[Download, ...]:
        """Return every file of every month, newest first."""
        return tuple(file for year in self.years for month in year.months for file in month.files.values())

    @property
    def listed(self) -> Listed:
        """Return what a catalogue for machines lists of it."""
        return Listed(self.facts, self.downloads, [month.month for year in self.years for month in year.months])

    def newest(self, kind: str) -> str:
        """Return the name of the newest file of a format, for the examples."""
        names = (month.files[kind].name for year in self.years for month in year.months if kind in month.files)
        return next(names, f"{self.facts.name}-2024-01.{kind}")


def view_dataset(publication: Publication, kept: Sequence[KeptFile] = ()) -> DatasetView:
    """Return what the page of a dataset says."""
    months = sorted((*_released(publication), *_kept_months(publication, kept)), key=_month_of, reverse=True)
    withdrawn, kind = publication.withdrawn, publication.period
    missing = {*publication.missing} - {view.month for view in months} - {*withdrawn}
    return DatasetView(
        facts=publication,
        last_published=day_in_words(publication.last_published),
        next_due=day_in_words(publication.next_due),
        overdue=publication.next_due is not None and publication.as_of > publication.next_due,
        due_words=_due_words(publication),
        span=kind.span_in_words([view.month for view in reversed(months)]) if months else "none yet",
        rows=f"{sum(release.rows for release in publication.releases):,}",
        years=tuple(YearView(year, tuple(group)) for year, group in groupby(months, key=lambda view: view.year)),
        missing=tuple(kind.span_in_words(run) for run in kind.runs(missing)),
        withdrawn=tuple(
            (kind.said(month), day_in_words(dt.date.fromisoformat(day))) for month, day in withdrawn.items()
        ),
        held=tuple((kind.said(held.month), held.reason) for held in sorted(publication.held)),
        columns=tuple(ColumnView(column, tuple(_codelists(publication, column))) for column in publication.columns),
        quality=_quality(publication),
        chart=draw_chart(kind, {release.month: release.rows for release in publication.releases}),
    )


def _due_words(publication: Publication) -> str:
    """Return which month is overdue and since when, in words; the month behind the last one that is out and over."""
    kind = publication.period
    over = [each.month for each in publication.releases if kind.has_ended(each.month, publication.as_of)]
    due = kind.said(kind.neighbour(max(over), 1)) if over else f"The next {kind.noun}"
    return f"{due} was due on {day_in_words(publication.next_due)} and is not out"


def size_in_words(size: int) -> str:
    """Return a number of bytes as people write it: `834 bytes`, `12 kB`, `1.2 MB`."""
    if size < _THOUSAND:
        return f"{size} byte" if size == 1 else f"{size} bytes"
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= _THOUSAND
        if amount < _THOUSAND - 0.5 or unit == "GB":
            break
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"  # noqa: PLR2004 - two digits are enough


def _month_of(view: MonthView) -> Period:
    return view.month


def _released(publication: Publication) -> Iterable[MonthView]:
    """Yield one view per release."""
    for release in publication.releases:
        files = {file.format: _download(file) for file in release.files}
        year, name = publication.period.heading(release.month)
        yield MonthView(
            month=release.month,
            label=publication.period.said(release.month),
            name=name,
            year=year,
            rows=f"{release.rows:,}",
            files={kind: files[kind] for kind in sorted(files)},
            remark=_remark(publication, release),
        )


def _remark(publication: Publication, release: Release) -> str:
    """Return what a reader has to know of a month: that it is not whole, or will not change any more."""
    if release.input_gone:
        return "stays as it was published: what it was made from is no longer held"
    kind = publication.period
    return "" if kind.has_ended(release.month, publication.as_of) else f"so far: this {kind.noun} is not over yet"


def _download(file: ReleasedFile | KeptFile) -> Download:
    return Download(file.name, size_in_words(file.bytes), file.sha256, file.bytes)


def _kept_months(publication: Publication, kept: Sequence[KeptFile]) -> Iterable[MonthView]:
    """Yield one view per month that the catalogue keeps and that has no release here."""
    released = {release.month for release in publication.releases}
    for month, group in groupby(sorted(kept), key=lambda file: period_of(publication.name, file.name)):
        files = {file.name.rpartition(".")[2]: _download(file) for file in group}
        if month not in released:
            year, name = publication.period.heading(month)
            yield MonthView(
                month=month,
                label=publication.period.said(month),
                name=name,
                year=year,
                rows="",
                files=files,
                remark="kept from an earlier release",
            )


def _codelists(publication: Publication, column: PublishedColumn) -> Iterator[str]:
    """Yield the addresses of a column's code lists beside the page."""
    yield from (path for name in column.codelists if (path := f"codelists/{name}.csv") in publication.extras)


def _quality(publication: Publication) -> QualityView | None:
    """Return the quality figures of every release as one table, or nothing when there are none."""
    releases = publication.releases
    names = tuple(dict.fromkeys(name for release in releases for name in release.quality))
    if not names:
        return None
    newest_first = sorted(releases, key=lambda release: release.month, reverse=True)
    return QualityView(
        tuple(figure(name) for name in names),
        tuple(
            (
                publication.period.said(release.month),
                tuple(f"{release.quality[name]:,}" if name in release.quality else "" for name in names),
            )
            for release in newest_first
        ),
    )
