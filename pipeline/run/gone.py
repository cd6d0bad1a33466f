"""Months whose extracts have gone: they stay as they are, but a new protection is still carried out on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipeline.cells import mask_of
from pipeline.model import Account
from pipeline.protect.payees import PERSONAL, PROTECTED, PROTECTION, Payee, redact
from pipeline.reasons import Outcome
from pipeline.release.files import csv_blocks, parquet_blocks
from pipeline.release.leak import read_back
from pipeline.release.tables import Part, publishable
from pipeline.run.stale import touches
from pipeline.run.workplace import digest
from pipeline.validate.checks import typed_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.cells import Mask
    from pipeline.model import Month
    from pipeline.release.state import Built, MonthState
    from pipeline.run.months import Bench


def keep(bench: Bench, month: Month, state: MonthState) -> MonthState:
    """Return the state of a month whose input has gone, after restrictions and redactions that came since."""
    guarded = guard(bench, month, replace(state, input_gone=True))
    if guarded.released == state.released:
        return guarded
    # whatever was carried out here is looked at afresh once the extract is back
    looked_at = {"restricted records": digest(sorted(bench.found.restricted())), "types of suppliers": "unknown"}
    made_from = {name: looked_at.get(name, text) for name, text in state.made_from.items()}
    return replace(guarded, made_from=made_from)


def guard(bench: Bench, month: Month, state: MonthState) -> MonthState:
    """Return a month that is not built again, its public release and the one that waits as protected as can be.

    Records that were restricted since are removed, payees that were found to need it are redacted.
    """
    released, waiting = state.released, state.waiting
    if waiting and (kept := _guarded(bench, month, waiting.built)):
        state = replace(state, waiting=replace(waiting, built=kept.built))
    if released is None or not (kept := _guarded(bench, month, released)):
        return state
    return replace(
        state,
        released=kept.built,
        accounts=state.accounts if waiting else _moved(state.accounts, kept.removed, bench.dataset.feeds[0].name),
        restricted=tuple(sorted({*state.restricted, *kept.restricted})),
    )


class _Kept(NamedTuple):
    """A kept release after what was due: the restricted references, and how many rows they had."""

    built: Built
    restricted: frozenset[str]
    removed: int


def _guarded(bench: Bench, month: Month, kept: Built) -> _Kept | None:
    """Return what a kept release becomes, None where nothing is due."""
    dataset, work = bench.dataset, bench.work
    if not work.store.folder(dataset.name, kept.folder).is_dir():
        return None  # in a plan: what was just built is not on disk, and was protected when it was built
    restricted = bench.found.restricted() & _published(bench, kept, "crime")
    kinds = _more_protective(bench, kept)
    if not restricted and not kinds:
        return None
    text = _kept_text(bench, kept)
    references = {
        scope: work.store.references(dataset.name, kept, scope, column) for scope, column in dataset.references.items()
    }
    out = mask_of(pc.is_in(references["crime"], pa.array(sorted(restricted), pa.string()))) if restricted else None
    if kinds:
        text = _redacted(bench, month, text, references["supplier"], kinds)
    built = _rebuilt(bench, month, text, references, out=out, instead_of=kept)
    return _Kept(built, restricted, int(out.sum()) if out is not None else 0)


def is_due(bench: Bench, state: MonthState) -> bool:
    """Return whether a protection has to be carried out on a month whose input has gone."""
    if state.released is None:
        return False
    return touches_any(bench, state) or bool(_more_protective(bench, state.released))


def touches_any(bench: Bench, state: MonthState) -> bool:
    """Return whether a record of the month has been restricted since; one that was freed stays withheld."""
    freed = replace(state, restricted=tuple(set(state.restricted) & bench.found.restricted()))
    return "crime" in bench.dataset.references and touches(
        bench.dataset, freed, bench.found.restricted(), bench.work.store
    )


def _published(bench: Bench, built: Built, scope: str) -> frozenset[str]:
    if scope not in bench.dataset.references:
        return frozenset()
    known = bench.work.store.references(bench.dataset.name, built, scope, bench.dataset.references[scope])
    return frozenset(known.drop_null().to_pylist())


def _more_protective(bench: Bench, built: Built) -> dict[str, str]:
    """Return the suppliers of a release who now need more protection than its rows give them."""
    if "supplier" not in bench.dataset.references:
        return {}
    text = _kept_text(bench, built)
    column = bench.dataset.references["supplier"]
    suppliers = bench.work.store.references(bench.dataset.name, built, "supplier", column).to_pylist()
    given = {"": 0, "personal": PROTECTION["IND"], "other": PROTECTION["PROT"]}
    payees = bench.found.payees()
    found = {}
    for supplier, redaction in zip(suppliers, text.column("redaction").to_pylist(), strict=True):
        kind = payees.get(supplier or "", "")
        if kind in (*PERSONAL, *PROTECTED) and PROTECTION[kind] > given[redaction or ""]:
            found[supplier] = kind
    return found


def _kept_text(bench: Bench, built: Built) -> pa.Table:
    """Return the kept CSV as text columns."""
    folder = bench.work.store.folder(bench.dataset.name, built.folder)
    name = next(name for name, facts in built.files.items() if facts["format"] == "csv")
    names = bench.work.schema(bench.dataset).names
    return pa.csv.read_csv(
        folder / name,
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    ).combine_chunks()


def _redacted(bench: Bench, month: Month, text: pa.Table, suppliers: pa.Array, kinds: Mapping[str, str]) -> pa.Table:
    kind = np.array([kinds.get(supplier or "", "") for supplier in suppliers.to_pylist()], object)
    personal: Mask = np.isin(kind, PERSONAL)
    protected: Mask = np.isin(kind, PROTECTED)
    rule = next(rule for feed in bench.dataset.feeds for rule in feed.rules if isinstance(rule, Payee))
    columns = {name: text.column(name).combine_chunks() for name in text.schema.names}
    place = bench.work.place(month, {})
    done = redact(columns, personal, protected, place=place, redaction=rule.redaction)
    return pa.table({name: column.cast(pa.string()) for name, column in done.items()})


def _rebuilt(
    bench: Bench,
    month: Month,
    text: pa.Table,
    references: Mapping[str, pa.Array],
    *,
    out: Mask | None,
    instead_of: Built,
) -> Built:
    """Return the release of the rows that are left, in their order."""
    dataset, work = bench.dataset, bench.work
    kept: NDArray[np.int64] = np.flatnonzero(~out) if out is not None else np.arange(text.num_rows)
    rows = pa.array(kept)
    nowhere = np.zeros(len(kept), np.int32)
    part = Part(
        text=_recurring(text.take(rows), tuple(dataset.references.values())),
        chosen=np.arange(len(kept)),
        feed=nowhere,
        source=nowhere,
        row=kept,
        references={scope: column.take(rows) for scope, column in references.items()},
    )
    # the rows were judged when they were released, by the schema and the settings of that day
    schema = work.schema(dataset)
    table = publishable([part], schema.arrow, dataset.order, cast=lambda given: typed_table(given, schema))
    stem = f"{dataset.name}-{month}"
    files = {
        f"{stem}.csv": csv_blocks(table),
        f"{stem}.parquet": parquet_blocks(table, work.file_facts(dataset)),
    }
    because = [instead_of.folder, sorted(bench.found.restricted()), sorted(bench.found.payees().items())]
    name = f"{month}-{digest(because)[:12]}"
    if not work.writes:
        return work.store.weigh(dataset.name, name, files=files).described(
            rows=table.rows, released_on=work.as_of, quality=instead_of.quality
        )
    draft = work.store.build(dataset.name, name, files=files, references=table.references)
    read_back(draft.files, [field.name for field in schema.arrow if pa.types.is_string(field.type)])
    built = draft.described(rows=table.rows, released_on=work.as_of, quality=instead_of.quality)
    draft.complete()
    return built


def _recurring(text: pa.Table, varied: Sequence[str]) -> pa.Table:
    """Return the columns as the corridor has them: dictionaries where values recur."""
    columns = {name: text.column(name) for name in text.schema.names}
    return pa.table({name: each if name in varied else each.dictionary_encode() for name, each in columns.items()})


def _moved(accounts: tuple[Account, ...], removed: int, feed: str) -> tuple[Account, ...]:
    """Return the accounts after rows of one feed have moved from published to restricted."""
    if not removed:
        return accounts
    moved = {(each.feed, each.outcome, each.reason): each.rows for each in accounts}
    moved[feed, Outcome.PUBLISHED, "published"] -= removed
    restricted = (feed, Outcome.WITHHELD, "restricted")
    moved[restricted] = moved.get(restricted, 0) + removed
    return tuple(Account(*key, rows) for key, rows in moved.items())
