"""The datasets of a run in their order: those with extracts, derived ones, then those that list all datasets."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pipeline.build.dataset import run_dataset
from pipeline.build.derived.catalogue_records import lists_datasets, record_of, titles_and_publishers
from pipeline.build.derived.dataset import run_derived
from pipeline.build.outcome import Outcome
from pipeline.build.received.mapped import datasets_of
from pipeline.build.tried import parted, tried
from pipeline.errors import PipelineError
from pipeline.extract.catalogue_records import with_records
from pipeline.model.declaration import in_order, upstream
from pipeline.storage.state import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.release import CatalogueRecord


def run_all(work: Workplace, chosen: Iterable[Dataset], *, only: Collection[Period]) -> Iterator[Outcome]:
    """Yield the outcome of each ``chosen`` dataset, of each one derived from it, and of those that list all datasets.

    Derived datasets and lists always follow, so that all public data agree after every run.  ``only`` names periods
    of extracts; derived datasets are built for every period that these changed.
    """
    every, named = datasets_of(work.settings), {dataset.name for dataset in chosen}
    done: dict[str, Outcome] = {}
    for name in in_order(every):
        dataset = every[name]
        if lists_datasets(dataset) or named.isdisjoint({name, *upstream(every, name)}):
            continue
        if dataset.derivation is None:
            done[name] = run_dataset(work, dataset, only=only)
        else:
            done[name] = run_derived(work, dataset, dict(_inputs(work, every, dataset, done)))
        yield done[name]
    last = [name for name, dataset in every.items() if lists_datasets(dataset)]
    records = {name: record_of(work, dataset, done.get(name)) for name, dataset in every.items() if last}
    for name in last:
        done[name] = _run_listing(work, every[name], records)
        records[name] = record_of(work, every[name], done[name])
        yield done[name]


def _run_listing(work: Workplace, dataset: Dataset, records: Mapping[str, CatalogueRecord | PipelineError]) -> Outcome:
    """Return the outcome of a dataset that lists the others; it is not built if a record is unknown.

    Nor is it built before another dataset was ever published.
    """
    known, errors = parted(records.values())
    if not errors and any(
        record.facts and (not record.lists_datasets or record.name == dataset.name) for record in known
    ):
        return run_dataset(replace(work, declared=titles_and_publishers(known)), with_records(dataset, known))
    unknown = " and ".join(name for name, record in records.items() if isinstance(record, PipelineError))
    remarks = (f"it stays as it is: nothing can be said of {unknown}",) if unknown else ()
    return replace(_stored(work, dataset), remarks=remarks)


def _inputs(
    work: Workplace, every: Mapping[str, Dataset], dataset: Dataset, done: Mapping[str, Outcome]
) -> Iterator[tuple[str, Outcome]]:
    """Yield the outcome of each input of a dataset, from the stored state if it is not part of this run."""
    for span in dataset.inputs:
        yield span.dataset, done[span.dataset] if span.dataset in done else _stored(work, every[span.dataset])


def _stored(work: Workplace, dataset: Dataset) -> Outcome:
    """Return the stored state of a dataset that is not built, as an outcome."""
    state = tried(partial(work.store.state, dataset.name))
    known, error = (State(), state) if isinstance(state, PipelineError) else (state, None)
    return Outcome(dataset=dataset, state=known, built={}, changed=False, error=error, before=known)
