"""What treatments of raw columns share."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import filled, on_distinct
from pipeline.columns.keys import is_damaged
from pipeline.model.handling import Problem, Treatment, columns_of, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from pipeline.columns.arrays import Mask


def key_problems(
    name: str, column: pa.Array, *others: Sequence[Problem], joined: Sequence[str] = ()
) -> tuple[Problem, ...]:
    """Return what is wrong with a raw column of keys: a damaged one is called that, whatever ``others`` say of it.

    Of a column in ``joined`` the parts of each key are judged.
    """
    damaged = is_damaged(column, joined=name in joined)
    rest = [found._replace(mask=found.mask & ~damaged) for each in others for found in each]
    return (*problem(name, "damaged-key", damaged), *(found for found in rest if found.mask.any()))


def filled_keys(name: str, column: pa.Array, code: str, joined: Sequence[str] = ()) -> tuple[Problem, ...]:
    """Return what is wrong with a raw column of keys of which each row needs one; an empty cell is a ``code``."""
    return key_problems(name, column, problem(name, code, ~filled(column)), joined=joined)


@dataclass(frozen=True, slots=True)
class OneColumn(Treatment):
    """A treatment of one raw column, into one published column or several of the same text."""

    into: str | tuple[str, ...]

    @property
    def makes(self) -> tuple[str, ...]:
        """The published columns."""
        return columns_of(self.into)

    def _same(self, text: pa.Array) -> dict[str, pa.Array]:
        return dict.fromkeys(columns_of(self.into), text)


def of_form(column: pa.Array, fits: Callable[[str], object]) -> tuple[pa.Array, Mask]:
    """Return the texts that fit, blank where one does not, and where that is."""
    text = on_distinct(column, lambda written: written if fits(written) else None)
    return text, filled(column) & ~filled(text)


@dataclass(frozen=True, slots=True)
class MayBeBlank(OneColumn):
    """A treatment of one raw column, whose cells may be empty where a declaration says ``blank``."""

    _: KW_ONLY
    blank: bool = False

    @property
    def optional(self) -> tuple[str, ...]:
        """The column, where it may be blank."""
        return self.columns if self.blank else ()

    def lacking(self, column: pa.Array, text: pa.Array) -> Mask:
        """Return where cells of ``column`` gave no ``text``, those apart that may be empty."""
        return ~filled(text) & filled(column) if self.blank else ~filled(text)
