"""What sources enter in the registers, in the place of what they said before, which counts where they are let go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.build.protected.registers import BEFORE, register_rules
from pipeline.storage.registers import Entered, entered

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.build.received.history import History, Versions
    from pipeline.extract.partition import Dated
    from pipeline.model.context import Context
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Period
    from pipeline.storage.state import Registers, State

_Entries = dict[str, dict[str, Entered]]


@dataclass(frozen=True, slots=True)
class Entering:
    """The registers as sources fill them.

    ``entered`` is the sha256 of the bytes that each path last entered; ``replaced`` what bytes entered that fed a
    release, while others have taken their place that fed none yet.
    """

    registers: _Entries
    replaced: _Entries
    entered: dict[str, str]
    history: History

    def enter(self, feed: Feed, path: str, sha256: str, source: Dated, context: Context, *, month: Period) -> None:
        """Enter what a source says, in the place of what it said before."""
        counted = path in self.entered and self.history.counted(path, self.entered[path])
        for rule in feed.rules:
            sources = self.registers.get(rule.register, {})
            if (before := sources.pop(path, None)) is None:
                continue
            if lasting := rule.lasting(before):
                _add(sources, f"{path}{BEFORE}", lasting)
            if counted:
                self.replaced.setdefault(rule.register, {})[path] = before
        for rule in feed.rules:
            if rule.register:
                entries = rule.enter(source.extracted.cells, source.extracted.rows, replace(context, month=month))
                _add(self.registers.setdefault(rule.register, {}), path, entries)
        self.entered[path] = sha256

    def counting(self, dataset: Dataset, rejected: Collection[str]) -> _Entries:
        """Return the registers with what stood before beside, or in the place of, what was let go.

        What a rejected build's file entered protects all the same, and so does what a file that was taken back says
        against naming a payee: nobody is less protected for a decision.  Its marked rows count no more.  While what
        is public was made of bytes that were replaced, what lasts of them counts too.
        """
        aside = {path for path, sha256 in self.entered.items() if self.history.is_let_go(path, sha256)}
        found = {name: dict(sources) for name, sources in self.registers.items()}
        rules = {rule.register: rule for rule in register_rules(dataset)}
        for name, sources in found.items():
            before = self.replaced.get(name, {})
            for path in before.keys() - aside - {*rejected}:
                if entries := rules[name].lasting(before[path]):
                    _add(sources, f"{path}{BEFORE}", entries)
            for path in aside & sources.keys():
                if entries := rules[name].protecting(sources.pop(path)):
                    _add(sources, f"{path}{BEFORE}", entries)
            for path in {*aside, *rejected} & before.keys():
                _add(sources, path if path in aside else f"{path}{BEFORE}", before[path])
        return found

    def still_replaced(self) -> _Entries:
        """Return what has to be kept: nothing where the newest bytes fed a release that holds."""

        def is_replaced(path: str) -> bool:
            return not self.history.counted(path, self.entered.get(path, ""))

        return {
            name: {path: source for path, source in sources.items() if is_replaced(path)}
            for name, sources in self.replaced.items()
        }


def without_released(replaced: Registers, entered: Mapping[str, str], versions: Versions) -> Registers:
    """Return what was replaced without that of paths whose newest bytes have fed a release tonight."""
    out = {
        path
        for path, sha256 in entered.items()
        if any(version.sha256 == sha256 and version.released for version in versions.get(path, ()))
    }
    return {
        name: {path: source for path, source in sources.items() if path not in out}
        for name, sources in replaced.items()
    }


def entering(state: State, history: History) -> Entering:
    """Return the registers as they were left."""
    return Entering(_copied(state.registers), _copied(state.replaced), dict(state.entered), history)


def _copied(registers: Registers) -> _Entries:
    return {name: {path: entered(source) for path, source in paths.items()} for name, paths in registers.items()}


def _add(sources: dict[str, Entered], path: str, entries: Mapping[str, str]) -> None:
    """Enter more under a path: several rules of a feed may keep one register."""
    sources[path] = entered({**dict(sources[path].items()), **entries} if path in sources else entries)
