"""The datasets of a run, in their order: those with extracts, what is made from their releases, what lists them all."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pipeline.build.dataset import run_dataset
from pipeline.build.derived.dataset import run_derived
from pipeline.build.derived.standing import is_told, listed, standing_of
from pipeline.build.outcome import Outcome
from pipeline.build.received.mapped import datasets_of
from pipeline.build.tried import parted, tried
from pipeline.errors import PipelineError
from pipeline.extract.standing import told
from pipeline.model.derivation import in_order, upstream
from pipeline.storage.state import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.standing import Standing


def run_all(work: Workplace, chosen: Iterable[Dataset], *, only: Collection[Period]) -> Iterator[Outcome]:
    """Yield what became of the datasets that were ``chosen``, and of all that is made from their releases.

    What is made from a dataset that was chosen follows it, whatever was named, and so does what lists all datasets:
    what is public agrees with itself after every run.  ``only`` names periods of extracts; what follows is made for
    every period that they changed.
    """
    every, named = datasets_of(work.settings), {dataset.name for dataset in chosen}
    done: dict[str, Outcome] = {}
    for name in in_order(every):
        dataset = every[name]
        if is_told(dataset) or named.isdisjoint({name, *upstream(every, name)}):
            continue
        if dataset.derivation is None:
            done[name] = run_dataset(work, dataset, only=only)
        else:
            done[name] = run_derived(work, dataset, dict(_inputs(work, every, dataset, done)))
        yield done[name]
    last = [name for name, dataset in every.items() if is_told(dataset)]
    standing = {name: standing_of(work, dataset, done.get(name)) for name, dataset in every.items() if last}
    for name in last:
        done[name] = _run_told(work, every[name], standing)
        standing[name] = standing_of(work, every[name], done[name])
        yield done[name]


def _run_told(work: Workplace, dataset: Dataset, standing: Mapping[str, Standing | PipelineError]) -> Outcome:
    """Return what became of a dataset that tells what stands of all; it stays as it is where that is not known.

    Before anything else was ever out, there is nothing to tell.
    """
    known, errors = parted(standing.values())
    if not errors and any(each.facts and (not each.tells or each.name == dataset.name) for each in known):
        return run_dataset(replace(work, declared=listed(known)), told(dataset, known))
    unknown = " and ".join(name for name, each in standing.items() if isinstance(each, PipelineError))
    remarks = (f"it stays as it is: nothing can be said of {unknown}",) if unknown else ()
    return replace(_remembered(work, dataset), remarks=remarks)


def _inputs(
    work: Workplace, every: Mapping[str, Dataset], dataset: Dataset, done: Mapping[str, Outcome]
) -> Iterator[tuple[str, Outcome]]:
    """Yield what became of the inputs of a dataset; one that is not of this run is as it is remembered."""
    for each in dataset.inputs:
        yield each.dataset, done[each.dataset] if each.dataset in done else _remembered(work, every[each.dataset])


def _remembered(work: Workplace, dataset: Dataset) -> Outcome:
    """Return what is remembered of a dataset that is not built."""
    state = tried(partial(work.store.state, dataset.name))
    known, error = (State(), state) if isinstance(state, PipelineError) else (state, None)
    return Outcome(dataset=dataset, state=known, built={}, changed=False, error=error, before=known)
