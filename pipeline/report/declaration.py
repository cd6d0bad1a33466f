"""What happens to every raw column of a dataset, as its declaration says it."""

from __future__ import annotations

import inspect
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
            columns = ", ".join(treatment.columns) or "(no raw column)"
            made = ", ".join(treatment.makes) or "(not published)"
            yield f"  {columns} -> {made}: {_words(treatment)} ({treatment.why})"
        for rule in feed.rules:
            yield f"  rows, by {', '.join(rule.reads) or 'published columns'}: {_words(rule)} ({rule.why})"
        for kept_back in feed.withheld:
            whom = " (identifies)" if kept_back.identifies else ""
            yield f"  withheld{whom}: {', '.join(kept_back.columns)}: {kept_back.why}"


def first_line(thing: object) -> str:
    """Return what a treatment or a rule does, in its own first sentence."""
    return (inspect.getdoc(type(thing)) or "").split("\n", 1)[0]


def _words(thing: object) -> str:
    """Return what a treatment or a rule does, in a clause: what stands behind a semicolon is for who declares one."""
    said = first_line(thing).partition(";")[0].rstrip(".").replace("``", "`")
    return said[:1].lower() + said[1:]
