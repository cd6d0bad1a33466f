"""What row rules share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pipeline.columns.arrays import facts_of_distinct
from pipeline.model.handling import Judgement, Overtaken, Problem, PublicRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Place
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
class _Rule:
    """What all row rules share: what they keep back, a reason, and doing nothing where there is nothing to do."""

    what: str
    why: str
    register: ClassVar[str] = ""

    @property
    def settles(self) -> tuple[str, ...]:
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        return self.settles

    @property
    def identifies(self) -> tuple[str, ...]:
        return ()

    def enters(self, _cells: Mapping[str, pa.Array], _place: Place) -> Mapping[str, str]:
        return {}

    def check(self, _raw: RawTable, _place: Place) -> Sequence[Problem]:
        return ()

    def forgive(self, problems: Sequence[Problem], _raw: RawTable, _place: Place) -> Sequence[Problem]:
        return problems

    def amend(self, columns: dict[str, pa.Array], _raw: RawTable, _place: Place) -> dict[str, pa.Array]:
        return columns

    def unpublishable(self, _raw: RawTable, _place: Place) -> Mask | None:
        return None

    def judge(self, _raw: RawTable, _columns: Mapping[str, pa.Array], _place: Place) -> Judgement:
        return Judgement()

    def overtake(self, _rows: PublicRows, _place: Place) -> Overtaken | None:
        return None

    def review(self, _raw: RawTable, _place: Place, _apart: Mask) -> Sequence[str]:
        return ()


def is_yes(column: pa.Array) -> Mask:
    """Return where a flag is `Y`."""
    return facts_of_distinct(column, "Y".__eq__, dtype=np.bool_, empty=False)


def is_flag(column: pa.Array) -> Mask:
    """Return where a flag is `Y` or `N`."""
    return facts_of_distinct(column, {"Y", "N"}.__contains__, dtype=np.bool_, empty=False)
