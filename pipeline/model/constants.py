"""Published columns that have the same text on every row, and that no raw column is needed for."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final, Self

from pipeline.columns.arrays import constant
from pipeline.model.handling import Treated, Treatment, length_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context


#: The column that says which snapshot of a register a row is of.
SNAPSHOT: Final = "snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnEveryRow(Treatment):
    """The same text on every row of the published columns that the feed fills with it."""

    takes: ClassVar[int | None] = 0
    into: tuple[str, ...] = ()

    def fill(self, *into: str) -> Self:
        """Return the constant of these published columns."""
        return replace(self, into=into)

    @property
    def makes(self) -> tuple[str, ...]:
        """The columns."""
        return self.into

    @abstractmethod
    def text_of(self, context: Context) -> str | None:
        """Return the text, None for empty cells."""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the text on every row."""
        return Treated(dict.fromkeys(self.into, constant(self.text_of(context), length_of(cells))))


@dataclass(frozen=True, slots=True)
class Constant(OnEveryRow):
    """Publishes one text, or nothing, on every row; it settles no raw column."""

    text: str | None = None
    why: str = field(default="the same on every row", kw_only=True)

    def text_of(self, _context: Context) -> str | None:
        """Return the text."""
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(OnEveryRow):
    """Publishes the snapshot of its register on every row, so that all of them can be read together."""

    why: str = "the month in which the register was as it stands here"

    def text_of(self, context: Context) -> str:
        """Return the snapshot."""
        return context.month
