"""The declarations as they are read from a force's own exports, where the settings have a mapping for a feed."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.datasets import declared
from pipeline.extract.database import Database
from pipeline.extract.mapped import Kinds, Mapped, MappedDatabase
from pipeline.model.mapping import ROW
from pipeline.protect.treatments import Withhold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.handling import Handling
    from pipeline.model.mapping import ExportMapping
    from pipeline.model.source import Source
    from pipeline.settings.settings import Settings


def datasets_of(settings: Settings) -> Mapping[str, Dataset]:
    """Return every dataset that the force publishes, by name, its feeds read as the settings say.

    What is made from one that it does not publish is not published either.  Extracts of such a dataset still enter
    what they protect in the registers that others share.
    """
    every = {name: each for name, each in declared().items() if settings.terms(name).published}
    while lost := [name for name, each in every.items() if any(one.dataset not in every for one in each.inputs)]:
        every = {name: each for name, each in every.items() if name not in lost}
    return MappingProxyType({name: _read_as(dataset, settings) for name, dataset in every.items()})


def _read_as(dataset: Dataset, settings: Settings) -> Dataset:
    mappings = settings.extracts
    if not any(feed.name in mappings for feed in (*dataset.feeds, *dataset.watched)):
        return dataset

    def read_as(feeds: Sequence[Feed]) -> tuple[Feed, ...]:
        return tuple(_mapped(feed, mappings[feed.name]) if feed.name in mappings else feed for feed in feeds)

    feeds = read_as(dataset.feeds)
    told = [words for feed in feeds if feed.mapping for words in _public_words(feed, feed.mapping)]
    return replace(dataset, feeds=feeds, watched=read_as(dataset.watched), statements=(*dataset.statements, *told))


def _mapped(feed: Feed, mapping: ExportMapping) -> Feed:
    """Return a feed that is read by its mapping; their own columns are withheld beside the agreed ones."""
    theirs = {_name_of(name, feed): name for name in mapping.withheld}
    own: dict[str | tuple[str, ...], Handling] = {
        name: Withhold(fate.whom, what=f"Other columns: {fate.why}", why=fate.why)
        for name, fate in ((shown, mapping.withheld[name]) for shown, name in theirs.items())
    }
    kinds = Kinds(feed.dates, feed.amounts, feed.periods, feed.together)
    made = tuple(mapping.keys)
    known = (kinds, feed.period.of_files, MappingProxyType(theirs))
    source: Source = Mapped(mapping, feed.source, *known)
    if mapping.is_database and isinstance(feed.source, Database):
        source = MappedDatabase(mapping, feed.source, *known)
    return replace(
        feed,
        source=source,
        columns={**{key: _joined(handling, made) for key, handling in feed.columns.items()}, **own},
        mapping=mapping,
        shown_in=_shown_in(feed, mapping),
    )


def _joined(handling: Handling, made: Sequence[str]) -> Handling:
    """Return a handling that knows which of its columns are made keys."""
    own = tuple(name for name in made if name in handling.columns)
    return replace(handling, joined=own) if own else handling


def _name_of(name: str, feed: Feed) -> str:
    """Return what the feed calls one of their columns: its own name, unless an agreed column has it."""
    plain = " ".join(name.split())
    return f"{plain} (theirs)" if plain in feed.declared else plain


def _shown_in(feed: Feed, mapping: ExportMapping) -> dict[str, tuple[str, ...]]:
    """Return for each key made of one column the published columns that are made of the same."""
    found: dict[str, tuple[str, ...]] = {}
    for key, parts in mapping.keys.items():
        if len(parts) == 1 and parts != (ROW,):
            alike = [name for name, spellings in mapping.columns.items() if parts[0] == name or parts[0] in spellings]
            found[key] = tuple(made for name in alike for made in feed.made_of(name))
    return found


def _public_words(feed: Feed, mapping: ExportMapping) -> Iterator[str]:
    """Yield what the public is told: published columns that no system holds, and those that are always the same."""
    for name, why in mapping.absent.items():
        if made := feed.made_of(name):
            reason = why.replace("{", "{{").replace("}", "}}")
            yield f"Not held by the systems: {', '.join(made)} ({reason})."
    for name in mapping.constants:
        if made := feed.made_of(name):
            yield f"The same in every row by setting: {', '.join(made)}."
