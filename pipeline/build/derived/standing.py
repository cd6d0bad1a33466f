"""What stands of a dataset, now that a run is done with it: tables that list datasets are made of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.build.publication import facts_of
from pipeline.build.tried import tried
from pipeline.datasets import declared
from pipeline.extract.standing import tells
from pipeline.model.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.build.outcome import Outcome
    from pipeline.build.run_context import Workplace
    from pipeline.errors import PipelineError
    from pipeline.model.declaration import Dataset


def is_told(dataset: Dataset) -> bool:
    """Return whether a dataset is made of what stands of all of them."""
    return any(map(tells, dataset.feeds))


def standing_of(work: Workplace, dataset: Dataset, outcome: Outcome | None) -> Standing | PipelineError:
    """Return what stands of a dataset as its ``outcome`` leaves it, or as it is remembered; else why nobody knows."""
    known = outcome is not None and (outcome.error is None or outcome.state.months)
    return tried(partial(_standing, work, dataset, outcome if known else None))


def listed(standing: Iterable[Standing]) -> dict[str, tuple[str, str] | None]:
    """Return title and publisher of each declared dataset, None of one that the force does not publish."""
    return {**dict.fromkeys(declared()), **{each.name: (each.title, each.publisher) for each in standing}}


def _standing(work: Workplace, dataset: Dataset, outcome: Outcome | None) -> Standing:
    settings, schema = work.settings, work.schema(dataset)
    state = outcome.state if outcome else work.store.state(dataset.name)
    return Standing(
        name=dataset.name,
        title=schema.title,
        description=schema.description,
        publisher=settings.publisher(dataset.name, dataset.publisher).name,
        licence=settings.terms(dataset.name).licence.title,
        kind=dataset.period,
        held_back=dataset.held_back,
        tells=is_told(dataset),
        facts=facts_of(work, dataset, state),
    )
