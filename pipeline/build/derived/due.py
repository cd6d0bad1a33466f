"""Which periods of a derived dataset can be made of what its inputs released, and which have to be made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.due import AFTER_ALL, DAMAGED, NEW, differences
from pipeline.build.protected.withdrawn import stay_withdrawn
from pipeline.build.run_context import digest
from pipeline.model.derivation import Sources, inputs_of, periods_of
from pipeline.model.periods import ranges
from pipeline.release.change_log import DERIVED, Why

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.build.outcome import Outcome
    from pipeline.build.run_context import Workplace
    from pipeline.extract.reference import References
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.storage.state import Built, State


class Wanted(NamedTuple):
    """A period that can be made: its releases by dataset and period, their receipt, all else by digest."""

    period: Period
    releases: Mapping[str, Mapping[Period, Built]]
    inputs: Mapping[str, str]
    made_from: Mapping[str, str]


class Asked(NamedTuple):
    """The periods that can be made, and what each of the others lacks, by dataset and period.

    ``running`` are those that are not over yet, ``aside`` those that were taken back; ``untold`` are releases of inputs
    without the control totals that are asked for: what was made of them stays as it is.
    """

    wanted: dict[Period, Wanted]
    lacking: dict[Period, dict[str, list[Period]]]
    running: list[Period]
    aside: tuple[Period, ...]
    untold: Mapping[str, frozenset[Period]]

    @property
    def stay(self) -> frozenset[Period]:
        """The periods that stay public where they are: those that can be made, and those that nobody can judge."""
        untold = (
            period
            for period, lacks in self.lacking.items()
            if any(lacks.values())
            and all(self.untold.get(name, frozenset()).issuperset(of) for name, of in lacks.items())
        )
        return frozenset((*self.wanted, *untold))

    def lacks(self, period: Period) -> tuple[str, ...]:
        """Return in words what a period lacks."""
        return tuple(f"{name} {', '.join(ranges(of))}" for name, of in self.lacking.get(period, {}).items() if of)


def asked_of(
    work: Workplace, dataset: Dataset, state: State, inputs: Mapping[str, Outcome], references: References
) -> Asked:
    """Return the periods that can be made of what the inputs have released."""
    derivation = dataset.derivation
    if derivation is None:
        raise KeyError(dataset.name)
    released = {
        name: {month: month_state.released for month, month_state in found.state.months.items() if month_state.released}
        for name, found in inputs.items()
    }
    totals = {span.dataset for span in derivation.inputs if span.totals}
    untold = {
        name: frozenset(month for month, build in released[name].items() if build.totals is None) for name in totals
    }
    sources = {
        name: Sources(
            inputs[name].dataset.period,
            {
                month: f"{built.csv_sha256} {digest(built.totals)}" if name in totals else built.csv_sha256
                for month, built in months.items()
                if month not in untold.get(name, ())
            },
        )
        for name, months in released.items()
    }
    base = work.made_from(dataset, references)
    known = {*periods_of(derivation, sources), *state.months}
    known.update(derivation.period.missing(known))
    asked = Asked({}, {}, [], stay_withdrawn(work.settings.desk, dataset, state, sorted(known)), untold)
    for period in sorted(known.difference(asked.aside)):
        needed = inputs_of(derivation, period, sources)
        lacks = {name: [each for each, sha256 in of.items() if sha256 is None] for name, of in needed.items()}
        if any(lacks.values()) or not any(needed.values()):
            asked.lacking[period] = lacks
        elif not derivation.period.has_ended(period, work.as_of) and period not in state.months:
            asked.running.append(period)
        else:
            releases = {name: {each: released[name][each] for each in of} for name, of in needed.items()}
            receipt = {f"{n} {each}": sha256 or "" for n, of in needed.items() for each, sha256 in of.items()}
            asked.wanted[period] = Wanted(period, releases, dict(sorted(receipt.items())), base)
    return asked


def missing(
    work: Workplace, dataset: Dataset, inputs: Mapping[str, Outcome], asked: Asked
) -> Iterator[tuple[Period, tuple[Period, ...]]]:
    """Yield the periods that are over and cannot be made, each with the months of its inputs that are lacking."""
    for period, lacks in asked.lacking.items():
        if dataset.period.gaps and dataset.period.has_ended(period, work.as_of):
            months: set[Period] = set()
            for name, of in lacks.items():
                kind, known = inputs[name].dataset.period, inputs[name].state.lacking
                months.update(*(known.get(lack, kind.parts(lack)) for lack in of))
            yield period, tuple(sorted(months))


def stale_of(work: Workplace, dataset: Dataset, state: State, wanted: Wanted) -> tuple[Why, ...]:
    """Return why a period has to be built, nothing where its receipt is what it was."""
    before = state.months.get(wanted.period)
    if before is None:
        return (NEW,)
    found = [*_of_inputs(before.inputs, wanted.inputs), *differences(before.made_from, wanted.made_from)]
    kept = [before.released, before.waiting.built if before.waiting else None]
    if not all(work.store.intact(dataset.name, built) for built in kept if built):
        found.append(DAMAGED)
    if not all(work.settings.desk.lets_go(dataset.name, *rejected) for rejected in before.rejected.items()):
        found.append(AFTER_ALL)
    return tuple(found)


def _of_inputs(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Why]:
    """Yield which releases differ from those that were counted, by dataset."""
    changed: dict[str, list[Period]] = {}
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            dataset, _, period = name.partition(" ")
            changed.setdefault(dataset, []).append(period)
    for dataset, periods in changed.items():
        yield Why(f"{dataset} {', '.join(ranges(periods))} changed", DERIVED)
