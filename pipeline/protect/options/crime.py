"""The settings of crime: what names an incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from pipeline.settings.options import Options

if TYPE_CHECKING:
    from pipeline.settings.reader import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class CrimeOptions(Options):
    """What names an incident: its number, or number and day where the numbers of a system begin again."""

    section: ClassVar[str] = "crime"
    incident_key: tuple[str, ...] = ("number",)

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the settings for crime."""
        found = section.value("incident_key")
        if found is not None and found not in (["number"], ["number", "day"]):
            section.bad("incident_key", '["number"] or ["number", "day"]')
        return cls(incident_key=("number", "day") if found == ["number", "day"] else ("number",))
