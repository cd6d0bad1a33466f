"""The page of a preview that shows the rows that would differ."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.publish.catalogue.making import Maker
from pipeline.publish.catalogue.menu import menu_of
from pipeline.storage.looked import Looked

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfRows:
    """The rows of a month that would differ, as published texts; ``counts`` are all added, removed and changed ones."""

    title: str
    noun: str
    now: int
    then: int
    waits: bool
    columns: Row
    counts: tuple[int, int, int]
    added: Sequence[Row]
    removed: Sequence[Row]
    changed: Sequence[tuple[Row, Row]]


def render_differences(months: Sequence[MonthOfRows], *, sample: bool) -> bytes:
    """Return the page of a preview that shows the rows that would differ: it is private, as nobody published them."""
    maker = Maker(menu_of((), Looked(dt.date.min)), preview=True)
    return maker.page("differences.html", sample=sample, months=months)
