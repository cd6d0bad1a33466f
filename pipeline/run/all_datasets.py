"""The datasets of a run, in their order: those with extracts first, then what is made from their releases."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.build.dataset import run_dataset
from pipeline.build.derived import run_derived
from pipeline.build.mapped import datasets_of
from pipeline.build.outcome import Outcome
from pipeline.build.tried import tried
from pipeline.errors import PipelineError
from pipeline.model.derivation import in_order, upstream
from pipeline.storage.state import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period


def run_all(work: Workplace, chosen: Iterable[Dataset], *, only: Collection[Period]) -> Iterator[Outcome]:
    """Yield what became of the datasets that were ``chosen``, and of all that is made from their releases.

    What is made from a dataset that was chosen follows it, whatever was named: what is public agrees with itself after
    every run.  ``only`` names periods of extracts; what follows is made for every period that they changed.
    """
    every, named = datasets_of(work.settings), {dataset.name for dataset in chosen}
    done: dict[str, Outcome] = {}
    for name in in_order(every):
        if named.isdisjoint({name, *upstream(every, name)}):
            continue
        dataset = every[name]
        if dataset.derivation is None:
            done[name] = run_dataset(work, dataset, only=only)
        else:
            done[name] = run_derived(work, dataset, dict(_inputs(work, every, dataset, done)))
        yield done[name]


def _inputs(
    work: Workplace, every: Mapping[str, Dataset], dataset: Dataset, done: Mapping[str, Outcome]
) -> Iterator[tuple[str, Outcome]]:
    """Yield what became of the inputs of a dataset; one that is not of this run is as it is remembered."""
    for each in dataset.inputs:
        if each.dataset in done:
            yield each.dataset, done[each.dataset]
            continue
        state = tried(partial(work.store.state, each.dataset))
        known, error = (State(), state) if isinstance(state, PipelineError) else (state, None)
        yield each.dataset, Outcome(dataset=every[each.dataset], state=known, built={}, changed=False, error=error)
