"""What datasets are made from: their order, all that one is made from, and inputs that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pipeline.model.declaration import Dataset


class Mistake(NamedTuple):
    """What is wrong with the inputs of a dataset, and the word of its declaration that it is about."""

    dataset: str
    word: str
    said: str


def mistakes_in(datasets: Mapping[str, Dataset], columns: Mapping[str, Collection[str]]) -> Iterator[Mistake]:
    """Yield the inputs that are no dataset, the columns that it does not publish, the circles; ``columns`` by dataset.

    A dataset whose columns are not known is not asked about them: its own run says what is wrong with its schema.
    """
    for name, dataset in datasets.items():
        for each in dataset.inputs:
            if each.dataset not in datasets:
                yield Mistake(name, each.dataset, f"its input `{each.dataset}` is no dataset")
                continue
            for column in each.columns:
                if column not in columns.get(each.dataset, (column,)):
                    yield Mistake(name, column, f"its input `{each.dataset}` has no published column `{column}`")
            if each.totals and datasets[each.dataset].totals is None:
                yield Mistake(name, each.dataset, f"its input `{each.dataset}` declares no control totals")
            if name in {each.dataset, *upstream(datasets, each.dataset)}:
                yield Mistake(name, each.dataset, f"it is made from `{each.dataset}`, which is made from it")


def upstream(datasets: Mapping[str, Dataset], name: str) -> tuple[str, ...]:
    """Return every dataset that one is made from, directly or not; a circle ends."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        last = datasets.get(waiting.pop())
        new = [each.dataset for each in last.inputs if each.dataset not in found] if last else []
        found |= dict.fromkeys(new)
        waiting += new
    return tuple(found)


def in_order(datasets: Mapping[str, Dataset]) -> list[str]:
    """Return the names of datasets, each behind those that it is made from."""
    done: dict[str, None] = {}
    left = list(datasets)
    while left:
        ready = [name for name in left if {each.dataset for each in datasets[name].inputs}.isdisjoint(left)]
        done |= dict.fromkeys(ready or left)  # a circle was refused before
        left = [name for name in left if name not in done]
    return list(done)
