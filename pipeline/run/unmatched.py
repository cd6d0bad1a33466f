"""Decisions and lines of lists without effect: about nothing that ever waited or came, or no longer in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.protected.registers import register_rules
from pipeline.datasets import declared
from pipeline.printable import printable
from pipeline.protect.handling import these_rows
from pipeline.storage.journal import lines_of, recorded_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.findings import Decision
    from pipeline.storage.state import State

_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")


def unmatched(work: Workplace, states: Iterable[State]) -> Iterator[str]:
    """Yield what is wrong with the decisions, as a line each."""
    desk = work.settings.desk
    recorded = _recorded(work.private)
    known = {sha256 for state in states for sha256 in _sums(state)} | recorded.sums
    for decision in desk.decisions:
        if decision.dataset not in declared():
            yield printable(f"a decision is about a dataset that does not exist: {_named(decision)}")
        elif not decision.lets_go and not _may_approve(work, decision):
            yield printable(
                f"role-not-listed: a decision does not count, as its post may not approve: {_named(decision)}"
            )
        elif decision.sha256 not in known:
            yield printable(f"a decision matches nothing that ever waited: {_named(decision)}")
    held = {(*_about(decision._asdict()), decision.kind) for decision in desk.decisions}
    gone = [about for about, kind in recorded.decisions.items() if (*about, kind) not in held]
    if gone:
        what = "decision that was" if len(gone) == 1 else "decisions that were"
        yield f"{len(gone):,} {what} made here, missing from {desk.path}: restore it, or decide again"


def _may_approve(work: Workplace, decision: Decision) -> bool:
    dataset = declared()[decision.dataset]
    return work.settings.publisher(dataset.name, dataset.publisher).may_approve(decision.role)


def lines_without_effect(states: Iterable[tuple[Dataset, State]]) -> Iterator[str]:
    """Yield the lines of lists that match nothing that any dataset ever received, as a line for each list."""
    rows: dict[str, list[frozenset[int]]] = {}
    for dataset, state in states:
        for rule in register_rules(dataset):
            for path, unmatched in rule.unmatched(state.registers.get(rule.register, {})).items():
                rows.setdefault(path, []).append(frozenset(unmatched))
    for path, unmatched_rows in sorted(rows.items()):
        if never := frozenset.intersection(*unmatched_rows):
            yield f"{path}, {these_rows(never)}: no extract ever held such a name"


class _Recorded(NamedTuple):
    """The journal's record: every sha256 in it, and the kind of the newest decision about each subject."""

    sums: frozenset[str]
    decisions: Mapping[tuple[str, ...], str]


def _recorded(private: Path) -> _Recorded:
    """Return the record of the journal."""
    lines = tuple(lines_of(private))
    sums = frozenset(sha256 for line in lines for sha256 in _SHA256.findall(line))
    return _Recorded(sums, {_about(entry): str(entry.get("kind")) for entry in recorded_in(lines, "decided")})


def _about(facts: Mapping[str, object]) -> tuple[str, ...]:
    """Return the subject of a decision: its dataset, sha256, path and period."""
    return tuple(str(facts.get(name, "")) for name in ("dataset", "sha256", "path", "period"))


def _named(decision: Decision) -> str:
    about = (decision.kind, decision.dataset, decision.period, decision.finding, decision.path)
    return f"{' '.join(filter(None, about))} (sha256 {decision.sha256[:12]}...)"


def _sums(state: State) -> Iterator[str]:
    """Yield every sha256 of a state that a decision may name."""
    for month in state.months.values():
        yield from (built.csv_sha256 for built in (month.released, month.waiting and month.waiting.built) if built)
        yield from month.rejected.values()
        yield from (finding.sha256 for finding in (month.waiting.findings if month.waiting else ()))
        yield from (built.points for built in (month.released, month.waiting and month.waiting.built) if built)
    yield from (finding.sha256 for finding in state.findings)
    yield from (version.sha256 for versions in state.versions.values() for version in versions)
