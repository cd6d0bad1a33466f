"""What the public page of a dataset answers first: what is counted, or summed, and by what."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Answer:
    """What one row is, and the column that the picture of a page tells rows apart by.

    ``rows`` is what people call several rows, ``happened`` what was done about them: `crimes` that were `recorded`.
    ``by`` is a published column of a closed list.  ``amount`` is a published column of pounds, ``count`` one of whole
    numbers: the sum of either counts in the place of rows.  Rows with one of the values ``apart`` are never added to
    the others; each says what such rows are, "" where they are the total of the others.
    ``where`` are rows that count alone, by column and value: its numbers are cells that somebody rounded or hid, and
    are never added.  ``further`` are other columns of closed lists that further tables tell rows apart by, each with
    what a blank of it means; ``by`` may be among them, for the same.  ``front`` says what the number is on the first
    page, where it stands there too.  ``question`` is what people ask that the page answers.
    """

    rows: str = "rows"
    happened: str = "published"
    _: KW_ONLY
    by: str = ""
    amount: str = ""
    count: str = ""
    apart: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    further: Mapping[str, str] = field(default_factory=dict)
    front: str = ""
    question: str = ""

    @property
    def summed(self) -> str:
        """The column whose sum counts, "" where rows do."""
        return self.amount or self.count

    def __post_init__(self) -> None:
        """Let nothing in it change."""
        object.__setattr__(self, "apart", MappingProxyType(dict(self.apart)))
        object.__setattr__(self, "further", MappingProxyType(dict(self.further)))
        object.__setattr__(self, "where", MappingProxyType(dict(self.where)))
