"""The settings of the engagement system, which is read from a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from pipeline.settings import reader as checks
from pipeline.settings.options import Options

if TYPE_CHECKING:
    from pipeline.settings.reader import Section
    from pipeline.settings.secret import Secret
    from pipeline.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementOptions(Options):
    """The engagement system: its first month, and its address when it is not the file in ``data/raw``."""

    section: ClassVar[str] = "engagement"
    first_month: str = "2010-12"
    database: Secret[str] | None = None

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the engagement settings; the address comes from a variable only."""
        section.refuse_secret("database", "PIPELINE_ENGAGEMENT_DATABASE")
        address = section.secret("PIPELINE_ENGAGEMENT_DATABASE", checks.DATABASE)
        return cls(first_month=section.text("first_month", checks.MONTH, default="2010-12"), database=address)

    def facts(self) -> dict[str, str]:
        """Return the first month; the address is a secret, and changes no row."""
        return {"first_month": self.first_month}


def engagement(settings: Settings) -> EngagementOptions:
    """Return the engagement settings; the usual ones where no dataset needs any."""
    return settings.option(EngagementOptions) or EngagementOptions()
