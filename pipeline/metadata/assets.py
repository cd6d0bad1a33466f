"""What datasets about datasets say, and what a catalogue lists of one.

The inventory says what is held, published or not.  The scorecard says how a dataset does against the five complaints
about open data: registration, formats, PDF, age, unexplained columns.  Its newest period that was over when it came
out is scored, by its first release.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.model.periods import MONTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.periods import Period
    from pipeline.model.release import CatalogueRecord, Publication, Release, ReleasedFile

PUBLISHED = "Published"


class Asset(NamedTuple):
    """A row of an inventory, but for its snapshot; what does not go with an asset is empty."""

    title: str
    publisher: str
    kind: str
    status: str
    dataset: str = ""
    description: str = ""
    licence: str = ""
    frequency: str = ""
    first_period: str = ""
    last_period: str = ""
    planned_for: str = ""
    charge: str = ""
    reasons: str = ""
    web_address: str = ""
    holds_personal_data: str = "false"

    @property
    def anchor(self) -> str:
        """The name of its row on a page: title and publisher name an asset."""
        return f"asset-{hashlib.sha256(f'{self.title} {self.publisher}'.encode()).hexdigest()[:12]}"

    @property
    def said(self) -> str:
        """What there is to say of its status, in words."""
        month = f"for {MONTH.said(self.planned_for)}" if self.planned_for else ""
        charge = f"£{self.charge}" if self.charge else ""
        return "; ".join(filter(None, (month, charge, self.reasons)))


def asset_of(record: CatalogueRecord) -> Asset:
    """Return the row of a dataset, with the periods of its releases unless it lists datasets itself."""
    periods = sorted(release.month for release in record.facts.releases) if record.facts else []
    ends = (record.kind.only,) * 2 if record.lists_datasets else (periods[0], periods[-1]) if periods else ("", "")
    often = "When something changes" if record.kind.only else record.kind.frequency.capitalize()
    often = "When the register changes" if record.kind.register else often
    status = PUBLISHED if record.is_published else "Planned"
    words = (record.name, record.description, record.licence, often, *ends)
    return Asset(record.title, record.publisher, "Dataset", status, *words)


class Listed(NamedTuple):
    """A publication as a catalogue lists it: all files that stand beside its page, and the periods that they are of."""

    publication: Publication
    files: Sequence[ReleasedFile]
    periods: Sequence[Period]

    @property
    def span(self) -> tuple[str, str] | None:
        """The first and the last published month, or nothing."""
        first, last = self.publication.period.span(self.periods)
        return (first[:7], last[:7]) if first else None


#: Formats that anybody may read with any program, by their media type (IANA).
_OPEN: Final = frozenset(
    (
        *("text/csv", "application/vnd.apache.parquet", "application/geo+json", "application/json"),
        *("text/calendar", "application/atom+xml", "text/html"),
    )
)


class Scored(NamedTuple):
    """How a dataset does: its formats, days until it was out, columns; ``days`` is None where nothing is promised.

    ``overdue`` is what a page knows on its day; a released table does not follow the calendar.
    """

    name: str
    period: Period
    formats: Sequence[str]
    closed: Sequence[str]
    days: int | None
    promised: int
    columns: int
    described: int
    sources: int
    overdue: bool = False

    @property
    def fresh(self) -> bool:
        """Whether it was out as soon as was promised, if anything was, and nothing is overdue."""
        return not self.overdue and (self.days is None or self.days <= self.promised)

    @property
    def is_described(self) -> bool:
        """Whether each column is described, and says where it comes from."""
        return self.columns == self.described == self.sources

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of it, in the order of `COLUMNS`; what is not promised is blank."""
        promised = (self.days, self.promised, self.fresh) if self.days is not None else ("",) * 3
        columns = (self.columns, self.described, self.is_described)
        cells = (True, not self.closed, bool(self.formats), *promised, *columns)
        return (self.name, self.period, *(str(cell).lower() for cell in cells))


#: What the row of a dataset says.
COLUMNS: Final = (
    *("dataset", "period", "no_registration", "open_formats", "no_pdf", "days", "promised_days", "fresh"),
    *("columns", "columns_described", "well_described"),
)


def score_of(facts: Publication) -> Scored:
    """Return the score of a dataset of which a release stands."""
    newest = newest_over(facts)
    endings = sorted({file.format for file in newest.files}, key=[*facts.formats].index)
    open_ones = open_formats(facts, newest)
    closed = [facts.formats[each].title for each in endings if facts.formats[each].title not in open_ones]
    days = published_after(facts, newest.month)
    described, sources = (
        sum(bool(getattr(column, word)) for column in facts.columns) for word in ("description", "source")
    )
    columns = (len(facts.columns), described, sources)
    return Scored(facts.name, newest.month, open_ones, closed, days, facts.promised_days, *columns)


def newest_over(facts: Publication) -> Release:
    """Return the newest release whose period was over when it came out, the newest of all where there is none."""
    over = [release for release in facts.releases if facts.period.has_ended(release.month, release.released_on)]
    return max(over or facts.releases, key=lambda each: each.month)


def published_after(facts: Publication, period: Period) -> int | None:
    """Return how many days after its end a period was first out, None where its kind has no end that promises one."""
    first = facts.issued(period)
    kind = facts.period
    if kind.register or kind.only or not first:
        return None
    days = (dt.date.fromisoformat(first) - kind.last_day(period)).days
    return max(days, 0)


def open_formats(facts: Publication, release: Release) -> list[str]:
    """Return the titles of the open formats of a release."""
    found = {file.format for file in release.files}
    return [kind.title for kind in facts.formats.values() if kind.ending in found and kind.media_type in _OPEN]
