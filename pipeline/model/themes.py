"""The themes that a dataset may have: those of data.gov.uk, and what the European vocabulary of DCAT-AP calls each."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple


class Theme(NamedTuple):
    """A theme of the European vocabulary: its code there, and its English label."""

    code: str
    label: str


_GOVERNMENT: Final = Theme("GOVE", "Government and public sector")
_REGIONS: Final = Theme("REGI", "Regions and cities")
THEMES: Final = MappingProxyType(
    {
        "business-and-economy": Theme("ECON", "Economy and finance"),
        "crime-and-justice": Theme("JUST", "Justice, legal system and public safety"),
        "education": Theme("EDUC", "Education, culture and sport"),
        "environment": Theme("ENVI", "Environment"),
        "government": _GOVERNMENT,
        "government-reference-data": _GOVERNMENT,
        "government-spending": _GOVERNMENT,
        "health": Theme("HEAL", "Health"),
        "mapping": _REGIONS,
        "society": Theme("SOCI", "Population and society"),
        "towns-and-cities": _REGIONS,
        "transport": Theme("TRAN", "Transport"),
    }
)
