"""The catalogue record of each dataset after a run: datasets that list the others are made of these."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.build.publication import facts_of
from pipeline.build.tried import tried
from pipeline.datasets import declared
from pipeline.extract.catalogue_records import reads_records
from pipeline.model.release import CatalogueRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.build.outcome import Outcome
    from pipeline.build.run_context import Workplace
    from pipeline.errors import PipelineError
    from pipeline.model.declaration import Dataset


def lists_datasets(dataset: Dataset) -> bool:
    """Return whether a dataset is made of the catalogue records of all datasets."""
    return any(map(reads_records, dataset.feeds))


def record_of(work: Workplace, dataset: Dataset, outcome: Outcome | None) -> CatalogueRecord | PipelineError:
    """Return the record of a dataset after its ``outcome``, or from its stored state, or the error met."""
    is_known = outcome is not None and (outcome.error is None or outcome.state.months)
    return tried(partial(_record, work, dataset, outcome if is_known else None))


def titles_and_publishers(records: Iterable[CatalogueRecord]) -> dict[str, tuple[str, str] | None]:
    """Return title and publisher of each declared dataset, None for one that the force does not publish."""
    return {**dict.fromkeys(declared()), **{record.name: (record.title, record.publisher) for record in records}}


def _record(work: Workplace, dataset: Dataset, outcome: Outcome | None) -> CatalogueRecord:
    settings, schema = work.settings, work.schema(dataset)
    state = outcome.state if outcome else work.store.state(dataset.name)
    return CatalogueRecord(
        name=dataset.name,
        title=schema.title,
        description=schema.description,
        publisher=settings.publisher(dataset.name, dataset.publisher).name,
        licence=settings.terms(dataset.name).licence.title,
        kind=dataset.period,
        held_back=dataset.held_back,
        lists_datasets=lists_datasets(dataset),
        facts=facts_of(work, dataset, state),
    )
