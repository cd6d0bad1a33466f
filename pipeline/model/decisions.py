"""A decision of a post about what waits, and whether another one is about the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt


class Decision(NamedTuple):
    """One decision of a post.

    ``finding`` is the code of what was settled ("" any finding about those bytes), ``period`` the month that it is
    about ("" where it is about no month), ``path`` an extract below ``data/raw`` ("" where none).
    """

    kind: str
    finding: str
    dataset: str
    period: str
    sha256: str
    role: str
    date: dt.date
    reason: str
    path: str = ""

    @property
    def lets_go(self) -> bool:
        """Whether it sets aside what it is about."""
        return self.kind != "approve"

    def is_about_same(self, other: Decision) -> bool:
        """Return whether both are about the same file, or about the same build of a month."""
        if (self.dataset, self.sha256, self.path) != (other.dataset, other.sha256, other.path):
            return False
        return bool(self.path) or self.period == other.period or "" in (self.period, other.period)
