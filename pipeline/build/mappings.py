"""A mapping and a declaration together: the feed as it is read from a force's own exports, and what every run says."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.datasets import declared
from pipeline.extract.mapped import Mapped
from pipeline.extract.mapped.tables import Kinds
from pipeline.model.findings import Finding
from pipeline.model.mapping import ROW
from pipeline.protect.treatments import Withhold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.handling import Handling
    from pipeline.model.mapping import ExportMapping
    from pipeline.settings.decisions import Desk
    from pipeline.settings.settings import Settings


def datasets_of(settings: Settings) -> Mapping[str, Dataset]:
    """Return every dataset by name, its feeds read as the settings say."""
    return MappingProxyType({name: _read_as(dataset, settings) for name, dataset in declared().items()})


def _read_as(dataset: Dataset, settings: Settings) -> Dataset:
    mappings = settings.extracts
    if not any(feed.name in mappings for feed in dataset.feeds):
        return dataset
    feeds = [
        _mapped(dataset.name, feed, mappings[feed.name], settings.desk) if feed.name in mappings else feed
        for feed in dataset.feeds
    ]
    told = [words for feed in feeds if feed.mapping for words in _public_words(feed, feed.mapping)]
    return replace(dataset, feeds=tuple(feeds), statements=(*dataset.statements, *told))


def _mapped(dataset: str, feed: Feed, mapping: ExportMapping, desk: Desk) -> Feed:
    """Return a feed that is read by its mapping; their own columns are withheld beside the agreed ones."""
    asked = _question(dataset, feed, mapping)
    settled = asked is None or desk.approval(asked) is not None
    opening = _opening(feed, mapping) if not settled else {}
    codes = {
        name: {theirs: agreed for theirs, agreed in pairs.items() if theirs not in opening.get(name, ())}
        for name, pairs in mapping.codes.items()
    }
    theirs = {_name_of(name, feed): name for name in mapping.withheld}
    own: dict[str | tuple[str, ...], Handling] = {
        name: Withhold(fate.whom, what=f"Other columns: {fate.why}", why=fate.why)
        for name, fate in ((shown, mapping.withheld[name]) for shown, name in theirs.items())
    }
    kinds = Kinds(feed.dates, feed.amounts, feed.periods)
    made = tuple(mapping.keys)
    source = Mapped(
        replace(mapping, settled=settled),
        feed.source,
        kinds,
        feed.period,
        MappingProxyType(theirs),
        MappingProxyType(codes),
    )
    return replace(
        feed,
        source=source,
        columns={**{key: _joined(handling, made) for key, handling in feed.columns.items()}, **own},
        mapping=replace(mapping, settled=settled),
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


# --- what somebody has to know -----------------------------------------------------------------------


def mapping_findings(dataset: Dataset, desk: Desk) -> tuple[Finding, ...]:
    """Return the mappings of a dataset whose codes would open a protection, and that nobody has approved."""
    asked = (_question(dataset.name, feed, feed.mapping) for feed in dataset.feeds if feed.mapping)
    return tuple(each for each in asked if each and desk.approval(each) is None)


def _opening(feed: Feed, mapping: ExportMapping) -> dict[str, dict[str, str]]:
    """Return the codes of columns that protect which give another text than a protecting one."""
    decisive = {each.column: each for each in feed.decisive}
    found = {
        name: {theirs: agreed for theirs, agreed in pairs.items() if agreed not in (*decisive[name].closed, theirs)}
        for name, pairs in mapping.codes.items()
        if name in decisive
    }
    return {name: pairs for name, pairs in found.items() if pairs}


def _question(dataset: str, feed: Feed, mapping: ExportMapping) -> Finding | None:
    opening = _opening(feed, mapping)
    if not opening:
        return None
    facts = json.dumps([dataset, feed.name, {name: sorted(pairs.items()) for name, pairs in sorted(opening.items())}])
    counts = {name: len(pairs) for name, pairs in opening.items()}
    said = " and ".join(f"{count:,} code{'s' * (count > 1)} of `{name}`" for name, count in counts.items())
    return Finding(
        code="mapping-opens",
        dataset=dataset,
        periods=(),
        words=f"the mapping of {feed.name} gives {said} that protect less: they do not count until it is approved",
        counts=counts,
        binds=hashlib.sha256(facts.encode()).hexdigest(),
    )


def mapping_remarks(dataset: Dataset) -> Iterator[str]:
    """Yield what every run says of mappings: constants that protect, what is absent, keys that are made."""
    for feed in dataset.feeds:
        if feed.mapping:
            yield from (f"mapping of {feed.name}: {words}" for words in _remarks(feed, feed.mapping))


def _remarks(feed: Feed, mapping: ExportMapping) -> Iterator[str]:
    decisive = {each.column for each in feed.decisive}
    for name, text in mapping.constants.items():
        if name in decisive:
            yield f"`{name}`, which protects, is `{text}` in every row: nobody is protected by it"
    if mapping.settled:
        for name, pairs in _opening(feed, mapping).items():
            yield f"`{name}`, which protects: {len(pairs):,} of their codes open it, as was approved"
    for name, why in mapping.absent.items():
        waits = ": every payee waits for review" if name in decisive else ""
        yield f"`{name}` is absent ({why}){waits}"
    for name, parts in mapping.keys.items():
        of = "file, sheet and row number" if parts == (ROW,) else f"{len(parts)} of their columns"
        yield f"`{name}` is made of {of}"


def _public_words(feed: Feed, mapping: ExportMapping) -> Iterator[str]:
    """Yield what the public is told: published columns that no system holds, and those that are always the same."""
    for name, why in mapping.absent.items():
        if made := feed.made_of(name):
            reason = why.replace("{", "{{").replace("}", "}}")
            yield f"Not held by the systems: {', '.join(made)} ({reason})."
    for name in mapping.constants:
        if made := feed.made_of(name):
            yield f"The same in every row by setting: {', '.join(made)}."
