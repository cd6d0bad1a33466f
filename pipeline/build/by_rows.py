"""Registers that tell what stands: another snapshot is made when another row is published, whatever else has changed.

Other registers are named by their bytes.  These are made of every release: most of what changes there changes no row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.build.candidate import product_of, raw_tables
from pipeline.build.due import stale_of
from pipeline.build.inputs import DatasetInputs
from pipeline.build.inventory import survey
from pipeline.columns.arrays import whole
from pipeline.extract.standing import tells
from pipeline.model.constants import SNAPSHOT

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.build.inputs import Survey
    from pipeline.build.run_context import Workplace
    from pipeline.extract.reader import Reader
    from pipeline.extract.reference import References
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.storage.state import State


def named_by_rows(
    work: Workplace, dataset: Dataset, state: State, reader: Reader, references: References, *, found: Survey
) -> Survey:
    """Return what is there as the snapshot that it is by its rows: the latest one where they are the same."""
    if found.faults or not (
        found.opened and state.months and dataset.period.register and any(map(tells, dataset.feeds))
    ):
        return found
    inputs = DatasetInputs(
        work=work, dataset=dataset, reader=reader, found=found, references=references, months=state.months
    )
    latest, named = max(state.months), max(found.opened)
    name = named if named > latest else _changed(inputs, state, latest)
    if name > latest and _rows(inputs, named) == _released(inputs, latest):
        name = latest
    return found if name == named else survey(dataset, state, reader, references, work, snapshot=name)


def _changed(inputs: DatasetInputs, state: State, latest: Period) -> Period:
    """Return the latest snapshot where nothing has changed since, else that of the day of the run."""
    stale, _ = stale_of(inputs, state, inputs.work.made_from(inputs.dataset, inputs.references))
    return max(latest, inputs.dataset.period.of_day(inputs.work.as_of)) if stale else latest


def _rows(inputs: DatasetInputs, snapshot: Period) -> dict[str, list[object]]:
    """Return the rows that would be published."""
    table = product_of(inputs, snapshot, raw_tables(inputs, snapshot)).table
    return _without_snapshot(table.typed(0, table.rows))


def _released(inputs: DatasetInputs, snapshot: Period) -> dict[str, list[object]] | None:
    """Return the rows of what was built last of a snapshot, None where nothing is at hand."""
    work, name, month = inputs.work, inputs.dataset.name, inputs.months[snapshot]
    built = month.waiting.built if month.waiting else month.released
    columns = [each.name for each in work.schema(inputs.dataset).fields]
    return _without_snapshot(work.store.rows(name, snapshot, built, columns)) if built else None


def _without_snapshot(rows: pa.Table) -> dict[str, list[object]]:
    return {name: whole(rows.column(name)).to_pylist() for name in rows.column_names if name != SNAPSHOT}
