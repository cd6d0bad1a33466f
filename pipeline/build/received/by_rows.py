"""Registers that tell what stands: another snapshot is made when another row is published, whatever else has changed.

Other registers are named by their bytes.  These are made of every release: most of what changes there changes no row.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipeline.build.candidate import product_of, raw_tables
from pipeline.build.due import stale_of
from pipeline.build.inputs import DatasetInputs
from pipeline.build.survey import survey_dataset
from pipeline.extract.catalogue_records import reads_records
from pipeline.release.files import csv_blocks

if TYPE_CHECKING:
    from pipeline.build.inputs import Survey
    from pipeline.build.run_context import Workplace
    from pipeline.extract.reader import Reader
    from pipeline.extract.reference import References
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.storage.state import MonthState, State


def named_by_rows(
    work: Workplace, dataset: Dataset, state: State, reader: Reader, references: References, *, survey: Survey
) -> Survey:
    """Return what is there as the snapshot that it is by its rows: the latest one where they are the same."""
    if survey.faults or not (
        survey.opened and state.months and dataset.period.register and any(map(reads_records, dataset.feeds))
    ):
        return survey
    inputs = DatasetInputs(
        work=work, dataset=dataset, reader=reader, survey=survey, references=references, months=state.months
    )
    latest, named = max(state.months), max(survey.opened)
    name = named if named > latest else _changed(inputs, state, latest)
    if name > latest and _csv_of(inputs, named, as_of=latest) in _built(state.months[latest]):
        name = latest
    return survey if name == named else survey_dataset(dataset, state, reader, references, work, snapshot=name)


def _changed(inputs: DatasetInputs, state: State, latest: Period) -> Period:
    """Return the latest snapshot where nothing has changed since, else that of the day of the run."""
    stale, _ = stale_of(inputs, state, inputs.work.made_from(inputs.dataset, inputs.references))
    return max(latest, inputs.dataset.period.of_day(inputs.work.as_of)) if stale else latest


def _csv_of(inputs: DatasetInputs, snapshot: Period, *, as_of: Period) -> str:
    """Return the sha256 of the CSV that the rows of a snapshot would be ``as_of`` another one."""
    table = product_of(inputs, as_of, raw_tables(inputs, snapshot)).table
    found = hashlib.sha256()
    for block in csv_blocks(table):
        found.update(block)
    return found.hexdigest()


def _built(month: MonthState) -> set[str]:
    """Return the sha256 of the CSV that was built last of a snapshot."""
    built = month.waiting.built if month.waiting else month.released
    return {built.csv_sha256} if built else set()
