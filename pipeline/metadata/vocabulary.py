"""Addresses of linked data that every rendering of the same facts uses."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from pipeline.model.declaration import THEMES

#: Of the small files beside releases, by ending (IANA's registry of media types).
MEDIA_TYPES: Final = {"csv": "text/csv", "json": "application/json"}
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
#: The European list of themes, the language of every word, and who may read: everybody, or nobody outside.
THEME_LIST: Final = f"{_AUTHORITY}data-theme"
ENGLISH: Final = f"{_AUTHORITY}language/ENG"
PUBLIC: Final = f"{_AUTHORITY}access-right/PUBLIC"
NOT_PUBLIC: Final = f"{_AUTHORITY}access-right/NON_PUBLIC"
#: What an address may hold beside letters and digits (RFC 3986).
_OF_ADDRESSES: Final = ":/?#[]@!$&'()*+,;=-._~%"

#: Frequencies that the same vocabulary shortens.
_FREQUENCIES: Final = {"irregular": "IRREG"}


def frequency_address(frequency: str) -> str:
    """Return the address of `monthly` and the like in the European vocabulary that DCAT names."""
    return f"{_AUTHORITY}frequency/{_FREQUENCIES.get(frequency, frequency.upper())}"


def theme_address(theme: str) -> str:
    """Return the address of a theme in the European vocabulary that DCAT-AP names."""
    return f"{THEME_LIST}/{THEMES[theme].code}"


def address(text: str) -> str:
    """Return a text as an address: what may not stand in one is encoded."""
    return quote(text, safe=_OF_ADDRESSES)
