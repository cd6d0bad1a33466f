"""What an inventory says of a dataset, and of whatever else is held."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from pipeline.model.periods import MONTH

if TYPE_CHECKING:
    from pipeline.model.catalogue_record import CatalogueRecord
    from pipeline.model.periods import PeriodKind

PUBLISHED, PLANNED = "Published", "Planned"


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
    def is_out(self) -> bool:
        """Whether it is a dataset of which a release stands."""
        return self.status == PUBLISHED

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
    return Asset(
        record.title,
        record.publisher,
        "Dataset",
        PUBLISHED if record.is_published else PLANNED,
        record.name,
        record.description,
        record.licence,
        often(record.kind),
        *ends,
    )


def often(kind: PeriodKind) -> str:
    """Return how often a period of a kind comes, in words."""
    if kind.register:
        return "When the register changes"
    return "When something changes" if kind.only else kind.frequency.capitalize()
