"""Addresses of linked data that every rendering of the same facts uses."""

from __future__ import annotations

from typing import Final

#: Of the small files beside releases, by ending (IANA's registry of media types).
MEDIA_TYPES: Final = {"csv": "text/csv", "json": "application/json"}
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
#: Themes of data.gov.uk, as the European vocabulary that DCAT-AP asks for calls them.
_THEMES: Final = {"crime-and-justice": "JUST", "government-spending": "GOVE"}

#: Frequencies that the same vocabulary shortens.
_FREQUENCIES: Final = {"irregular": "IRREG"}


def frequency_address(frequency: str) -> str:
    """Return the address of `monthly` and the like in the European vocabulary that DCAT names."""
    return f"{_AUTHORITY}frequency/{_FREQUENCIES.get(frequency, frequency.upper())}"


def theme_address(theme: str) -> str:
    """Return the address of a theme in the European vocabulary that DCAT-AP names, "" where it has none."""
    return f"{_AUTHORITY}data-theme/{_THEMES[theme]}" if theme in _THEMES else ""
