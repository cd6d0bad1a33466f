"""Registers of protections: what every source ever said, never weaker than what a release went out with.

A register holds keys of the private index, never a cell.  What sources said is kept by source, so that a newer file of
the same name can say otherwise; the floor keeps what is public as protected as it is until somebody decides.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from pipeline.model.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pipeline.errors import InputError
    from pipeline.model.declaration import Dataset
    from pipeline.model.handling import RowRule
    from pipeline.model.periods import Month
    from pipeline.settings.decisions import Desk

#: Stands for an entry that a decision let go.
SETTLED = "settled"
#: What each source entered: a value by key, by register and path.
Registers = dict[str, dict[str, dict[str, str]]]
Entries = dict[str, str]


class Standing(NamedTuple):
    """What protects now, by register: the combined entries, the floors to remember, and what waits for a decision."""

    combined: Mapping[str, Entries]
    floors: Mapping[str, Entries]
    findings: tuple[Finding, ...]
    faults: tuple[InputError, ...]
    remarks: tuple[str, ...]


def register_rules(dataset: Dataset) -> tuple[RowRule, ...]:
    """Return the rules of a dataset that keep a register."""
    return tuple(rule for feed in dataset.feeds for rule in feed.rules if rule.register)


def standing(
    dataset: Dataset,
    registers: Registers,
    floors: Mapping[str, Mapping[str, str]],
    *,
    desk: Desk,
    months: Mapping[str, Collection[Month]],
) -> Standing:
    """Return what protects a dataset's rows; ``months`` are those that each source, by path, has rows of."""
    found: dict[str, Entries] = {}
    kept: dict[str, Entries] = {}
    findings: list[Finding] = []
    faults: list[InputError] = []
    remarks: list[str] = []
    for rule in {rule.register: rule for rule in register_rules(dataset)}.values():
        sources = registers.get(rule.register, {})
        judge = _Judge(dataset.name, rule, sources, desk, months)
        entries, floor, weakened = judge.raised(_combined(rule, sources.values()), floors.get(rule.register, {}))
        entries, asked = judge.settled(rule.resolve(entries))
        found[rule.register] = {key: value for key, value in entries.items() if value}
        seen = rule.seen(sources) | floor.keys()
        strong = {key: value for key, value in entries.items() if key in seen and rule.strength(value)}
        kept[rule.register] = floor | strong  # one that is in doubt now keeps what it was out with
        findings += [*weakened, *asked]
        faults += rule.faults(sources, entries)
        remarks += rule.remarks(sources)
    return Standing(found, kept, tuple(findings), tuple(faults), tuple(remarks))


def _combined(rule: RowRule, sources: Iterable[Mapping[str, str]]) -> Entries:
    given: dict[str, list[str]] = {}
    for entered in sources:
        for key, value in entered.items():
            given.setdefault(key, []).append(value)
    if rule.repeats_only:
        given = {key: values for key, values in given.items() if len(values) > 1 or values[0].endswith("*")}
    return {key: rule.combine(values) if len(values) > 1 else values[0] for key, values in given.items()}


class _Judge(NamedTuple):
    """Looks at one register: is anything weaker than it was, and does anything ask for a decision?"""

    dataset: str
    rule: RowRule
    sources: Mapping[str, Mapping[str, str]]
    desk: Desk
    months: Mapping[str, Collection[Month]]

    def raised(self, entries: Entries, floor: Mapping[str, str]) -> tuple[Entries, Entries, list[Finding]]:
        """Return the entries raised to the floor, the floor that is left, and what would go back by itself."""
        now = self.rule.resolve(dict(entries))
        weaker = {
            key for key, value in floor.items() if self.rule.strength(value) > self.rule.strength(now.get(key, ""))
        }
        if not weaker:
            return entries, dict(floor), []
        finding = self._finding(
            "protection-weakened",
            weaker,
            {key: now.get(key, "") for key in weaker},
            f"{len(weaker):,} of the {self.rule.holds} would be less protected than in what is public; "
            "the stronger protection stands",
        )
        if self.desk.approval(finding):
            return entries, {key: value for key, value in floor.items() if key not in weaker}, []
        raised = {key: self.rule.combine([floor[key], *([entries[key]] if key in entries else [])]) for key in weaker}
        return entries | raised, dict(floor), [finding]

    def settled(self, entries: Entries) -> tuple[Entries, list[Finding]]:
        """Return the entries without those that a decision let go, and what still asks for one."""
        findings = []
        for code, keys in self.rule.asks(entries).items():
            if not keys:
                continue
            words = f"{len(keys):,} of the {self.rule.holds} wait for a decision"
            finding = self._finding(code, keys, dict.fromkeys(keys, ""), words)
            if self.desk.approval(finding):
                entries = entries | dict.fromkeys(keys, SETTLED)
            else:
                findings.append(finding)
        return entries, findings

    def _finding(self, code: str, keys: Collection[str], facts: Mapping[str, str], words: str) -> Finding:
        text = json.dumps([code, self.dataset, self.rule.register, sorted(facts.items())])
        return Finding(
            code=code,
            dataset=self.dataset,
            periods=tuple(sorted(set(self._periods(keys)))),
            words=words,
            counts={self.rule.register: len(keys)},
            paths=tuple(sorted(path for path in self.sources if path not in self.months)),
            binds=hashlib.sha256(text.encode()).hexdigest(),
        )

    def _periods(self, keys: Collection[str]) -> Iterator[Month]:
        """Yield the months of the sources that name one of the keys; of all sources where none does any more."""
        naming = [path for path, entered in self.sources.items() if not entered.keys().isdisjoint(keys)]
        for path in [path for path in naming if path in self.months] or self.months:
            yield from self.months[path]
