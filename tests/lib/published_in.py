"""In which releases a keyed reference was published, by what the private store keeps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipeline.storage.store import Store


class PublishedIn(NamedTuple):
    """A release that held a reference: its month, the day it was released, whether it is public still."""

    month: str
    released_on: str
    public: bool


def published_in(store: Store, dataset: str, column: str, reference: str) -> tuple[PublishedIn, ...]:
    """Return every release that held the reference of a crime, those that were replaced included, by month and day."""
    found = {
        PublishedIn(month, each.released.released_on, public=True)
        for month, each in store.state(dataset).months.items()
        if each.released and reference in store.references(dataset, each.released, "crime", column).to_pylist()
    }
    index = store.private / "index" / f"{dataset}.jsonl"
    lines = map(json.loads, index.read_text(encoding="utf-8").splitlines() if index.exists() else ())
    once = (
        PublishedIn(line["month"], line["released_on"], public=False)
        for line in lines
        if reference in line["references"]
    )
    return tuple(sorted({*found, *once}))
