"""Months whose extracts have gone: they stay as they are, but a new protection is still carried out on them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipeline.build.cells import count_rows, treated_rows
from pipeline.build.drafted import drafted
from pipeline.build.protected.kept_rows import KeptRows
from pipeline.build.protected.registers import register_rules
from pipeline.build.run_context import digest
from pipeline.build.tried import tried
from pipeline.columns.arrays import plain, whole
from pipeline.errors import PipelineError, StorageError
from pipeline.model.reasons import Account, Outcome
from pipeline.release.leak_scan import check, read_back
from pipeline.release.publishable import Part, publishable
from pipeline.storage.lost import lost_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.build.inputs import DatasetInputs
    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.periods import Period
    from pipeline.model.release import Scanned
    from pipeline.model.row_rule import PublicRevision
    from pipeline.release.publishable import PublishableTable
    from pipeline.storage.draft import Draft
    from pipeline.storage.state import Built, MonthState


def keep(inputs: DatasetInputs, month: Period, state: MonthState) -> MonthState:
    """Return the state of a month whose input has gone, after restrictions and redactions that came since."""
    return looked_at_afresh(inputs, state, guard(inputs, month, replace(state, input_gone=True)))


def looked_at_afresh(inputs: DatasetInputs, before: MonthState, now: MonthState) -> MonthState:
    """Return a month that is built again once all is back that its rows were protected without."""
    if now.released == before.released:
        return now
    looked_at = {rule.holds: "unknown" for rule in register_rules(inputs.dataset)}
    made_from = {name: looked_at.get(name, text) for name, text in now.made_from.items()}
    return replace(now, made_from=made_from)


def guard(inputs: DatasetInputs, month: Period, state: MonthState) -> MonthState:
    """Return a month that is not built again, its public release and the one that waits as protected as can be.

    Records that were restricted since are removed, payees that were found to need it are redacted.
    """
    return _guard_waiting(inputs, month, _guard_released(inputs, month, state))


def guard_each(
    inputs: DatasetInputs, before: Mapping[Period, MonthState]
) -> tuple[dict[Period, MonthState], list[PipelineError]]:
    """Return months as protected as can be, each by itself, and the errors of what could not be."""
    months, errors = dict(before), []
    for month in before:
        for step in (_guard_released, _guard_waiting):
            after = tried(partial(step, inputs, month, months[month]))
            if isinstance(after, PipelineError):
                errors.append(after)
            else:
                months[month] = after
    return months, errors


def protect_unbuilt(
    inputs: DatasetInputs, before: Mapping[Period, MonthState], left: Collection[Period]
) -> tuple[dict[Period, MonthState], dict[Period, StorageError]]:
    """Return months as protected as can be where they stay public without being built, and those whose files are lost.

    ``left`` are stale months that were not asked for: a protection does not wait until somebody asks.
    """
    months, lost = dict(before), {}
    for month in before:
        try:
            months[month] = _unbuilt(inputs, month, months[month], left)
        except StorageError as error:
            if error.code != "bad-state":
                raise
            lost[month] = error
    return months, lost


def _unbuilt(inputs: DatasetInputs, month: Period, last: MonthState, left: Collection[Period]) -> MonthState:
    survey = inputs.survey
    if month in survey.gone - survey.paused:
        return keep(inputs, month, last) if not last.input_gone or is_due(inputs, month, last) else last
    if last.waiting or month in left or month in survey.paused or month not in survey.opened:
        return guard(inputs, month, last)
    return replace(last, input_gone=False) if last.input_gone else last


def _guard_released(inputs: DatasetInputs, month: Period, state: MonthState) -> MonthState:
    """Return the state of a period after protecting its public release."""
    if state.released is None or not (kept := _guarded(inputs, month, state.released)):
        return state
    return replace(
        state,
        released=kept.built,
        accounts=state.accounts if state.waiting else _moved(state.accounts, kept.removed),
        restricted=tuple(sorted({*state.restricted, *kept.applied})),
        kept_back=tuple(sorted({*state.kept_back, *kept.kept_back})),
    )


def _guard_waiting(inputs: DatasetInputs, month: Period, state: MonthState) -> MonthState:
    """Return the state of a period after protecting its waiting release."""
    if state.waiting is None or not (kept := _guarded(inputs, month, state.waiting.built)):
        return state
    return replace(state, waiting=replace(state.waiting, built=kept.built))


class _Kept(NamedTuple):
    """A release after new protections were applied to it without a build."""

    built: Built
    applied: frozenset[str]  #: register entries that matched a row
    kept_back: frozenset[str]  #: what later builds have to keep back as well
    removed: Mapping[tuple[str, str], int]  #: rows removed, by feed and reason


def _guarded(inputs: DatasetInputs, month: Period, kept: Built) -> _Kept | None:
    """Return a release after new protections, None if it needs none."""
    folder = inputs.work.store.folder(inputs.dataset.name, kept.folder)
    if not folder.is_dir():
        if inputs.work.writes:
            raise lost_file(folder)
        return None  # in a plan: what was just built is not on disk, and was protected when it was built
    rows = KeptRows(inputs, kept)
    revisions = _revisions(inputs, month, rows)
    if not revisions:
        return None
    counted = inputs.dataset.counting is not None
    out = np.zeros(len(revisions[0][1].out), np.bool_)
    columns = {} if counted else {name: rows.text(name) for name in rows.table.column_names}
    removed: Counter[tuple[str, str]] = Counter()
    for feed, revision in revisions:
        removed[feed, revision.code] += int((revision.out & ~out).sum())
        out |= revision.out
        columns |= revision.columns
    table = _recounted(inputs, month, rows, out) if counted else _left(inputs, pa.table(columns), rows, out)
    built = _rebuilt(inputs, month, table, instead_of=kept)
    applied = frozenset(entry for _, revision in revisions for entry in revision.applied)
    kept_back = frozenset(entry for _, revision in revisions for entry in revision.kept_back)
    return _Kept(built, applied, kept_back, removed)


def _context(inputs: DatasetInputs, month: Period) -> Context:
    return inputs.work.context(inputs.dataset, month, inputs.references_of(month), registers=inputs.survey.combined)


def names_somebody(inputs: DatasetInputs, month: Period) -> bool:
    """Return whether the text of a public release names a person protected by a register."""
    released = inputs.months[month].released
    if released is None:
        return False
    rows, context = KeptRows(inputs, released), _context(inputs, month)
    return any(rule.stands_in(rows, context) for rule in register_rules(inputs.dataset))


def _revisions(inputs: DatasetInputs, month: Period, rows: KeptRows) -> list[tuple[str, PublicRevision]]:
    """Return the protections that the rows need, each with its feed."""
    context = _context(inputs, month)
    revisions = [(feed.name, rule.revise_public(rows, context)) for feed in inputs.dataset.feeds for rule in feed.rules]
    return [(feed, revision) for feed, revision in revisions if revision is not None]


def is_due(inputs: DatasetInputs, month: Period, state: MonthState) -> bool:
    """Return whether the public release of a period needs a protection."""
    return state.released is not None and bool(_revisions(inputs, month, KeptRows(inputs, state.released)))


def _recounted(inputs: DatasetInputs, month: Period, rows: KeptRows, out: Mask) -> PublishableTable:
    """Return the cells counted again from the private keys of the rows that are left."""
    counting = inputs.dataset.counting
    if counting is None:
        raise TypeError(inputs.dataset.name)
    left = pa.array(np.flatnonzero(~out))
    treated, keys = treated_rows({name: column.take(left) for name, column in rows.keys.items()}, counting)
    schema = inputs.work.schema(inputs.dataset)
    context = _context(inputs, month)
    return count_rows(inputs.dataset, counting, treated, keys, context=context, schema=schema).table


def _left(inputs: DatasetInputs, text: pa.Table, rows: KeptRows, out: Mask) -> PublishableTable:
    """Return the rows that are left, in their order.

    They were judged when they were released, by the schema and the settings of that day, and keep their types.
    """
    dataset = inputs.dataset
    kept: NDArray[np.int64] = np.flatnonzero(~out)
    left = pa.array(kept)
    nowhere = np.zeros(len(kept), np.int32)
    references = rows.keys | {scope: rows.references(scope) for scope in dataset.references}
    part = Part(
        text=_recurring(text.take(left), tuple(dataset.references.values())),
        chosen=np.arange(len(kept)),
        feed=nowhere,
        source=nowhere,
        row=kept,
        references={scope: column.take(left) for scope, column in references.items() if column is not None},
    )
    schema = rows.typed.schema
    order = [name for name in dataset.order if name in schema.names]
    return publishable([part], schema, order, cast=_types_of(rows))


def _rebuilt(inputs: DatasetInputs, month: Period, table: PublishableTable, *, instead_of: Built) -> Built:
    """Return the release of a table that replaces another; its texts were scanned at their release."""
    dataset, work = inputs.dataset, inputs.work
    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]

    def scanned(draft: Draft, beside: Mapping[str, pa.Array]) -> Scanned:
        read = read_back(draft.files, texts)[0] if work.writes else pa.table({})
        return check(read, (), where=f"{dataset.name}-{month}", files=draft.files, beside=beside)

    number = digest([instead_of.folder, inputs.survey.combined])[:12]
    passed = drafted(work, dataset, month, table, references=inputs.references_of(month), number=number, check=scanned)
    if work.writes:
        passed.complete()
    built = passed.described(rows=table.rows, released_on=work.as_of, quality=instead_of.quality)
    return replace(built, made_from=instead_of.made_from, points=instead_of.points, totals=instead_of.totals)


def _types_of(rows: KeptRows) -> Callable[[pa.Table], pa.Table]:
    """Return what gives text its types: each text means what it meant when it was released."""
    meanings: dict[str, tuple[pa.Array, pa.Array]] = {}
    for field in rows.typed.schema:
        if not pa.types.is_string(field.type):
            texts = rows.text(field.name).dictionary_encode()
            codes, first = np.unique(np.asarray(texts.indices.fill_null(-1)), return_index=True)
            values = whole(rows.typed.column(field.name)).take(pa.array(first[codes >= 0]))
            meanings[field.name] = texts.dictionary, values

    def cast(text: pa.Table) -> pa.Table:
        columns = [plain(whole(text.column(name))) for name in rows.typed.column_names]
        for context, name in enumerate(rows.typed.column_names):
            if name in meanings:
                texts, values = meanings[name]
                columns[context] = values.take(pc.index_in(columns[context], texts))
        return pa.table(columns, schema=rows.typed.schema)

    return cast


def _recurring(text: pa.Table, varied: Sequence[str]) -> pa.Table:
    """Return the columns as the corridor has them: dictionaries where values recur."""
    columns = {name: text.column(name) for name in text.schema.names}
    return pa.table(
        {name: column if name in varied else column.dictionary_encode() for name, column in columns.items()}
    )


def _moved(accounts: tuple[Account, ...], removed: Mapping[tuple[str, str], int]) -> tuple[Account, ...]:
    """Return the accounts after moving removed rows from published to withheld; lost accounts stay empty."""
    if not accounts:
        return ()
    moved = Counter({(account.feed, account.outcome, account.reason): account.rows for account in accounts})
    for (feed, reason), rows in removed.items():
        if rows:
            moved[feed, Outcome.PUBLISHED, "published"] -= rows
            moved[feed, Outcome.WITHHELD, reason] += rows
    return tuple(Account(*key, rows) for key, rows in moved.items())
