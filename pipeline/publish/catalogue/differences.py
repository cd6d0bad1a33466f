"""The page of a preview that shows the rows that would differ."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.publish.catalogue.menu import menu_of
from pipeline.publish.catalogue.pages import templates
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
    return (
        templates()
        .get_template("differences.html")
        .render(months=months, sample=sample, preview=True, menu=menu_of((), Looked(dt.date.min)))
        .encode()
    )
