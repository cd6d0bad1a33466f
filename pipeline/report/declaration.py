"""What happens to every raw column of a dataset, as its declaration says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model.declaration import Dataset


def dataset_lines(dataset: Dataset) -> Iterator[str]:
    """Yield the declaration in words: what is published, what happens to each raw column and each row, and why."""
    yield f"{dataset.title} ({dataset.name})"
    yield dataset.description
    for feed in dataset.feeds:
        yield ""
        yield f"extract {feed.name}: {feed.title}"
        for treatment in feed.treatments:
            columns = ", ".join(treatment.settles) or "(no raw column)"
            made = ", ".join(treatment.makes) or "(not published)"
            yield f"  {columns} -> {made}: {type(treatment).__name__}: {treatment.why}"
        for rule in feed.rules:
            yield f"  rule {type(rule).__name__} on {', '.join(rule.reads) or 'published columns'}: {rule.why}"
        for fate in feed.withheld:
            whom = " (identifies)" if fate.identifies else ""
            yield f"  withheld{whom}: {', '.join(fate.settles)}: {fate.why}"
