"""What a dataset declares that is made from releases of others, never from raw: its inputs, and how rows are made.

An input is the accepted release of a period.  A period is made of the periods of its inputs that its `Span` names: when
all that its spans ask for are there, and it has ended.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pipeline.model.periods import Whole

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.periods import Period, PeriodKind


# --- which periods of an input ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span(ABC):
    """Which periods of an input a period is made of; ``all_there``: it is not made without any of them."""

    all_there: ClassVar[bool] = False

    @abstractmethod
    def of(self, kind: PeriodKind, period: Period, input_kind: PeriodKind, there: Collection[Period]) -> list[Period]:
        """Return the periods of the input, in their order, those that are not ``there`` where they are asked for."""

    def may_be_made(self, kind: PeriodKind, input_kind: PeriodKind, there: Iterable[Period]) -> set[Period]:
        """Return the periods that those that are ``there`` ask for."""
        return {kind.of_day(input_kind.last_day(each)) for each in there} if self.all_there else set()


@dataclass(frozen=True, slots=True)
class Within(Span):
    """The input's periods that lie in the period: the same one, the months of a quarter."""

    all_there = True

    def of(self, kind: PeriodKind, period: Period, input_kind: PeriodKind, _there: Collection[Period]) -> list[Period]:
        """Return them all."""
        first, last = (input_kind.of_day(day) for day in (kind.first_day(period), kind.last_day(period)))
        return list(input_kind.between(first, last))


@dataclass(frozen=True, slots=True)
class Ending(Span):
    """The input's last so many periods to the end of the period: ``Ending(12)`` are twelve months."""

    length: int

    all_there = True

    def of(self, kind: PeriodKind, period: Period, input_kind: PeriodKind, _there: Collection[Period]) -> list[Period]:
        """Return them all."""
        last = input_kind.of_day(kind.last_day(period))
        return list(input_kind.between(input_kind.neighbour(last, 1 - self.length), last))


@dataclass(frozen=True, slots=True)
class Until(Span):
    """Every period of the input that is there and is over when the period is."""

    def of(self, kind: PeriodKind, period: Period, input_kind: PeriodKind, there: Collection[Period]) -> list[Period]:
        """Return those that are there."""
        end = kind.last_day(period)
        return sorted(each for each in there if input_kind.last_day(each) <= end)


@dataclass(frozen=True, slots=True)
class Every(Span):
    """Every period of the input that is there."""

    def of(
        self, _kind: PeriodKind, _period: Period, _input_kind: PeriodKind, there: Collection[Period]
    ) -> list[Period]:
        """Return those that are there."""
        return sorted(there)


@dataclass(frozen=True, slots=True)
class Latest(Every):
    """The newest period of the input that is there: the register as it stands."""

    def of(self, kind: PeriodKind, period: Period, input_kind: PeriodKind, there: Collection[Period]) -> list[Period]:
        """Return the newest, none where there is none."""
        return Every.of(self, kind, period, input_kind, there)[-1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What is read of another dataset: which of its published columns, of which of its periods.

    ``totals``: the control totals of its extract too, which it has to declare.
    """

    dataset: str
    columns: tuple[str, ...]
    span: Span = field(default_factory=Within)
    totals: bool = False


# --- how rows are made --------------------------------------------------------------------------------


class Made(NamedTuple):
    """What a period's inputs come to: published columns, of any type that text can be made of, and two accounts.

    ``left_out`` counts the rows of each input that were not counted, by input and reason; ``quality`` are figures that
    the public may see.  ``read`` says how many rows an input came to, where its extract is counted and not its release.
    ``doubts`` are what it has to wait for a decision about: words, by the code of a finding.
    """

    rows: pa.Table
    left_out: Mapping[str, Mapping[str, int]] = MappingProxyType({})
    quality: Mapping[str, int] = MappingProxyType({})
    read: Mapping[str, int] = MappingProxyType({})
    doubts: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe(ABC):
    """How rows are made of releases: a pure function, with what it looks up beside them.

    ``needs`` are lists below ``data/reference``, of which it ``may_lack`` some, ``options`` the settings that it asks,
    by their class.
    """

    needs: ClassVar[tuple[str, ...]] = ()
    may_lack: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[type[Any], ...]] = ()

    @abstractmethod
    def rows(self, inputs: Mapping[str, Mapping[Period, pa.Table]], context: Context) -> Made:
        """Return the rows of ``context.month``.

        ``inputs`` are, by dataset and period, the declared columns of each release in the types of its schema; texts
        are dictionaries.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """What a dataset is made from, and how; ``period`` is the kind of period that it is released by.

    Raises:
        ValueError: It has no input, one twice, or spans that no period follows from.
    """

    period: PeriodKind
    inputs: tuple[Input, ...]
    recipe: Recipe

    def __post_init__(self) -> None:
        """Refuse what nothing can be made from."""
        names = [each.dataset for each in self.inputs]
        if not names or len(set(names)) < len(names):
            raise ValueError("a derivation names each of its inputs once, and has at least one")
        asking = [each.dataset for each in self.inputs if each.span.all_there]
        if isinstance(self.period, Whole) and asking:
            raise ValueError(f"all there is has no last day: `{asking[0]}` needs another span")
        if not isinstance(self.period, Whole) and not asking:
            raise ValueError("no input says which periods there are: one needs the span Within or Ending")


class Sources(NamedTuple):
    """The releases of an input that are there, the sha256 of each CSV by period, and the kind of their periods."""

    kind: PeriodKind
    there: Mapping[Period, str]


def periods_of(derivation: Derivation, sources: Mapping[str, Sources]) -> list[Period]:
    """Return the periods that the inputs ask for, in their order, those that lack an input among them."""
    if isinstance(derivation.period, Whole):
        return [derivation.period.only] if any(each.there for each in sources.values()) else []
    asked = (
        each.span.may_be_made(derivation.period, sources[each.dataset].kind, sources[each.dataset].there)
        for each in derivation.inputs
    )
    return sorted(set().union(*asked))


def inputs_of(
    derivation: Derivation, period: Period, sources: Mapping[str, Sources]
) -> dict[str, dict[Period, str | None]]:
    """Return what a period is made of: the sha256 of each release by dataset and period, None where it is not there."""
    found: dict[str, dict[Period, str | None]] = {}
    for each in derivation.inputs:
        kind, there = sources[each.dataset]
        names = each.span.of(derivation.period, period, kind, there)
        found[each.dataset] = {name: there.get(name) for name in names}
    return found
