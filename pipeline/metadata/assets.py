"""What an inventory says of a dataset, and of whatever else is held; and what a catalogue lists of a dataset."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from pipeline.model.periods import MONTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.catalogue_record import CatalogueRecord
    from pipeline.model.periods import Period
    from pipeline.model.release import Publication, ReleasedFile

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
