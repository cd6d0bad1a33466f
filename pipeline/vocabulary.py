"""Words and addresses that every rendering of the same facts uses: data package, pages, DCAT, CKAN."""

from __future__ import annotations

from typing import Final

#: Stands in the title of everything that is invented.
SAMPLE_MARK: Final = "SAMPLE DATA"
#: By format (IANA's registry of media types).
MEDIA_TYPES: Final = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_FREQUENCIES: Final = "http://publications.europa.eu/resource/authority/frequency/"


def marked(title: str, *, sample: bool) -> str:
    """Return ``title``, which says so where the data is invented."""
    return f"{SAMPLE_MARK}: {title}" if sample and SAMPLE_MARK not in title else title


def frequency_address(frequency: str) -> str:
    """Return the address of `monthly` and the like in the European vocabulary that DCAT names (requirement M7)."""
    return f"{_FREQUENCIES}{frequency.upper()}"
