"""Which periods have to be built again, and why; an unchanged period is not built."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.build.inputs import Stale
from pipeline.build.protected.kept_back import is_let_out
from pipeline.build.protected.recovered import RECOVERED
from pipeline.build.protected.registers import register_rules
from pipeline.build.protected.retained import names_somebody
from pipeline.build.protected.withdrawn import stay_withdrawn
from pipeline.build.received.mappings import mapping_findings
from pipeline.build.run_context import digest
from pipeline.model.reasons import Outcome
from pipeline.release import change_log as changes
from pipeline.release.change_log import Why
from pipeline.storage.registers import entered as columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pipeline.build.inputs import DatasetInputs, Survey
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.row_rule import RowRule
    from pipeline.storage.state import MonthState, State
    from pipeline.storage.store import Store


_HELD = "events that have been held"
#: The numbers of a database's rows: the list of bad rows shows them.
_NUMBERS = "row numbers"
#: The names of whom a register protects in texts of any row.
_NAMES = "names that are protected"
NEW = Why("new", changes.FIRST)
AFTER_ALL = Why("it was rejected, and is let in after all", changes.CORRECTED)
_LET_OUT = Why("less is kept back than before, as was approved", changes.CORRECTED)
DAMAGED = Why("a file of the release is damaged", changes.CORRECTED)
#: The public reason when something else than an extract changed.
_PUBLIC = {
    _HELD: changes.HELD_SINCE,
    _NAMES: changes.CORRECTED,
    "open months": changes.LATE,
    "code lists": changes.CODE_LISTS,
    "reference data": changes.REFERENCE,
    "settings": changes.SETTINGS,
}
#: The words of changes whose name does not explain them.
_WORDS = {
    "open months": "another month can be built now, so late rows have a home",
    "key": "another pseudonym key is in use",
    "declaration": "what happens to the extract's columns changed",
    "schema": "the description of the published columns changed",
    "terms": "the title, the licence or the attribution changed",
}


def stays(inputs: DatasetInputs, month: Period, state: State) -> bool:
    """Return whether a period is not built: it has not ended, was withdrawn, or a mapping waits for an approval.

    Nightly releases of a running period would show the day of each row.  A running period is built only if it was
    released on a later day than today's, so that events not yet held are removed.
    """
    released = state.months[month].released if month in state.months else None
    as_of = inputs.work.as_of
    if mapping_findings(inputs.dataset, inputs.work.settings.desk):
        return True
    if stay_withdrawn(inputs.work.settings.desk, inputs.dataset, state, (month,)):
        return True
    ended = inputs.dataset.period.has_ended(month, as_of)
    return not ended and not (released and released.released_on > as_of.isoformat())


def stale_of(
    inputs: DatasetInputs, state: State, base: Mapping[str, str]
) -> tuple[list[Stale], dict[Period, MonthState]]:
    """Return the `stale_months` of a dataset, comparing each period with its own reference lists."""
    work, dataset = inputs.work, inputs.dataset
    bases = {month: work.made_from(dataset, lists) for month, lists in inputs.points.items()}
    named = partial(names_somebody, inputs)
    return stale_months(dataset, state, inputs.survey, base=base, bases=bases, store=work.store, names=named)


def stale_months(
    dataset: Dataset,
    state: State,
    survey: Survey,
    *,
    base: Mapping[str, str],
    store: Store,
    bases: Mapping[Period, Mapping[str, str]] | None = None,
    names: Callable[[Period], bool] = lambda _: False,
) -> tuple[list[Stale], dict[Period, MonthState]]:
    """Return the periods whose inputs changed, latest first, and new states of periods that need no build after all.

    ``base`` holds the digests of today's inputs beside extracts, ``bases`` those of periods with lists of their own.
    A period without any newly restricted record stores that, so that it is searched once.  ``names`` says whether
    the public release of a period names a protected person.
    """
    rules = register_rules(dataset)
    everywhere = {entry for rule in rules for entry in rule.everywhere(survey.combined[rule.register])}
    known = {rule.register: pa.array(sorted(survey.combined[rule.register]), pa.string()) for rule in rules}
    stale: list[Stale] = []
    untouched: dict[Period, MonthState] = {}
    for month in reversed(survey.opened):
        inputs = survey.inputs(dataset, month)
        made_from = {**(bases or {}).get(month, base), "open months": survey.openness(dataset, month)}
        if any(path in survey.held for path in inputs):
            made_from[_HELD] = digest([survey.held.get(path) for path in inputs])
            made_from[_NUMBERS] = digest([survey.numbers.get(path) for path in inputs])
        made_from |= {_register(rule): _entries(rule, survey, inputs, known[rule.register]) for rule in rules}
        made_from |= {_NAMES: digest(sorted(everywhere))} if everywhere else {}
        before = state.months.get(month)
        if before is None:
            stale.append(Stale(month, (NEW,), inputs, made_from))
            continue
        reasons = [*_inputs(month, before.inputs, inputs), *differences(before.made_from, made_from, rules)]
        if not _intact(dataset, before, store):
            stale.append(Stale(month, (*reasons, DAMAGED), inputs, made_from))
            continue
        if not all(survey.history.desk.lets_go(dataset.name, *rejected) for rejected in before.rejected.items()):
            reasons.append(AFTER_ALL)
        if is_let_out(dataset.name, month, before, survey, inputs):
            reasons.append(_LET_OUT)
        matter = [reason for reason in reasons if _matters(reason, dataset, before, survey, store)]
        if _changed(_NAMES) in matter and {*before.restricted} <= everywhere and not names(month):
            matter.remove(_changed(_NAMES))
        if reasons and not matter:
            untouched[month] = replace(before, made_from=made_from)
        elif matter:
            stale.append(Stale(month, tuple(matter), inputs, made_from))
    return stale, untouched


def _intact(dataset: Dataset, month: MonthState, store: Store) -> bool:
    """Return whether the public release of a period and the waiting one are on disk as they were built."""
    releases = [month.released, month.waiting.built if month.waiting else None]
    return all(store.intact(dataset.name, release) for release in releases if release)


def _matters(reason: Why, dataset: Dataset, month: MonthState, survey: Survey, store: Store) -> bool:
    """Return whether a reason can change the rows of a period or the list of its bad rows."""
    rules = [rule for rule in register_rules(dataset) if reason == _protection(rule) and not rule.every_row]
    if rules:
        return any(touches(dataset, month, rule, frozenset(survey.combined[rule.register]), store) for rule in rules)
    if reason == _changed(_NUMBERS):
        return any(account.outcome is Outcome.QUARANTINED for account in month.accounts)
    return True


def reasons_in_words(reasons: Iterable[Why]) -> str:
    """Return the reasons of a build in words, for the plan."""
    return "; ".join(reason.words for reason in reasons)


def touches(dataset: Dataset, month: MonthState, rule: RowRule, entered: frozenset[str], store: Store) -> bool:
    """Return whether other references of a period are in a register than when it was built."""
    applied = set(month.restricted)
    if applied - entered:
        return True
    added = entered - applied
    latest = month.waiting.built if month.waiting else month.released
    if not added or latest is None:
        return False
    entries = pa.array(sorted(entry.rpartition(" ")[2].removeprefix("=") for entry in added), pa.string())
    columns = [store.key(dataset.name, latest, key) for key in (f"protected {rule.scope}",)]
    if rule.scope in dataset.references:
        columns.append(store.references(dataset.name, latest, rule.scope, dataset.references[rule.scope]))
    return any(bool(pc.any(pc.is_in(column, value_set=entries)).as_py()) for column in columns if column is not None)


def _register(rule: RowRule) -> str:
    """Return the name of a rule's register among the inputs of a period."""
    return rule.holds


def _entries(rule: RowRule, survey: Survey, inputs: Iterable[str], known: pa.Array) -> str:
    """Return a digest of the register, or of the entries of a period's rows if every row has an entry."""
    combined = survey.combined[rule.register]
    if not rule.every_row:
        return digest(sorted(combined.items()))
    sources = survey.registers.get(rule.register, {})
    own = [columns_of(sources[path]).table.column("key") for path in inputs if path in sources and len(known)]
    chunks = [chunk for column in own for chunk in column.chunks]
    of_rows = pc.is_in(known, value_set=pa.chunked_array(chunks, pa.string()).combine_chunks())
    for_all = pc.starts_with(known, "p:")  # what holds for every month
    return digest([(key, combined[key]) for key in known.filter(pc.or_(of_rows, for_all)).to_pylist()])


def _inputs(month: Period, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Why]:
    for path in sorted({*before, *now}):
        if path not in before:
            yield Why(f"{path} now has rows of {month}", changes.LATE)
        elif path not in now:
            yield Why(f"{path} no longer has rows of {month}", changes.CORRECTED)
        elif before[path] != now[path]:
            yield Why(f"{path} has changed", changes.CORRECTED)


def differences(before: Mapping[str, str], now: Mapping[str, str], rules: Iterable[RowRule] = ()) -> Iterator[Why]:
    """Yield a reason for each input beside the extracts that changed since the build."""
    protections = {_register(rule): _protection(rule) for rule in rules}
    for name in sorted({*before, *now} - {RECOVERED}):
        if before.get(name) != now.get(name):
            yield protections.get(name) or _changed(name)


def _protection(rule: RowRule) -> Why:
    """Return the reason of a build after protected records changed; the public sees it as any correction."""
    return Why(f"{_register(rule)} changed", changes.CORRECTED)


def _changed(name: str) -> Why:
    return Why(_WORDS.get(name, f"{name} changed"), _PUBLIC.get(name, changes.RULES))
