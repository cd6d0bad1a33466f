"""Which months have to be built again, and why: nothing changed means nothing is built."""

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
#: What the public is told when something else than an extract changed.
_PUBLIC = {
    _HELD: changes.HELD_SINCE,
    _NAMES: changes.CORRECTED,
    "open months": changes.LATE,
    "code lists": changes.CODE_LISTS,
    "reference data": changes.REFERENCE,
    "settings": changes.SETTINGS,
}
#: How a change is said where its name alone would not tell.
_WORDS = {
    "open months": "another month can be built now, so late rows have a home",
    "key": "another pseudonym key is in use",
    "declaration": "what happens to the extract's columns changed",
    "schema": "the description of the published columns changed",
    "terms": "the title, the licence or the attribution changed",
}


def stays(inputs: DatasetInputs, month: Period, state: State) -> bool:
    """Return whether a month is not built: it is not over yet, was taken back, or a mapping waits for an approval.

    A nightly difference of a running one would give each row's day.  It is built where it was released on a day that
    turned out to lie ahead: what has not been held is taken out again.
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
    """Return the `stale_months` of a dataset, with the lists that each month keeps and the names that it publishes."""
    work, dataset = inputs.work, inputs.dataset
    bases = {month: work.made_from(dataset, each) for month, each in inputs.points.items()}
    named = partial(names_somebody, inputs)
    return stale_months(dataset, state, inputs.found, base=base, bases=bases, store=work.store, names=named)


def stale_months(
    dataset: Dataset,
    state: State,
    found: Survey,
    *,
    base: Mapping[str, str],
    store: Store,
    bases: Mapping[Period, Mapping[str, str]] | None = None,
    names: Callable[[Period], bool] = lambda _: False,
) -> tuple[list[Stale], dict[Period, MonthState]]:
    """Return the months that differ from what they were made from, the latest first, and those that only seemed to.

    ``base`` is what months are made from today beside their extracts, ``bases`` that of months that keep other lists.
    Newly restricted records are looked for once: a month without any of them remembers that.  ``names`` says
    whether what is public of a month names somebody who is protected now.
    """
    rules = register_rules(dataset)
    everywhere = {entry for rule in rules for entry in rule.everywhere(found.combined[rule.register])}
    known = {rule.register: pa.array(sorted(found.combined[rule.register]), pa.string()) for rule in rules}
    stale: list[Stale] = []
    untouched: dict[Period, MonthState] = {}
    for month in reversed(found.opened):
        inputs = found.inputs(dataset, month)
        made_from = {**(bases or {}).get(month, base), "open months": found.openness(dataset, month)}
        if any(path in found.held for path in inputs):
            made_from[_HELD] = digest([found.held.get(path) for path in inputs])
            made_from[_NUMBERS] = digest([found.numbers.get(path) for path in inputs])
        made_from |= {_register(rule): _entries(rule, found, inputs, known[rule.register]) for rule in rules}
        made_from |= {_NAMES: digest(sorted(everywhere))} if everywhere else {}
        before = state.months.get(month)
        if before is None:
            stale.append(Stale(month, (NEW,), inputs, made_from))
            continue
        reasons = [*_inputs(month, before.inputs, inputs), *differences(before.made_from, made_from, rules)]
        if not _intact(dataset, before, store):
            stale.append(Stale(month, (*reasons, DAMAGED), inputs, made_from))
            continue
        if not all(found.history.desk.lets_go(dataset.name, *each) for each in before.rejected.items()):
            reasons.append(AFTER_ALL)
        if is_let_out(dataset.name, month, before, found, inputs):
            reasons.append(_LET_OUT)
        matter = [reason for reason in reasons if _matters(reason, dataset, before, found, store)]
        if _changed(_NAMES) in matter and {*before.restricted} <= everywhere and not names(month):
            matter.remove(_changed(_NAMES))
        if reasons and not matter:
            untouched[month] = replace(before, made_from=made_from)
        elif matter:
            stale.append(Stale(month, tuple(matter), inputs, made_from))
    return stale, untouched


def _intact(dataset: Dataset, month: MonthState, store: Store) -> bool:
    """Return whether what is public of a month, and what waits, are on disk as they were built."""
    kept = [month.released, month.waiting.built if month.waiting else None]
    return all(store.intact(dataset.name, built) for built in kept if built)


def _matters(reason: Why, dataset: Dataset, month: MonthState, found: Survey, store: Store) -> bool:
    """Return whether a reason changes anything of a month: its rows, or the list of its bad rows."""
    rules = [rule for rule in register_rules(dataset) if reason == _protection(rule) and not rule.every_row]
    if rules:
        return any(touches(dataset, month, rule, frozenset(found.combined[rule.register]), store) for rule in rules)
    if reason == _changed(_NUMBERS):
        return any(each.outcome is Outcome.QUARANTINED for each in month.accounts)
    return True


def in_words(reasons: Iterable[Why]) -> str:
    """Return why a month is built, for the plan."""
    return "; ".join(reason.words for reason in reasons)


def touches(dataset: Dataset, month: MonthState, rule: RowRule, entered: frozenset[str], store: Store) -> bool:
    """Return whether the references of a month that stand in a register are other ones than when it was built."""
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
    return any(bool(pc.any(pc.is_in(each, value_set=entries)).as_py()) for each in columns if each is not None)


def _register(rule: RowRule) -> str:
    """Return what the register is called where a month remembers what it was made from."""
    return rule.holds


def _entries(rule: RowRule, found: Survey, inputs: Iterable[str], known: pa.Array) -> str:
    """Return a digest of the entries that can matter to a month: those of its rows, where every row enters one."""
    combined = found.combined[rule.register]
    if not rule.every_row:
        return digest(sorted(combined.items()))
    sources = found.registers.get(rule.register, {})
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
    """Yield what a month is made from today beside its inputs, and was not when it was built."""
    protections = {_register(rule): _protection(rule) for rule in rules}
    for name in sorted({*before, *now} - {RECOVERED}):
        if before.get(name) != now.get(name):
            yield protections.get(name) or _changed(name)


def _protection(rule: RowRule) -> Why:
    """Return why a month is built whose protected records changed: to the public a correction as any other."""
    return Why(f"{_register(rule)} changed", changes.CORRECTED)


def _changed(name: str) -> Why:
    return Why(_WORDS.get(name, f"{name} changed"), _PUBLIC.get(name, changes.RULES))
