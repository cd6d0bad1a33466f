"""What a family's module may add to what is invented from declarations: truths, odd rows, tables that no feed reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.codelists import CodeLists
    from pipeline.model.periods import Period
    from pipeline.sample.columns import Table
    from pipeline.sample.draw import Cells, Truth
    from pipeline.sample.kinds import Planted
    from pipeline.sample.places import County

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLore:
    """What is known of one feed's extract.

    It has ``share`` rows for each recorded crime, ``most`` at most, by ``summer`` fewer in January than in July, and
    none in the period ``empty``; odd rows stand in the place of others but where all have to be there (``whole``).
    ``shares`` say how often values of raw columns are met.  ``amend`` makes cells agree that declarations do not tie
    together; ``odd`` are cells of rows that are otherwise plain, by the file's month and all months, and ``planted`` is
    what they hold of somebody, or what is published although it reads like a person.  ``tables`` are the columns of
    other tables of the database, by name: no feed reads them.
    """

    share: float = 0.03
    most: int = 5_000
    summer: float = 0.0
    whole: bool = False
    empty: Period = ""
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: MappingProxyType({}))
    amend: Callable[[Cells, Table], Table] = lambda _draw, cells: cells
    odd: Callable[[County, Period, Sequence[Period]], Sequence[Row]] = lambda *_: ()
    planted: Sequence[Planted] = ()
    tables: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lore:
    """What is known of a family: truths that its tables agree on, lists of the force, its feeds."""

    truths: Callable[[CodeLists], Mapping[str, Truth]] = lambda _: {}
    lists: Callable[[], Mapping[str, str]] = dict
    feeds: Mapping[str, FeedLore] = field(default_factory=lambda: MappingProxyType({}))
