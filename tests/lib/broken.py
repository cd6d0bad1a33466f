"""Declarations that were broken on purpose: what the gates behind them have to catch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.datasets import declared
from pipeline.model.handling import Treated
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.protect.rules.events import AlreadyHeld
from pipeline.protect.treatments.dates import MonthOf
from pipeline.protect.treatments.text import Keep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.declaration import Dataset
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaky(Keep):
    """Publishes another column than it says."""

    leaks: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column, self.leaks)

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        return Treated(self._same(cells[self.leaks]), Keep.apply(self, cells, context).problems)


def leaking(dataset: str, column: str, leaks: str) -> Dataset:
    """Return a dataset whose treatment of ``column`` publishes the cells of ``leaks``."""
    sound = declared()[dataset]
    feed = sound.feeds[0]
    kept = feed.columns[column]
    assert isinstance(kept, Keep)
    leaky = Leaky(kept.into, blank=True, leaks=leaks, why="broken on purpose")
    return replace(sound, feeds=(replace(feed, columns={**feed.columns, column: leaky}),))


def with_rule(name: str, rule: RowRule) -> Dataset:
    """Return a dataset whose first feed has one more rule, which is broken on purpose."""
    sound = declared()[name]
    first, *others = sound.feeds
    return replace(sound, feeds=(replace(first, rules=(*first.rules, rule)), *others))


@dataclass(frozen=True, slots=True)
class Unseen(RowRule):
    """Shows no row to the schema, and keeps none of them back."""

    def unpublishable(self, raw: RawTable, _context: Context) -> Mask:
        return np.ones(len(raw), np.bool_)


@dataclass(frozen=True, slots=True)
class Finds:
    """A ruling that finds one more row when all others are being settled."""

    raw: RawTable

    def __call__(self, _standing: Mask, _bad: Mask) -> Iterator[tuple[str, Mask]]:
        object.__setattr__(self.raw, "row", np.append(self.raw.row, 99))
        yield from ()


@dataclass(frozen=True, slots=True)
class OneMore(RowRule):
    """Lets a row come after the accounts were opened."""

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        return Judgement(rulings=(Finds(raw),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess(MonthOf):
    """Gives a row whose day cannot be read a month all the same."""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        made = MonthOf.apply(self, cells, context)
        guessed = {
            name: column.fill_null("2024-02-01"[: 7 + 3 * (name != "month")]) for name, column in made.columns.items()
        }
        return Treated(guessed)


def guessing() -> Dataset:
    """Return the events with a guess of the month in the place of what reads it, and no rule that needs the day."""
    sound = declared()["engagement-events"]
    feed = sound.feeds[0]
    month = feed.columns["starts_at"]
    assert isinstance(month, MonthOf)
    guess = Guess(month.into, day_into=month.day_into, why="broken on purpose")
    rules = tuple(rule for rule in feed.rules if not isinstance(rule, AlreadyHeld))
    return replace(sound, feeds=(replace(feed, columns={**feed.columns, "starts_at": guess}, rules=rules),))
