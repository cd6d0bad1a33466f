"""When a dataset stops, and when a month waits for an approval: the limits, their defaults and their bounds."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from pipeline.settings.reader import Section


class Limits(NamedTuple):
    """When a dataset stops or waits: `BOUNDS` says of each what it is about."""

    bad_share: float = 0.05
    bad_rows: int = 20
    shrink_share: float = 0.8
    shrink_rows: int = 50
    grow_share: float = 1.25
    new_shrink_share: float = 0.6
    new_grow_share: float = 1.6
    new_lowest_share: float = 0.85
    new_highest_share: float = 1.15
    category_rows: int = 20
    last_days: int = 3
    last_days_rows: int = 4
    last_days_gaps: int = 2
    jump_share: float = 0.25
    jump_times: float = 3.0
    jump_rows: int = 50

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the limits; the bounds keep each of them a protection: none can be set so as to be off."""
        found: dict[str, float] = {}
        for name, default in cls()._asdict().items():
            low, high = map(type(default), sorted((BOUNDS[name].tightest, BOUNDS[name].loosest)))
            found[name] = section.number(name, low=low, high=high, default=default)
        return cls(**found)  # type: ignore[arg-type]  # whole numbers were read as such


class Bound(NamedTuple):
    """How tight and how loose a limit may be set, and what it is about."""

    tightest: float
    loosest: float
    meaning: str


#: The documentation's table is made from this and the defaults of `Limits`.
BOUNDS = MappingProxyType(
    {
        "bad_share": Bound(0.0, 0.2, "A dataset stops when more than this share of a file's rows is bad,"),
        "bad_rows": Bound(1, 200, "and at least this many."),
        "shrink_share": Bound(1.0, 0.5, "A month waits with less than this share of the rows of its last release,"),
        "grow_share": Bound(1.0, 2.0, "or with more than this share of them,"),
        "shrink_rows": Bound(1, 500, "where the difference is at least this many rows (of new months too)."),
        "new_shrink_share": Bound(1.0, 0.4, "A new month waits below this share of the mean of the nearest months"),
        "new_lowest_share": Bound(1.0, 0.6, "that is also below this share of the lowest of them,"),
        "new_grow_share": Bound(1.0, 2.5, "and above this share of their mean"),
        "new_highest_share": Bound(1.0, 1.5, "that is also above this share of the highest of them."),
        "category_rows": Bound(1, 100, "A category counts as gone that held this many rows in each of three months."),
        "last_days": Bound(1, 7, "A month waits when at least this many days at its end have no row,"),
        "last_days_rows": Bound(1, 20, "in an extract that has at least this many rows a day before them,"),
        "last_days_gaps": Bound(31, 1, "and at most this many days without a row."),
        "jump_share": Bound(0.05, 0.5, "A share of rows waits above this,"),
        "jump_times": Bound(1.0, 5.0, "and above this many times its mean in the nearest months,"),
        "jump_rows": Bound(1, 200, "on at least this many rows."),
    }
)
