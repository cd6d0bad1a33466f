"""What stands in the place of a file that its publisher withdrew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model.wording import SAMPLE_MARK
from pipeline.printable import printable

if TYPE_CHECKING:
    from pipeline.model.release import Publication


def notice(publication: Publication) -> bytes:
    """Return a notice in one line of plain text: whoever opens the old address is told, and whom to ask."""
    mark = f"{SAMPLE_MARK}. " if publication.sample else ""
    publisher, mailbox = printable(publication.publisher), printable(publication.contact_email)
    return (
        f"{mark}This file was withdrawn by its publisher, {publisher}. "
        f"If you hold a copy, please delete it. Questions: {mailbox}\n"
    ).encode()
