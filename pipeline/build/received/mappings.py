"""What a mapping asks for, and what every run says of it: nothing of it weakens a protection unsaid."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from pipeline.model.findings import MAPPING_OPENS, Finding
from pipeline.model.mapping import ROW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.mapping import ExportMapping
    from pipeline.settings.decisions import Desk


def mapping_findings(dataset: Dataset, desk: Desk) -> tuple[Finding, ...]:
    """Return the mappings of a dataset whose codes would open a protection, and that nobody has approved.

    Those of feeds that only enter something in its registers are asked about too.
    """
    feeds = (*dataset.feeds, *dataset.watched)
    asked = (question(dataset.name, feed, feed.mapping) for feed in feeds if feed.mapping)
    return tuple(finding for finding in asked if finding and desk.approval(finding) is None)


def opening_codes(feed: Feed, mapping: ExportMapping) -> dict[str, dict[str, str]]:
    """Return the codes of columns that protect which give another text than a protecting one."""
    decisive = {handling.column: handling for handling in feed.decisive}
    found = {
        name: {theirs: agreed for theirs, agreed in pairs.items() if agreed not in (*decisive[name].closed, theirs)}
        for name, pairs in mapping.codes.items()
        if name in decisive
    }
    return {name: pairs for name, pairs in found.items() if pairs}


def question(dataset: str, feed: Feed, mapping: ExportMapping) -> Finding | None:
    """Return what has to be approved once before the codes that open a protection count, None where none does."""
    opening = opening_codes(feed, mapping)
    if not opening:
        return None
    facts = json.dumps([dataset, feed.name, {name: sorted(pairs.items()) for name, pairs in sorted(opening.items())}])
    counts = {name: len(pairs) for name, pairs in opening.items()}
    said = " and ".join(f"{count:,} code{'s' * (count > 1)} of `{name}`" for name, count in counts.items())
    return Finding(
        code=MAPPING_OPENS,
        dataset=dataset,
        periods=(),
        words=f"the mapping of {feed.name} gives {said}, which decides what is kept back; nothing is built until they "
        "are looked at and approved",
        counts=counts,
        binds=hashlib.sha256(facts.encode()).hexdigest(),
    )


def mapping_remarks(dataset: Dataset, desk: Desk) -> Iterator[str]:
    """Yield what every run says of mappings: constants that protect, what is absent, keys that are made."""
    for feed in dataset.feeds:
        if feed.mapping:
            approved = not mapping_findings(dataset, desk)
            said = _remarks(feed, feed.mapping, approved=approved)
            yield from (f"mapping of {feed.name}: {words}" for words in said)


def _remarks(feed: Feed, mapping: ExportMapping, *, approved: bool) -> Iterator[str]:
    decisive = {handling.column: handling.closed for handling in feed.decisive}
    for name, text in mapping.constants.items():
        if name in decisive:
            whom = "everybody" if text in decisive[name] else "nobody"
            yield f"`{name}`, which protects, is `{text}` in every row: {whom} is protected by it"
    if approved:
        for name, pairs in opening_codes(feed, mapping).items():
            yield f"`{name}`, which protects: {len(pairs):,} of their codes decide it, as was approved"
    for name, why in mapping.absent.items():
        waits = ": every payee waits for review" if name in decisive else ""
        yield f"`{name}` is absent ({why}){waits}"
    for name, parts in mapping.keys.items():
        of = "file, sheet and row number" if parts == (ROW,) else f"{len(parts)} of their columns"
        yield f"`{name}` is made of {of}"
