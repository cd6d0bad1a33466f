"""What row rules share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, plain
from pipeline.model.handling import Judgement, Problem, PublicRevision, PublicRows, Question

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pipeline.columns.arrays import Mask
    from pipeline.errors import InputError
    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True)
class Marked:
    """Settles the rows of one mask with one reason."""

    code: str
    mask: Mask

    def settle(self, standing: Mask, _bad: Mask) -> Iterable[tuple[str, Mask]]:
        """Yield the marked rows that still stand."""
        yield self.code, self.mask & standing


@dataclass(frozen=True, slots=True)
class RowRuleBase:
    """What all row rules share: what they keep back, a reason, and doing nothing where there is nothing to do."""

    what: str
    why: str
    register: ClassVar[str] = ""
    holds: ClassVar[str] = ""
    guards: ClassVar[str] = ""
    every_row: ClassVar[bool] = False
    repeats_only: ClassVar[bool] = False
    scope: str = field(default="", kw_only=True)

    @property
    def settles(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """What it settles."""
        return self.settles

    @property
    def identifies(self) -> tuple[str, ...]:
        """None."""
        return ()

    def keys(self, _cells: Mapping[str, pa.Array], _context: Context) -> Mapping[str, pa.Array]:
        """Return no key."""
        return {}

    def enter(self, _cells: Mapping[str, pa.Array], _rows: pa.Array, _context: Context) -> Mapping[str, str]:
        """Return no entry."""
        return {}

    def enter_lists(self, _context: Context) -> Mapping[str, Mapping[str, str]]:
        """Return no list."""
        return {}

    def absent_lists(self, _context: Context) -> Collection[str]:
        """Return no list."""
        return ()

    def combine(self, values: Iterable[str]) -> str:
        """Return the greatest of ``values`` as text, which must be the strongest: `Y` is greater than `?`."""
        return max(values, default="")

    def strength(self, value: str) -> int:
        """Return 1 for any entry."""
        return int(bool(value))

    def resolve(self, entries: dict[str, str]) -> dict[str, str]:
        """Return the entries as they are."""
        return entries

    def count(self, keys: Collection[str]) -> int:
        """Return the number of keys."""
        return len(keys)

    def seen(self, sources: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
        """Return every key that was entered."""
        return frozenset(key for entered in sources.values() for key in entered)

    def lasting(self, _entered: Mapping[str, str]) -> Mapping[str, str]:
        """Return nothing."""
        return {}

    def borne(self, weaker: Mapping[str, str], _seen: frozenset[str]) -> Collection[str]:
        """Return every key."""
        return weaker.keys()

    def bearing(self, cells: Mapping[str, pa.Array], _keys: Collection[str], _context: Context) -> pa.Array:
        """Return no key."""
        return pa.nulls(len(next(iter(cells.values()))), pa.string())

    def asks(self, _entries: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
        """Return no key."""
        return {}

    def faults(self, _sources: Mapping[str, Mapping[str, str]], _entries: Mapping[str, str]) -> Sequence[InputError]:
        """Return no fault."""
        return ()

    def remarks(self, _sources: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        """Yield nothing."""
        yield from ()

    def check(self, _raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return no problem."""
        return ()

    def excuse(self, problems: Sequence[Problem], _raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the problems as they are."""
        return problems

    def amend(self, columns: dict[str, pa.Array], _raw: RawTable, _context: Context) -> dict[str, pa.Array]:
        """Return the columns as they are."""
        return columns

    def unpublishable(self, _raw: RawTable, _context: Context) -> Mask | None:
        """Return no row."""
        return None

    def judge(self, _raw: RawTable, _columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        """Say nothing."""
        return Judgement()

    def revise_public(self, _rows: PublicRows, _context: Context) -> PublicRevision | None:
        """Return no revision."""
        return None

    def questions(self, _raw: RawTable, _context: Context, _apart: Mask) -> Sequence[Question]:
        """Return no question."""
        return ()


def only(column: pa.Array, keys: Collection[str]) -> pa.Array:
    """Return a column of keys without those that are none of ``keys``."""
    every = plain(column).cast(pa.string())
    return pc.if_else(pc.is_in(every, value_set=pa.array(sorted(keys), pa.string())), every, None)


def is_flag(column: pa.Array) -> Mask:
    """Return where a flag is `Y` or `N`."""
    return facts_of_distinct(column, {"Y", "N"}.__contains__, dtype=np.bool_, empty=False)


def written_differently(path: str, rows: Iterable[int]) -> str:
    """Return the remark about keys of a file that differ only in case, blanks, zeros or the like, by row number."""
    return f"keys-written-differently: {path}, {these_rows(rows)}: the same key is written otherwise elsewhere"


def these_rows(rows: Iterable[int]) -> str:
    """Return rows by their numbers, in words; of many the first."""
    numbers = sorted(rows)
    shown = ", ".join(f"{row:,}" for row in numbers[:_SHOWN]) + (" ..." if len(numbers) > _SHOWN else "")
    return f"row{'s' if len(numbers) > 1 else ''} {shown}"


_SHOWN = 20
