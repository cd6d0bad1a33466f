"""What treatments of raw columns share, and what rules about rows do."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import filled, mask_on_distinct, on_distinct, plain
from pipeline.columns.keys import is_damaged
from pipeline.model.handling import Problem, Treated, Treatment, columns_of, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.tables import Ruling


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
    """A treatment of one raw column, into one published column or several of the same text.

    It publishes what ``reading`` makes of each cell.  One of which it makes nothing has the problem ``fault``, an empty
    one too unless it is ``may_be_empty``.  ``is_key``: a damaged cell is called that, whatever else is wrong with it.
    """

    fault: ClassVar[str] = "unknown-code"
    may_be_empty: ClassVar[bool] = False
    is_key: ClassVar[bool] = True
    into: str | tuple[str, ...]

    @property
    def makes(self) -> tuple[str, ...]:
        """The published columns."""
        return columns_of(self.into)

    def _same(self, text: pa.Array) -> dict[str, pa.Array]:
        return dict.fromkeys(columns_of(self.into), text)

    def reading(self, context: Context) -> Callable[[str], str | None]:
        """Return what makes the published text of a cell, None of one that has none."""
        raise NotImplementedError  # a treatment that has an ``apply`` of its own is never asked

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return what is made of the cells, and those of which nothing is."""
        column = cells[self.column]
        text = on_distinct(column, self.reading(context))
        wrong = problem(self.column, self.fault, self.lacking(column, text))
        return Treated(self._same(text), key_problems(self.column, column, wrong) if self.is_key else wrong)

    def lacking(self, column: pa.Array, text: pa.Array) -> Mask:
        """Return where cells of ``column`` gave no ``text``, those apart that may be empty."""
        return ~filled(text) & filled(column) if self.may_be_empty else ~filled(text)


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

    @property
    def may_be_empty(self) -> bool:  # type: ignore[override] # as each declaration says
        """Whether it may."""
        return self.blank


def marked(code: str, mask: Mask) -> Ruling:
    """Return what settles the rows of one mask with one reason."""
    return lambda standing, _bad: ((code, mask & standing),)


def only(column: pa.Array, keys: Collection[str]) -> pa.Array:
    """Return a column of keys without those that are none of ``keys``."""
    every = plain(column).cast(pa.string())
    return pc.if_else(pc.is_in(every, value_set=pa.array(sorted(keys), pa.string())), every, None)


def is_flag(column: pa.Array) -> Mask:
    """Return where a flag is `Y` or `N`."""
    return mask_on_distinct(column, {"Y", "N"}.__contains__)


def written_differently(path: str, rows: Iterable[int]) -> str:
    """Return the remark about keys of a file that differ only in case, blanks, zeros or the like, by row number."""
    return f"keys-written-differently: {path}, {these_rows(rows)}: the same key is written otherwise elsewhere"


def these_rows(rows: Iterable[int]) -> str:
    """Return rows by their numbers, in words; of many the first."""
    numbers = sorted(rows)
    shown = ", ".join(f"{row:,}" for row in numbers[:_SHOWN]) + (" ..." if len(numbers) > _SHOWN else "")
    return f"row{'s' if len(numbers) > 1 else ''} {shown}"


_SHOWN = 20
