"""Registers of protections: what every source ever said, never weaker than what a release went out with.

A register holds keys of the private index, never a cell.  What sources said is kept by source, so that a newer file of
the same name can say otherwise; the floor keeps what is public as protected as it is until somebody decides.
"""

from __future__ import annotations

import hashlib
import json
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.groups import alike
from pipeline.model.findings import FINDINGS, Finding
from pipeline.storage.registers import entered as columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from pipeline.errors import InputError
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.row_rule import RowRule
    from pipeline.settings.decisions import Desk
    from pipeline.storage.state import Registers

#: Stands for an entry that a decision let go.
SETTLED = "settled"
_Entered = TypeVar("_Entered", bound="Mapping[str, str]")
#: What stands behind the path of a source for what lasts, for one run, of the one that it replaces.
BEFORE = " (before)"
Entries = dict[str, str]
#: Findings, each with the keys of a register that it is about.
Asked: TypeAlias = "Sequence[tuple[Finding, Collection[str]]]"


class Standing(NamedTuple):
    """What protects now, by register: the combined entries, the floors to remember, and what waits for a decision.

    ``weaker`` are entries that only a floor still protects, as they would be without it; ``weakenings`` count how
    often each of them was let out: an approval serves once.
    """

    combined: Mapping[str, Entries]
    floors: Mapping[str, Entries]
    findings: tuple[Finding, ...]
    faults: tuple[InputError, ...]
    remarks: tuple[str, ...]
    weaker: Mapping[str, Entries]
    weakenings: Mapping[str, int]


def _as_they_are(_rule: RowRule, asked: Asked) -> list[Finding]:
    return [finding for finding, _ in asked]


class Sources(NamedTuple):
    """The sources of a dataset: the months that each, by path, has rows of, and the paths that are public.

    ``applied`` are the entries that kept rows of each month back when it was built; ``absent`` are lists that are not
    there, ``weakenings`` what `Standing` says of the run before; ``shown`` adds to findings
    the rows that bear their keys.
    """

    months: Mapping[str, Collection[Period]]
    public: Collection[str]
    applied: Mapping[Period, Collection[str]]
    absent: Collection[str] = ()
    weakenings: Mapping[str, int] = MappingProxyType({})
    shown: Callable[[RowRule, Asked], list[Finding]] = _as_they_are

    def counts(self, path: str) -> bool:
        """Return whether a source is there, or what is public was made from it."""
        return path in self.months or path in self.public


def register_rules(dataset: Dataset) -> tuple[RowRule, ...]:
    """Return the rules of a dataset that keep a register."""
    return tuple(rule for feed in dataset.feeds for rule in feed.rules if rule.register)


def standing(
    dataset: Dataset, registers: Registers, floors: Mapping[str, Mapping[str, str]], *, desk: Desk, sources: Sources
) -> Standing:
    """Return what protects a dataset's rows, sources that have gone included."""
    found: dict[str, Entries] = {}
    kept: dict[str, Entries] = {}
    weaker: dict[str, Entries] = {}
    weakenings = dict(sources.weakenings)
    findings: list[Finding] = []
    faults: list[InputError] = []
    remarks: list[str] = []
    for rule in _by_register(dataset):
        entered = registers.get(rule.register, {})
        judge = _Judge(dataset.name, rule, entered, desk, sources)
        counting = {path: each for path, each in entered.items() if not rule.repeats_only or sources.counts(path)}
        floor = dict(floors.get(rule.register, {}).items())
        if gone := counting.keys() & sources.absent:
            floor |= _protecting(rule, rule.resolve(_combined(rule, counting.values())), floor)
            counting |= {path: _settling(rule, counting[path]) for path in gone}
        entries, floor, weaker[rule.register], let_out = judge.raised(_combined(rule, counting.values()), floor)
        if let_out:
            weakenings[let_out] = weakenings.get(let_out, 0) + 1
        findings += judge.weakened(weaker[rule.register]) if rule.every_row else []
        entries, asked = judge.settled(rule.resolve(entries))
        found[rule.register] = {key: value for key, value in entries.items() if value}
        strong = {key: value for key, value in entries.items() if rule.strength(value)}
        seen = rule.seen(entered) | floor.keys() if strong else frozenset()
        # one that is in doubt now keeps what it was out with
        kept[rule.register] = floor | {key: value for key, value in strong.items() if key in seen}
        findings += asked
        faults += rule.faults(entered, entries)
        remarks += rule.remarks(entered)
    return Standing(found, kept, tuple(findings), tuple(faults), tuple(remarks), weaker, weakenings)


def weakened(
    dataset: Dataset, weaker: Mapping[str, Mapping[str, str]], registers: Registers, *, desk: Desk, sources: Sources
) -> tuple[Finding, ...]:
    """Return what only a floor keeps back now that the months are built: where only marked rows enter a register."""
    return tuple(
        finding
        for rule in _by_register(dataset)
        if not rule.every_row
        for finding in _Judge(dataset.name, rule, registers.get(rule.register, {}), desk, sources).weakened(
            weaker.get(rule.register, {})
        )
    )


def without_before(sources: Mapping[str, _Entered]) -> dict[str, _Entered]:
    """Return the sources of a register themselves, without what lasts of those that they replace."""
    return {path: entered for path, entered in sources.items() if not path.endswith(BEFORE)}


def _by_register(dataset: Dataset) -> Iterable[RowRule]:
    return {rule.register: rule for rule in register_rules(dataset)}.values()


def _combined(rule: RowRule, sources: Iterable[Mapping[str, str]]) -> Entries:
    tables = [columns_of(source).table for source in sources]
    if not tables:
        return {}
    table = pa.concat_tables(tables)
    if rule.repeats_only:
        table = _repeated(table)
    given: dict[str, list[str]] = {}
    counted = table.group_by(table.column_names, use_threads=False).aggregate([([], "count_all")])
    for key, value, times in zip(*(column.to_pylist() for column in counted.columns), strict=True):
        given.setdefault(key, []).extend([value] * min(times, 2))  # often is no stronger than twice
    if rule.repeats_only:
        given = {key: values for key, values in given.items() if len(values) > 1 or values[0].endswith("*")}
    return {key: rule.combine(values) if len(values) > 1 else values[0] for key, values in given.items()}


def _repeated(table: pa.Table) -> pa.Table:
    """Return the entries that may count where only keys do that come more than once: few of very many."""
    marked = np.flatnonzero(np.asarray(pc.ends_with(table.column("value"), "*")))
    return table.take(pa.array(np.union1d(alike(*table.column("key").chunks), marked)))


def _protecting(rule: RowRule, entries: Entries, floor: Entries) -> Entries:
    """Return the entries that protect more than the floor does."""
    strength = rule.strength
    return {key: value for key, value in entries.items() if strength(value) > strength(floor.get(key, ""))}


def _settling(rule: RowRule, entered: Mapping[str, str]) -> Entries:
    """Return what a list that has gone still says: whom it settled stays settled, whom it protected is asked about."""
    return {key: value for key, value in entered.items() if not rule.strength(value)}


class _Judge(NamedTuple):
    """Looks at one register: is anything weaker than it was, and does anything ask for a decision?"""

    dataset: str
    rule: RowRule
    entered: Mapping[str, Mapping[str, str]]
    desk: Desk
    sources: Sources

    def raised(self, entries: Entries, floor: Mapping[str, str]) -> tuple[Entries, Entries, Entries, str]:
        """Return the entries raised to the floor, the floor that is left, what would go back without it, what was let.

        The last names the weakening that a decision has let out now, "" where none has.
        """
        let_out = ""
        now = self.rule.resolve(dict(entries))
        weaker = {
            key: now.get(key, "")
            for key, value in floor.items()
            if self.rule.strength(value) > self.rule.strength(now.get(key, ""))
        }
        if not weaker:
            return entries, dict(floor), {}, ""
        let_go = self._borne(weaker)
        if any(self.desk.approval(finding) for finding, _ in self._weakening(weaker)):
            let_out = self._named("protection-weakened", {key: weaker[key] for key in let_go})
            floor = {key: value for key, value in floor.items() if key not in let_go}
            weaker = {key: value for key, value in weaker.items() if key not in let_go}
        raised = {key: self.rule.combine([floor[key], *([entries[key]] if key in entries else [])]) for key in weaker}
        return entries | raised, dict(floor), weaker, let_out

    def weakened(self, weaker: Mapping[str, str]) -> list[Finding]:
        """Return what waits for a decision: the weaker entries that some row bears; what has left protects nobody."""
        return self.sources.shown(self.rule, self._weakening(weaker))

    def _weakening(self, weaker: Mapping[str, str]) -> list[tuple[Finding, Collection[str]]]:
        facts = {key: weaker[key] for key in self._borne(weaker)}
        if not facts:
            return []
        whom = f"{self.rule.count(facts):,} of the {self.rule.guards or self.rule.holds}"
        words = f"{whom} would be less protected than in what is public; the stronger protection stands"
        words += "".join(f"; {path} is missing" for path in sorted(self.entered.keys() & self.sources.absent))
        return [(self._finding("protection-weakened", facts, words), facts)]

    def _borne(self, weaker: Mapping[str, str]) -> Collection[str]:
        if not weaker:
            return ()
        applied = {*weaker} & {entry for value in self.sources.applied.values() for entry in value}
        if not self.rule.every_row:
            return applied
        return applied | {*self.rule.borne(weaker, self.rule.seen(without_before(self.entered)))}

    def settled(self, entries: Entries) -> tuple[Entries, list[Finding]]:
        """Return the entries without those that a decision let go, and what still asks for one, each by itself."""
        asked: list[tuple[Finding, Collection[str]]] = []
        for code, keys in self.rule.asks(entries).items():
            for key in sorted(keys):
                finding = self._finding(code, {key: ""}, FINDINGS[code].rstrip("."))
                if self.desk.approval(finding):
                    entries = entries | {key: SETTLED}
                else:
                    asked.append((finding, (key,)))
        return entries, self.sources.shown(self.rule, asked)

    def _finding(self, code: str, facts: Mapping[str, str], words: str) -> Finding:
        named = self._named(code, facts)
        times = self.sources.weakenings.get(named, 0)
        naming = {
            path
            for path, entries in without_before(self.entered).items()
            if not self.rule.seen({path: entries}).isdisjoint(facts)
        }
        return Finding(
            code=code,
            dataset=self.dataset,
            periods=tuple(sorted(set(self._periods(facts.keys())))),
            words=words,
            counts={self.rule.register: self.rule.count(facts)},
            paths=tuple(
                sorted(naming | {path for path in without_before(self.entered) if path not in self.sources.months})
            ),
            binds=hashlib.sha256(f"{named} {times}".encode()).hexdigest() if times else named,
        )

    def _named(self, code: str, facts: Mapping[str, str]) -> str:
        """Return what names a question, however often it is asked."""
        text = json.dumps([code, self.dataset, self.rule.register, sorted(facts.items())])
        return hashlib.sha256(text.encode()).hexdigest()

    def _periods(self, keys: Collection[str]) -> Iterator[Period]:
        """Yield the months whose rows bear one of the keys; those of all sources where none is known to."""
        applied = [month for month, entries in self.sources.applied.items() if not set(entries).isdisjoint(keys)]
        naming = [path for path, each in self.entered.items() if not self.rule.seen({path: each}).isdisjoint(keys)]
        months = self.sources.months
        yield from applied
        for path in [path for path in naming if path in months] or ([] if applied else months):
            yield from months[path]
